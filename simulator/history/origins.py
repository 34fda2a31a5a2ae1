"""The days that forecasts are made on: the last close before each month."""

from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.forecast import FEWEST_YEARS

MARGIN = 3  # calendar months left at either end: young funds settle, and 63 days pass after the last origin


class Origins(NamedTuple):
    """Where holds are entered, oldest first.

    at : int (N,), positions of the entry closes among the days.
    months : datetime64[M] (N,), the month that each hold begins in.
    """

    at: np.ndarray
    months: np.ndarray

    @property
    def years(self) -> np.ndarray:
        """Calendar year of each hold's first day, (N,)."""
        return self.months.astype("datetime64[Y]").astype(int) + 1970


def month_origins(
    dates: np.ndarray,
    start: np.datetime64 | None = None,
    end: np.datetime64 | None = None,
    earliest: np.datetime64 | None = None,
) -> Origins:
    """The close before each month's first trading day, for holds that begin in the months `start` to `end`.

    Parameters
    ----------
    dates : datetime64[D] (T,), rising
    start, end : datetime64[M], optional
        By default three months after that of the first day, and three months before that of the last.
    earliest : datetime64[M], optional
        The default of `start` is not before it.

    Raises
    ------
    LetfError
        If `start` is after `end`, or a month begins with no day before it or none in it.
    """
    month = dates.astype("datetime64[M]")
    first_days = np.flatnonzero(np.diff(month) > np.timedelta64(0, "M")) + 1
    begun = month[first_days]
    low = max(month[0] + MARGIN, earliest or month[0]) if start is None else start.astype("datetime64[M]")
    high = month[-1] - MARGIN if end is None else end.astype("datetime64[M]")
    for name, given, asked in (("from", start, low), ("to", end, high)):
        if given is not None and asked not in begun:
            allowed = f"the prices allow {begun[0]} to {begun[-1]}" if len(begun) else "no month begins in the prices"
            raise LetfError(f"{name} {asked} has no entry; {allowed}")
    if low > high and start is not None and end is not None:
        raise LetfError(f"from {low} is after to {high}; no month is left")
    if low > high:
        fitted = f", and models are fitted from {earliest} on" if earliest else ""
        raise LetfError(
            f"no origin from {low} to {high}: the common prices go from {dates[0]} to {dates[-1]}{fitted}; give more "
            "days, or --from and --to"
        )
    kept = (begun >= low) & (begun <= high)
    return Origins(first_days[kept] - 1, begun[kept])


def first_fitted(dates: np.ndarray) -> np.datetime64:
    """The first January, datetime64[M], before which the index has days in as many years as forecasts learn from."""
    return (dates[0].astype("datetime64[Y]") + FEWEST_YEARS).astype("datetime64[M]")
