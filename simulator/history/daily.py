"""Daily log returns that a model can be fitted to, or started from."""

import numpy as np

from simulator.errors import LetfError
from simulator.history.prices import Prices

FEWEST_RETURNS = 250  # of a fit
LARGEST_GAP = 3  # days between prices, in the median, that still are daily ones
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
    return returns
