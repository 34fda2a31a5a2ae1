"""Another history that might have been: the days of this one, drawn anew in blocks."""

from dataclasses import replace
from typing import Any

import numpy as np

from simulator.errors import LetfError
from simulator.history.block_bootstrap import stationary_days
from simulator.history.forecast import index_points
from simulator.history.prices import Prices
from simulator.history.series import Series

MEAN_BLOCK = 250.0  # days, about a year; docs/models.md has what 125 and 500 do


def resampled(
    prices: Prices, vol_index: Series | None, rng: np.random.Generator, mean_block: float = MEAN_BLOCK
) -> tuple[Prices, Series | None]:
    """A history of the same dates made of the days of `prices`, by the stationary block bootstrap, and their index.

    (Politis and Romano 1994, JASA 89.) Each day keeps its log return, its open, high and low relative to the close
    before, and the volatility index at its close; where one is given, days without it are not drawn.

    At a join volatility may jump, which a fit takes for a large answer to one day: the persistence of IWM's GARCH is
    0.989, that of its refits 0.981, 0.983 and 0.985 in the mean for blocks of 125, 250 and 500 days. The refits' spread
    hardly depends on the block: 8 to 9 points for the crisis regime's volatility, 0.006 to 0.007 for persistence.

    Parameters
    ----------
    prices : Prices
    vol_index : Series, optional
    rng : Generator
    mean_block : float
        Mean length of a block in days.
    """
    count = len(prices.close) - 1
    points = None if vol_index is None else index_points(prices, vol_index)
    usable = np.arange(count) if points is None else np.flatnonzero(np.isfinite(points))
    if not usable.size:
        raise LetfError(f"{prices.source}: the volatility index has no value on any of its days; give another, or none")
    drawn = usable[stationary_days(len(usable), mean_block, count, rng)]
    close = prices.close[0] * np.exp(np.concatenate([[0.0], np.cumsum(prices.log_returns()[drawn])]))
    bars: dict[str, Any] = {
        name: np.concatenate([bar[:1], close[:-1] * (bar[1:] / prices.close[:-1])[drawn]])
        for name in ("open", "high", "low")
        if (bar := getattr(prices, name)) is not None
    }
    history = replace(prices, close=close, **bars)
    if vol_index is None or points is None:
        return history, None
    return history, replace(vol_index, dates=prices.dates[1:], values=points[drawn])
