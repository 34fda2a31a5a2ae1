"""Every kind of market, fitted to prices as `letf score` and `--as-of` have it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec

from simulator.errors import LetfError
from simulator.history.forecast import FEWEST_YEARS, calendar_years
from simulator.history.prices import Prices
from simulator.history.series import Series
from simulator.spec.ensemble import EnsembleMarket, Member, SingleMarket
from simulator.spec.market import Market
from simulator.spec.model import DEFAULT_DRIFT

ENSEMBLE, DEFAULT = "ensemble", "default"
DEFAULT_KIND = "ensemble"  # what "default" stands for where it can be fitted
MEMBERS = {"scaled-bootstrap": 0.8, "garch": 0.2}  # weights of the ensemble


@dataclass(frozen=True)
class Task:
    """What `fit_market` was asked, but for the kind."""

    prices: Prices
    vol_index: Series | None
    drift: float
    index: str


def fit_market(
    kind: str,
    prices: Prices,
    *,
    vol_index: Series | None = None,
    drift: float = DEFAULT_DRIFT,
    index: str = "IWM",
) -> Market:
    """A market of `kind` fitted to `prices`, which starts on the day after the last of them.

    Parameters
    ----------
    kind : str
        "markov": three regimes, normal within each; "garch": GJR-GARCH that draws its own residuals; "bootstrap":
        blocks of 42 days; "scaled-bootstrap": those, scaled to a forecast of volatility; "ensemble": four parts of
        scaled bootstrap, one of GARCH; "default": the best of them that can be fitted, `default_kind`; its provenance
        says `why`.
    prices : Prices
        At least 251 days.
    vol_index : Series, optional
        A volatility index, for kinds that forecast by it.
    drift : float
        Growth of the index a year.
    index : str

    Raises
    ------
    LetfError
        On an unknown kind, or prices that it cannot be fitted to.
    """
    if kind == DEFAULT:
        kind, why = default_kind(prices)
        market = fit_market(kind, prices, vol_index=vol_index, drift=drift, index=index)
        return replace(market, provenance={**market.provenance, "why": why})
    if kind == ENSEMBLE:
        return fit_ensemble(prices, vol_index=vol_index, drift=drift, index=index)
    if kind not in FITS:
        raise LetfError(f"unknown kind of market {kind!r}; known: {', '.join((*FITS, ENSEMBLE, DEFAULT))}")
    return FITS[kind](Task(prices, vol_index, drift, index))


def default_kind(prices: Prices) -> tuple[str, str]:
    """The best kind of market that can be fitted to `prices`, and why it is that one; docs/models.md has the study."""
    if calendar_years(prices.dates[1:]) < FEWEST_YEARS:
        return "markov", f"a forecast of volatility needs {FEWEST_YEARS} calendar years of prices, regimes need fewer"
    if find_spec("arch") is None:
        return (
            "scaled-bootstrap",
            'the best forecast of TNA and TZA but for its ensemble with GARCH, which needs pip install "letf[garch]"',
        )
    return (
        DEFAULT_KIND,
        "of all kinds the best forecast of TNA and TZA from 2009 to 2016; from 2017 on no other is known to be better",
    )


def _markov(task: Task) -> SingleMarket:
    from simulator.history.calibrate import calibrate

    return calibrate(task.prices, vol_index=task.vol_index).market(drift=task.drift, index=task.index)


def _garch(task: Task) -> SingleMarket:
    from simulator.history.garch import fit_garch

    return fit_garch(task.prices).market(draw="residuals", drift=task.drift, index=task.index)


def _bootstrap(task: Task) -> SingleMarket:
    from simulator.history.bootstrap import bootstrap_market

    return bootstrap_market(task.prices, drift=task.drift, index=task.index)


def _scaled_bootstrap(task: Task) -> SingleMarket:
    from simulator.history.scaled_bootstrap import scaled_bootstrap_market

    return scaled_bootstrap_market(task.prices, vol_index=task.vol_index, drift=task.drift, index=task.index)


FITS: dict[str, Callable[[Task], SingleMarket]] = {
    "markov": _markov,
    "garch": _garch,
    "bootstrap": _bootstrap,
    "scaled-bootstrap": _scaled_bootstrap,
}


def fit_ensemble(
    prices: Prices,
    *,
    vol_index: Series | None = None,
    drift: float = DEFAULT_DRIFT,
    index: str = "IWM",
    name: str | None = None,
) -> EnsembleMarket:
    """The ensemble of `MEMBERS`, each fitted to `prices`; the rest is as in `fit_market`."""
    task = Task(prices, vol_index, drift, index)
    return EnsembleMarket(
        members=tuple(Member(weight=weight, market=FITS[kind](task)) for kind, weight in MEMBERS.items()),
        drift=drift,
        index=index,
        name=name or f"{index.lower()}-ensemble",
        provenance=prices.provenance() | {"as_of": str(prices.dates[-1])},
    )
