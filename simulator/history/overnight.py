"""How much of a day's variance falls between yesterday's close and the open."""

import numpy as np

from simulator.history.fitted import Fitted
from simulator.history.prices import Prices

FEWEST_DAYS = 21.0  # of a regime, with opens
LAGS = 21  # trading days over which squared returns' deviations may hang together
FARTHEST = 3.0  # median |log open - log close| over that of daily log returns; 0.8 to 0.9 where both are of one basis


def overnight_shares(prices: Prices, smoothed: np.ndarray) -> tuple[Fitted | None, ...] | None:
    """Each regime's share, sum p o^2 / sum p (o^2 + i^2) over the days with an open; None where there are too few.

    o is the log return from yesterday's close to the open, i from the open to the close, p the smoothed chance that
    the day is of the regime. What o and i have in common, which is little, is left out, so that a share is in [0, 1].
    Standard errors are those of a ratio of means (Cochran 1977, Sampling Techniques, eq. 2.46) over days that hang
    together for 21 days (Newey and West 1987, Econometrica 55, eq. 5); regimes are taken as known.

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
    whole = p @ (overnight + intraday)
    if p.sum() < FEWEST_DAYS or whole == 0:
        return None
    share = p @ overnight / whole
    influence = p * (overnight - share * (overnight + intraday)) / whole
    variance = influence @ influence
    for lag in range(1, min(LAGS, len(influence) - 1) + 1):
        variance += 2 * (1 - lag / (LAGS + 1)) * (influence[lag:] @ influence[:-lag])
    return Fitted(float(share), float(np.sqrt(variance)) if variance > 0 else None)
