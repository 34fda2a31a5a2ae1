"""Where markets stand at the close of a day: the state that its prices lead to."""

from dataclasses import replace
from math import sqrt
from typing import Any, TypeVar

import numpy as np

from simulator.history.daily import daily_log_returns
from simulator.history.innovations import normal_log_density, student_log_density
from simulator.history.prices import Prices
from simulator.history.scaled_bootstrap import restarted
from simulator.history.series import Series
from simulator.kernels.filter import garch_filter, hamilton_filter
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.garch import CAP, GarchMarket
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS, IndexModel

M = TypeVar("M", bound=IndexModel)

FEWEST_RETURNS = 66  # three months, in which what was before the first is all but forgotten
BACKCAST_DAYS, BACKCAST_DECAY = 75, 0.94  # the days whose mean square is what was before the first


def as_of(market: M, prices: Prices, vol_index: Series | None = None) -> M:
    """The market whose day 1 is the day after the last of `prices`; its provenance says so by `as_of`.

    Regimes start from the filtered law of the last day times `transition`, after its log return where returns are
    autocorrelated; GARCH from the variance that the recursion leads to. A scaled bootstrap starts from
    its forecast, a plain one has no state; of an ensemble every member starts so. Regimes and GARCH look at closes
    alone; a scaled bootstrap also at open, high and low, and at `vol_index` if it was fitted with one.

    Parameters
    ----------
    market : Market
    prices : Prices
        At least 67 days of the market's index.
    vol_index : Series, optional
        A volatility index, in points: 20 is 20 % a year.

    Raises
    ------
    LetfError
        If the prices are too few, not daily, or do not move.
    """
    daily_log_returns(prices, FEWEST_RETURNS)  # checked once, whatever the market
    return _started(market, prices, vol_index)


def uses_vol_index(market: IndexModel) -> bool:
    """Whether a volatility index tells the market anything."""
    if isinstance(market, EnsembleMarket):
        return any(uses_vol_index(member.market) for member in market.members)
    return isinstance(market, BootstrapMarket) and market.scaling is not None and market.scaling.index is not None


def _started(market: M, prices: Prices, vol_index: Series | None) -> M:
    provenance = {key: value for key, value in market.provenance.items() if key != "why"}
    provenance["as_of"] = str(prices.dates[-1])
    return replace(market, **_state(market, prices, vol_index), provenance=provenance)


def _state(market: IndexModel, prices: Prices, vol_index: Series | None) -> dict[str, Any]:
    """What of the market changes with its state."""
    returns = prices.log_returns()
    match market:
        case MarkovMarket():
            law = filtered_laws(market, returns)[-1] @ np.array(market.transition)
            last = float(returns[-1]) if market.autocorrelation else None
            return {"initial": tuple(law.tolist()), "last_log_return": last}
        case GarchMarket():
            return {"initial": sqrt(following_variance(market, returns) * TRADING_DAYS)}
        case BootstrapMarket() if market.scaling:
            return {"scaling": restarted(market.scaling, prices, vol_index)}
        case EnsembleMarket():
            started = (replace(member, market=_started(member.market, prices, vol_index)) for member in market.members)
            return {"members": tuple(started)}
    return {}


def filtered_laws(market: MarkovMarket, returns: np.ndarray) -> np.ndarray:
    """The law of each day's regime given the log returns to that day, (T, K).

    Each regime has its own log drift where it has one, else that of the market's drift; the first day's law is the
    stationary one, and the day before it returned the long-run mean.
    """
    own = [regime.annual_log_drift for regime in market.regimes]
    given = [k for k, drift in enumerate(own) if drift is not None]
    means = market.daily_means()
    means[given] = np.array([own[k] for k in given]) / TRADING_DAYS
    long_run = market.stationary_law()
    center = long_run @ means
    carried = market.autocorrelation * (np.concatenate([[center], returns[:-1]]) - center)
    sds = market.daily_sds()
    z = ((returns - carried)[:, None] - means) / sds
    log_densities = normal_log_density(z)
    for k, regime in enumerate(market.regimes):
        if regime.dof is not None:
            log_densities[:, k] = student_log_density(z[:, k], np.array(regime.dof))
    filtered = np.empty_like(z)
    hamilton_filter(log_densities - np.log(sds), np.array(market.transition), long_run, filtered)
    return filtered


def following_variance(market: GarchMarket, returns: np.ndarray) -> float:
    """The daily variance of the day after `returns`.

    Residuals are deviations from the market's own mean log return, `annual_log_drift`, or where it has none from that
    of its drift at the returns' volatility. The first day's variance is what follows a day of the weighted mean square
    of the first 75 residuals, weights falling by 0.94 a day, as the library arch has it.
    """
    if market.annual_log_drift is None:
        mean = market.drift / TRADING_DAYS - market.innovations.log_mean_exp(float(returns.std()))
    else:
        mean = market.annual_log_drift / TRADING_DAYS
    residuals = returns - mean
    early = residuals[:BACKCAST_DAYS] ** 2
    weights = BACKCAST_DECAY ** np.arange(len(early))
    before = float(weights @ early / weights.sum())
    variances = np.empty_like(residuals)
    variances[0] = market.omega + (market.alpha + market.gamma / 2 + market.beta) * before
    return garch_filter(residuals, market.omega, market.alpha, market.gamma, market.beta, CAP**2, variances)
