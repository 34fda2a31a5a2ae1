"""Where markets stand at the close of a day: the state that its prices lead to."""

from dataclasses import replace
from math import sqrt
from typing import Any, TypeVar

import numpy as np

from simulator.history.daily import daily_log_returns
from simulator.history.fitted import whole
from simulator.history.forecast import index_points
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
INDEX_WEIGHT = 0.25  # of a volatility index beside returns; docs/models.md has what other weights gave
BACKCAST_DAYS, BACKCAST_DECAY = 75, 0.94  # the days whose mean square is what was before the first


def as_of(market: M, prices: Prices, vol_index: Series | None = None) -> M:
    """The market whose day 1 is the day after the last of `prices`; its provenance says so by `as_of`.

    Regimes start from the filtered law of the last day times `transition`, after its log return where returns are
    autocorrelated; GARCH from the variance that the recursion leads to; a scaled bootstrap from its forecast; a plain
    one has no state; of an ensemble every member starts so. Regimes and a scaled bootstrap look at `vol_index` where
    they were fitted with one, the scaled bootstrap also at open, high and low, all else at closes alone.

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
    if isinstance(market, MarkovMarket):
        return market.knows_vol_index
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
            points = None if vol_index is None else index_points(prices, vol_index)
            law = filtered_laws(market, returns, points)[-1] @ np.array(market.transition)
            last = float(returns[-1]) if market.autocorrelation else None
            return {"initial": tuple(whole(law)), "last_log_return": last}
        case GarchMarket():
            return {"initial": sqrt(following_variance(market, returns) * TRADING_DAYS)}
        case BootstrapMarket() if market.scaling:
            return {"scaling": restarted(market.scaling, prices, vol_index)}
        case EnsembleMarket():
            started = (replace(member, market=_started(member.market, prices, vol_index)) for member in market.members)
            return {"members": tuple(started)}
    return {}


def filtered_laws(market: MarkovMarket, returns: np.ndarray, index: np.ndarray | None = None) -> np.ndarray:
    """The law of each day's regime given what is known at its close, (T, K).

    Each regime has its own log drift where it has one, else that of the market's drift; the first day's law is the
    stationary one, and the day before it returned the long-run mean. A volatility index, log-normal in each regime,
    counts by the fourth root of its likelihood: its days hang together far more than regimes explain.

    Parameters
    ----------
    market : MarkovMarket
    returns : float64 (T,)
        Log returns.
    index : float64 (T,), optional
        A volatility index in points, NaN where it is not known; of no use unless the regimes say what it stands at.
    """
    sds = market.daily_sds()
    z = surprises(market, returns) / sds
    log_densities = normal_log_density(z)
    for k, regime in enumerate(market.regimes):
        if regime.dof is not None:
            log_densities[:, k] = student_log_density(z[:, k], np.array(regime.dof))
    log_densities -= np.log(sds)
    if index is not None and market.knows_vol_index:
        known = np.isfinite(index)
        log_densities[known] += INDEX_WEIGHT * _index_log_densities(market, index[known])
    filtered = np.empty_like(z)
    hamilton_filter(log_densities, np.array(market.transition), market.stationary_law(), filtered)
    return filtered


def surprises(market: MarkovMarket, returns: np.ndarray) -> np.ndarray:
    """What each log return is more than its regime lets expect, (T, K); drifts as in `filtered_laws`."""
    own = [regime.annual_log_drift for regime in market.regimes]
    given = [k for k, drift in enumerate(own) if drift is not None]
    means = market.daily_means()
    means[given] = np.array([own[k] for k in given]) / TRADING_DAYS
    center = market.stationary_law() @ means
    carried = market.autocorrelation * (np.concatenate([[center], returns[:-1]]) - center)
    return (returns - carried)[:, None] - means


def _index_log_densities(market: MarkovMarket, index: np.ndarray) -> np.ndarray:
    """log density of the logarithm of the index in each regime, (T, K)."""
    median, sd = (np.array([getattr(r, key) for r in market.regimes]) for key in ("vol_index", "vol_index_log_sd"))
    return normal_log_density(np.log(index[:, None] / median) / sd) - np.log(sd)


def following_variance(market: GarchMarket, returns: np.ndarray) -> float:
    """The daily variance of the day after `returns`."""
    return garch_path(market, returns)[2]


def garch_path(market: GarchMarket, returns: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Surprise and daily variance of each day, (T,), and the variance of the day after the last.

    Surprises are deviations from the market's own mean log return, `annual_log_drift`, or where it has none from that
    of its drift at the returns' volatility. The first day's variance is what follows a day of the weighted mean square
    of the first 75 of them, weights falling by 0.94 a day, as the library arch has it.
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
    following = garch_filter(residuals, market.omega, market.alpha, market.gamma, market.beta, CAP**2, variances)
    return residuals, variances, following
