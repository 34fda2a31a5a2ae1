"""Every kind of market, fitted to prices as `letf score` and `--as-of` have it."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.errors import LetfError
from simulator.history.prices import Prices
from simulator.history.series import Series
from simulator.spec.ensemble import EnsembleMarket, Member, SingleMarket
from simulator.spec.market import Market
from simulator.spec.model import DEFAULT_DRIFT

ENSEMBLE, DEFAULT = "ensemble", "default"
DEFAULT_KIND = "markov"  # what "default" stands for
MEMBERS = {"markov": 1 / 3, "garch": 1 / 3, "bootstrap": 1 / 3}  # weights of the ensemble


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
        blocks of 42 days; "ensemble": these three in equal parts; "default": the best of them.
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
    kind = DEFAULT_KIND if kind == DEFAULT else kind
    task = Task(prices, vol_index, drift, index)
    if kind == ENSEMBLE:
        return _ensemble(task)
    if kind not in FITS:
        raise LetfError(f"unknown kind of market {kind!r}; known: {', '.join((*FITS, ENSEMBLE, DEFAULT))}")
    return FITS[kind](task)


def _markov(task: Task) -> SingleMarket:
    from simulator.history.calibrate import calibrate

    return calibrate(task.prices).market(drift=task.drift, index=task.index)


def _garch(task: Task) -> SingleMarket:
    from simulator.history.garch import fit_garch

    return fit_garch(task.prices).market(draw="residuals", drift=task.drift, index=task.index)


def _bootstrap(task: Task) -> SingleMarket:
    from simulator.history.bootstrap import bootstrap_market

    return bootstrap_market(task.prices, drift=task.drift, index=task.index)


FITS: dict[str, Callable[[Task], SingleMarket]] = {"markov": _markov, "garch": _garch, "bootstrap": _bootstrap}


def _ensemble(task: Task) -> EnsembleMarket:
    return EnsembleMarket(
        members=tuple(Member(weight=weight, market=FITS[kind](task)) for kind, weight in MEMBERS.items()),
        drift=task.drift,
        index=task.index,
        name=f"{task.index.lower()}-ensemble",
        provenance=task.prices.provenance() | {"as_of": str(task.prices.dates[-1])},
    )
