"""A volatility index beside prices."""

from pathlib import Path

import numpy as np

from simulator.errors import LetfError
from simulator.history.prices import Prices
from simulator.history.series import Series, read_series

LONGEST_WAIT = 5  # weekdays from its last day to that of the prices
LEAST_MEDIAN, MOST = 1.0, 150.0  # points: VIX's median is 18, RVX's 23; the most that VIX closed at is 83


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
    for row in np.flatnonzero(series.values > MOST)[:1]:
        raise LetfError(
            f"{path}: volatility index {series.values[row]:g} on {series.dates[row]} is above {MOST:g}; give one in "
            "points a year, as 20; is it prices?"
        )
    median = float(np.median(series.values))
    if median < LEAST_MEDIAN:
        raise LetfError(
            f"{path}: the median is {median:.4g}; points are expected, 20 for 20 % a year; multiply it by 100"
        )
    last = prices.dates[-1]
    known = series.dates <= last
    if not known.any() or np.busday_count(series.dates[known][-1], last) > LONGEST_WAIT:
        raise LetfError(
            f"{path}: no volatility index in the {LONGEST_WAIT} trading days to {last}, the last of {prices.source}; "
            f"it goes from {series.dates[0]} to {series.dates[-1]}"
        )
    return Series(dates=series.dates[known], values=series.values[known], source=series.source, sha256=series.sha256)
