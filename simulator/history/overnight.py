"""How much of a day's variance falls between yesterday's close and the open."""

import numpy as np

from simulator.history.bars import opening_moves
from simulator.history.fitted import Fitted
from simulator.history.prices import Prices
from simulator.history.ratio import weighted_ratio

FEWEST_DAYS = 21.0  # of a regime, with opens
LAGS = 21  # trading days over which squared returns' deviations may hang together


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
    overnight = opening_moves(prices)
    if overnight is None:
        return None
    known = np.isfinite(overnight)
    overnight, returns = overnight[known], prices.log_returns()[known]
    intraday = returns - overnight
    return tuple(_share(p, overnight**2, intraday**2) for p in smoothed[known].T)


def overnight_share(prices: Prices) -> Fitted | None:
    """The share of all days alike; None without opens of any use."""
    shares = overnight_shares(prices, np.ones((len(prices.close) - 1, 1)))
    return None if shares is None else shares[0]


def _share(p: np.ndarray, overnight: np.ndarray, intraday: np.ndarray) -> Fitted | None:
    both = overnight + intraday
    return None if p.sum() < FEWEST_DAYS or p @ both == 0 else weighted_ratio(p, overnight, both, LAGS)
