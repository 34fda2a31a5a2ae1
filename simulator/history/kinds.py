"""Every kind of market, fitted to prices as `letf score` and `--as-of` have it."""

from collections.abc import Callable
from typing import NamedTuple

from simulator.errors import LetfError
from simulator.history.prices import Prices
from simulator.history.series import Series
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.market import Market
from simulator.spec.model import DEFAULT_DRIFT

DEFAULT = "default"
DEFAULT_KIND = "markov"  # what "default" stands for
MEMBERS = {"markov": 1 / 3, "garch": 1 / 3, "bootstrap": 1 / 3}  # weights of the ensemble


class Task(NamedTuple):
    """What to fit, to what."""

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
    if kind not in FITS:
        raise LetfError(f"unknown kind of market {kind!r}; known: {', '.join((*FITS, DEFAULT))}")
    return FITS[kind](Task(prices, vol_index, drift, index))


def _markov(task: Task) -> Market:
    from simulator.history.calibrate import calibrate

    return calibrate(task.prices).market(drift=task.drift, index=task.index)


def _garch(task: Task) -> Market:
    from simulator.history.garch import fit_garch

    return fit_garch(task.prices).market(draw="residuals", drift=task.drift, index=task.index)


def _bootstrap(task: Task) -> Market:
    from simulator.history.bootstrap import bootstrap_market

    return bootstrap_market(task.prices, drift=task.drift, index=task.index)


def _ensemble(task: Task) -> Market:
    members = tuple(Member(weight=weight, market=FITS[kind](task)) for kind, weight in MEMBERS.items())
    day = str(task.prices.dates[-1])
    return EnsembleMarket(
        members=members,
        drift=task.drift,
        index=task.index,
        name=f"{task.index.lower()}-ensemble",
        provenance=task.prices.provenance() | {"as_of": day},
    )


FITS: dict[str, Callable[[Task], Market]] = {
    "markov": _markov,
    "garch": _garch,
    "bootstrap": _bootstrap,
    "ensemble": _ensemble,
}
