"""A volatility index beside prices."""

from pathlib import Path

import numpy as np

from simulator.errors import LetfError
from simulator.history.prices import Prices
from simulator.history.series import Series, read_series

LONGEST_WAIT = 5  # weekdays from its last day to that of the prices
IN_POINTS = (1.0, 150.0)  # its median: VIX's is 18, RVX's 23


def read_vol_index(path: Path | str, prices: Prices) -> Series:
    """Read a volatility index in points (20 is 20 % a year), to the last day of `prices`.

    Raises
    ------
    LetfError
        If the file is not one, its values are no points, or it has no day shortly before the last price.
    """
    series = read_series(path, "volatility index")
    for row in np.flatnonzero(series.values <= 0)[:1]:
        raise LetfError(f"{path}: volatility index {series.values[row]:g} on {series.dates[row]} is not positive")
    median = float(np.median(series.values))
    if not IN_POINTS[0] <= median <= IN_POINTS[1]:
        way_out = "multiply it by 100" if median < IN_POINTS[0] else "is it a volatility index?"
        raise LetfError(f"{path}: the median is {median:.4g}; points are expected, 20 for 20 % a year; {way_out}")
    last = prices.dates[-1]
    known = series.dates <= last
    if not known.any() or np.busday_count(series.dates[known][-1], last) > LONGEST_WAIT:
        raise LetfError(
            f"{path}: no volatility index in the {LONGEST_WAIT} trading days to {last}, the last of {prices.source}; "
            f"it goes from {series.dates[0]} to {series.dates[-1]}"
        )
    return Series(dates=series.dates[known], values=series.values[known], source=series.source, sha256=series.sha256)
