"""A trigger by any dated series that the user has: it rose by so much over so many trading days."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from simulator.errors import LetfError
from simulator.history.series import Series, read_series
from simulator.history.triggers import Trigger, make_trigger
from simulator.spec import check

CARRIED = 7  # calendar days that a value holds at most: a weekend and holidays
SLACK = 1e-9  # of the value: 4.25 - 4.00 may be a rounding error short of 0.25


@dataclass(frozen=True, kw_only=True)
class Rise:
    """What of a series is a trigger.

    Parameters
    ----------
    name : str
    amount : float
        The least rise, in the series' units; below 0 the least fall.
    relative : bool
        Whether `amount` is a fraction of the earlier value.
    days : int
        Trading days over which, 1 to 252.
    lag : int
        Trading days until a value is published, 0 to 66: at a close those are known that are dated so much earlier.
    """

    name: str
    amount: float
    relative: bool = False
    days: int
    lag: int = 1

    def __post_init__(self):
        if not isfinite(self.amount) or self.amount == 0:
            raise LetfError(f"rise of {self.name} must be finite and not 0, got {self.amount}; a fall is below 0")
        check.integer(f"days of {self.name}", self.days, low=1, high=252)
        check.integer(f"lag of {self.name}", self.lag, low=0, high=66)

    @property
    def about(self) -> str:
        """The trigger in words."""
        unit, amount = ("%", 100 * self.amount) if self.relative else ("", self.amount)
        way = "up" if self.amount > 0 else "down"
        lag = f", known {self.lag} day{'s' * (self.lag > 1)} later" if self.lag else ""
        return f"{self.name} {way} {abs(amount):g}{unit} or more in {self.days} days{lag}"


def known_values(series: Series, dates: np.ndarray, lag: int) -> np.ndarray:
    """The last value of the series known at each close, (T,): of the day `lag` trading days before, or shortly earlier.

    NaN where there is none in the 7 days before that day either.
    """
    values = np.full(len(dates), np.nan)
    asked = dates[: len(dates) - lag]
    last = np.searchsorted(series.dates, asked, side="right") - 1
    fresh = (last >= 0) & ((asked - series.dates[last]).astype(int) <= CARRIED)
    values[lag:][fresh] = series.values[last[fresh]]
    return values


def rise_trigger(path: Path | str, rise: Rise, dates: np.ndarray, first: int = 0) -> tuple[Trigger, Trigger]:
    """The days on which the series of the file has risen so, and those on which that begins.

    Parameters
    ----------
    path : Path or str
        Date and value, as FRED's files are.
    rise : Rise
    dates : datetime64[D] (T,)
        Trading days.
    first : int
        Position of the first day that matters.

    Raises
    ------
    LetfError
        If the file is no such series, or from `first` on the rise is never known or never so large.
    """
    series = read_series(path, "value")
    values, days = known_values(series, dates, rise.lag), rise.days
    change = np.full(len(dates), np.nan)
    change[days:] = values[days:] - values[:-days]
    scale = np.ones(len(dates))
    if rise.relative:
        scale[days:] = np.where(values[:-days] > 0, values[:-days], np.nan)
    change /= scale
    if not np.isfinite(change[first:]).any():
        raise LetfError(
            f"{path}: no change over {days} trading days from {dates[first]} to {dates[-1]}; it has values from "
            f"{series.dates[0]} to {series.dates[-1]}, and one holds {CARRIED} days at most"
        )
    sign = 1 if rise.amount > 0 else -1
    slack = SLACK * np.abs(values) / scale
    risen = sign * change >= abs(rise.amount) - slack
    trigger = make_trigger(rise.name, rise.about, risen, np.isfinite(change), series)
    if not trigger.days[first:].any():
        largest = sign * np.nanmax(sign * change[first:])
        unit = f"{100 * largest:.4g}%" if rise.relative else f"{largest:.4g}"
        raise LetfError(
            f"{path}: never {rise.about}; the largest was {unit}; rise is in the units of the file, with % relative"
        )
    return trigger, trigger.begun(f"{rise.name}-start", f"first day of {rise.about}")
