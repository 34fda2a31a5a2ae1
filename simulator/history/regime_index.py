"""What a volatility index stands at in each regime."""

from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.fitted import Fitted
from simulator.history.forecast import index_points
from simulator.history.prices import Prices
from simulator.history.ratio import weighted_ratio
from simulator.history.series import Series

LAGS = 63  # trading days over which an index's deviations may hang together
FEWEST_DAYS = 250  # with an index
FEWEST_OF_REGIME = 5  # of a regime; from there to a month of days the fit itself is noted to be weakly known


class RegimeIndex(NamedTuple):
    """A volatility index while a regime holds, log-normal: its median in points, and the sd of its logarithm."""

    median: Fitted
    log_sd: Fitted


def regime_indices(prices: Prices, vol_index: Series, smoothed: np.ndarray) -> tuple[RegimeIndex, ...]:
    """The index in each regime, by means over the days that it is known on, weighted by the regime's chance.

    Standard errors take the regimes as known.

    Parameters
    ----------
    prices : Prices
    vol_index : Series
        In points.
    smoothed : float64 (T, K)
        Law of each return's regime given all returns.

    Raises
    ------
    LetfError
        If the index is known on too few days of the prices or of a regime.
    """
    points = index_points(prices, vol_index)
    known = np.isfinite(points)
    weights = smoothed[known]
    if known.sum() < FEWEST_DAYS or weights.sum(axis=0).min() < FEWEST_OF_REGIME:
        raise LetfError(
            f"{vol_index.source}: it has {known.sum()} of the {len(points):,} days of {prices.source}, at least "
            f"{FEWEST_DAYS} and {FEWEST_OF_REGIME} of each regime are needed; give a longer one, or none"
        )
    return tuple(_in_regime(p, np.log(points[known])) for p in weights.T)


def _in_regime(p: np.ndarray, log_points: np.ndarray) -> RegimeIndex:
    ones = np.ones_like(log_points)
    mean = weighted_ratio(p, log_points, ones, LAGS)
    variance = weighted_ratio(p, (log_points - mean.estimate) ** 2, ones, LAGS)
    median, sd = float(np.exp(mean.estimate)), float(np.sqrt(variance.estimate))
    return RegimeIndex(
        Fitted(median, None if mean.stderr is None else median * mean.stderr),
        Fitted(sd, None if variance.stderr is None else variance.stderr / (2 * sd)),
    )
