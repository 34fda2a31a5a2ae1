"""How much of a day's variance falls between yesterday's close and the open."""

import numpy as np

from simulator.history.fitted import Fitted
from simulator.history.prices import Prices
from simulator.history.ratio import weighted_ratio

FEWEST_DAYS = 21.0  # of a regime, with opens
LAGS = 21  # trading days over which squared returns' deviations may hang together
FARTHEST = 3.0  # median |log open - log close| over that of daily log returns; 0.8 to 0.9 where both are of one basis


def overnight_shares(prices: Prices, smoothed: np.ndarray) -> tuple[Fitted | None, ...] | None:
    """Each regime's share, sum p o^2 / sum p (o^2 + i^2) over the days with an open; None where there are too few.

    o is the log return from yesterday's close to the open, i from the open to the close, p the smoothed chance that
    the day is of the regime. What o and i have in common, which is little, is left out, so that a share is in [0, 1].
    Standard errors take the regimes as known.

    Parameters
    ----------
    prices : Prices
    smoothed : float64 (T, K)
        Law of each return's regime given all returns.

    Returns
    -------
    tuple of K, or None if there are no opens on the basis of the closes
    """
    if prices.open is None:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        overnight = np.log(prices.open[1:] / prices.close[:-1])
        intraday = np.log(prices.close[1:] / prices.open[1:])
    known = np.isfinite(overnight) & np.isfinite(intraday)
    if not known.any():
        return None
    overnight, intraday = overnight[known], intraday[known]
    if np.median(np.abs(intraday)) > FARTHEST * np.median(np.abs(overnight + intraday)):
        return None
    return tuple(_share(p, overnight**2, intraday**2) for p in smoothed[known].T)


def _share(p: np.ndarray, overnight: np.ndarray, intraday: np.ndarray) -> Fitted | None:
    both = overnight + intraday
    return None if p.sum() < FEWEST_DAYS or p @ both == 0 else weighted_ratio(p, overnight, both, LAGS)
