"""Daily log returns that a model can be fitted to, or started from."""

import numpy as np

from simulator.errors import LetfError
from simulator.history.prices import Prices

FEWEST_RETURNS = 250  # of a fit
LARGEST_GAP = 3  # days between prices, in the median, that still are daily ones
LONGEST_GAP = 10  # days between any two; American exchanges have not been closed for as long since 1933
STILL = 1e-9  # daily volatility; below it prices do not move


def daily_log_returns(prices: Prices, fewest: int = FEWEST_RETURNS) -> np.ndarray:
    """log(close[t] / close[t - 1]), (T - 1,), of prices that are daily, at least `fewest` + 1 and that move.

    Raises
    ------
    LetfError
        If they are not.
    """
    returns = prices.log_returns()
    if len(returns) < fewest:
        raise LetfError(
            f"{prices.source}: {len(returns)} returns from {prices.dates[0]} to {prices.dates[-1]}; "
            f"at least {fewest} are needed, give more days"
        )
    gap = float(np.median(np.diff(prices.dates).astype(float)))
    if gap > LARGEST_GAP:
        raise LetfError(f"{prices.source}: prices are {gap:g} days apart in the median; daily prices are needed")
    if returns.std() < STILL:
        raise LetfError(f"{prices.source}: the prices do not move (all returns are equal); volatility must be above 0")
    check_gaps(prices)
    return returns


def check_gaps(prices: Prices) -> None:
    """Refuse prices with more than `LONGEST_GAP` calendar days between two."""
    gaps = np.diff(prices.dates).astype(int)
    for i in np.flatnonzero(gaps > LONGEST_GAP)[:1]:
        raise LetfError(
            f"{prices.source}: no price for {gaps[i]} days, from {prices.dates[i]} to {prices.dates[i + 1]}, at most "
            f"{LONGEST_GAP} may lie between two; add the days, or use only those on one side of the gap"
        )
