"""The models that a score knows: what each fits once a year, and how it starts at an origin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.kinds import DEFAULT, DEFAULT_KIND, MEMBERS, fit_market
from simulator.history.prices import Prices
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.history.series import Series
from simulator.history.state import as_of
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket, SingleMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.regime import Regime

EWMA_DECAY = 0.94  # a day (J.P. Morgan 1996, RiskMetrics Technical Document, section 5.3.2)


@dataclass(frozen=True, eq=False)
class Past:
    """What is known at a close.

    prices : Prices of the index to that day.
    vol_index : Series to that day, or None.
    index : str, what the index is called.
    """

    prices: Prices
    vol_index: Series | None
    index: str


class Forecaster(NamedTuple):
    """A way to forecast.

    about : what it is, in a few words.
    fit : from the past at a year's end to what it keeps for the year.
    start : from that and the past at an origin to the market that starts the day after.
    """

    about: str
    fit: Callable[[Past], Any]
    start: Callable[[Any, Past], Market]


def one_regime(daily_vol: float, index: str, name: str) -> MarkovMarket:
    """Geometric Brownian motion: one regime of that daily volatility of log returns."""
    regime = Regime(name="all", annual_vol=daily_vol * np.sqrt(TRADING_DAYS))
    return MarkovMarket(regimes=(regime,), transition=((1.0,),), drift=0.0, index=index, name=name)


def ewma_vol(log_returns: np.ndarray, decay: float = EWMA_DECAY) -> float:
    """Daily volatility by RiskMetrics: the root of sum decay^k x_{T-k}^2 over sum decay^k."""
    weights = decay ** np.arange(len(log_returns))[::-1]
    return float(np.sqrt(weights @ log_returns**2 / weights.sum()))


def _nothing(past: Past) -> None:
    """A model without parameters to fit."""


def _gbm(fitted: None, past: Past) -> Market:
    return one_regime(float(past.prices.log_returns().std(ddof=1)), past.index, "gbm")


def _ewma(fitted: None, past: Past) -> Market:
    return one_regime(ewma_vol(past.prices.log_returns()), past.index, "ewma")


def _started(fitted: Market, past: Past) -> Market:
    """The market of this January's fit, started at the origin; of an ensemble every member."""
    if isinstance(fitted, EnsembleMarket):
        members = tuple(replace(member, market=_started_single(member.market, past)) for member in fitted.members)
        return replace(fitted, members=members)
    return _started_single(fitted, past)


def _started_single(fitted: SingleMarket, past: Past) -> SingleMarket:
    """A scaled bootstrap is made anew, with the days since: its regressions know only those before each January."""
    if isinstance(fitted, BootstrapMarket) and fitted.scaling:
        return scaled_bootstrap_market(past.prices, vol_index=past.vol_index, index=past.index)
    return as_of(fitted, past.prices, past.vol_index)


def _of_kind(about: str, kind: str) -> Forecaster:
    """A kind of market, fitted and started as `letf calibrate` and `--as-of` do."""

    def fit(past: Past) -> Market:
        return fit_market(kind, past.prices, vol_index=past.vol_index, index=past.index)

    return Forecaster(about, fit, _started)


OF_KIND = {"garch": "gjr"}  # kinds of market whose forecaster has another name
SHARES = ", ".join(f"{weight:.0%} of paths {OF_KIND.get(kind, kind)}" for kind, weight in MEMBERS.items())

FORECASTERS = {
    "gbm": Forecaster("normal log returns, volatility of all days so far", _nothing, _gbm),
    "ewma": Forecaster("normal log returns, RiskMetrics volatility, decay 0.94", _nothing, _ewma),
    "gjr": _of_kind("GJR-GARCH, filtered historical simulation", "garch"),
    "markov": _of_kind("three regimes, filtered", "markov"),
    "bootstrap": _of_kind("stationary bootstrap of the index's own days", "bootstrap"),
    "scaled-bootstrap": _of_kind("the same, each block scaled to forecast volatility", "scaled-bootstrap"),
    "ensemble": _of_kind(SHARES, "ensemble"),
}
BASELINES = ("gbm", "ewma", "gjr")
DEFAULT_FORECASTER = OF_KIND.get(DEFAULT_KIND, DEFAULT_KIND)


def find_forecasters(names: Iterable[str]) -> dict[str, Forecaster]:
    """The baselines, then the models called `names`, in that order; "default": the kind that prices are given to.

    Raises
    ------
    LetfError
        On an unknown name; it lists the known ones.
    """
    chosen = dict.fromkeys(BASELINES)
    for name in names:
        found = DEFAULT_FORECASTER if name == DEFAULT else OF_KIND.get(name, name)
        if found not in FORECASTERS:
            raise LetfError(f"unknown model {name!r}; known: {', '.join((*FORECASTERS, DEFAULT))}")
        chosen[found] = None
    return {name: FORECASTERS[name] for name in chosen}
