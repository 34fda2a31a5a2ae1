"""Call spreads, marked at every close before their last."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.jit import allocating, kernel
from simulator.kernels.stats import LANES


class Spreads(NamedTuple):
    """Call spreads, marked at every close before their last.

    rows : int64 (spreads,), of what is found of them.
    ends : int64 (spreads,), the day, from 1, at whose close each is over.
    grids : float64 (spreads, 2), the least growth of the index in `values`, and how many of them to one of growth.
    values : float64 (spreads, days, points), of the premium.
    """

    rows: np.ndarray
    ends: np.ndarray
    grids: np.ndarray
    values: np.ndarray


@allocating
def no_marks(spreads):
    """Peaks and drawdowns at entry, (2, spreads, LANES)."""
    marks = np.zeros((2, spreads.rows.shape[0], LANES))
    marks[0] = 1.0
    return marks


@kernel
def mark(grid, values, growth, peak, drawdown):
    """Look at what a spread is worth where the index has grown so: a line between the points (points,) of a day."""
    low, scale, last = grid[0], grid[1], values.shape[0] - 1
    for i in range(LANES):
        place = min(max(0.0, (growth[i] - low) * scale), np.float64(last))
        j = min(np.int64(place), last - 1)
        worth = values[j] + (place - j) * (values[j + 1] - values[j])
        peak[i] = max(peak[i], worth)
        drawdown[i] = max(drawdown[i], 1.0 - worth / peak[i])


@kernel
def live_spreads(day, n, column, growth, spreads, marks, found):
    """One day of the call spreads; `marks` are those of `no_marks`."""
    for m in range(spreads.rows.shape[0]):
        peak, drawdown = marks[0, m], marks[1, m]
        if day + 1 < spreads.ends[m]:
            mark(spreads.grids[m], spreads.values[m, day], growth, peak, drawdown)
        elif day + 1 == spreads.ends[m]:
            for i in range(n):
                found.growths[m, column + i] = growth[i]
                found.peaks[m, column + i] = peak[i]
                found.drawdowns[spreads.rows[m], column + i] = drawdown[i]
