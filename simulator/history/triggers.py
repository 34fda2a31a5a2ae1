"""Days on which people trade: an index over its averages, a fall within a week.

A trigger is decided at a close, by that close and earlier ones; that close is where it is traded.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulator.errors import LetfError
from simulator.history.closes import Closes
from simulator.history.series import Series

EMA_DAYS = 20
SMA_DAYS = (50, 200)
FALL, FALL_DAYS = 0.03, 5


@dataclass(frozen=True, kw_only=True, eq=False)
class Trigger:
    """Days on which something is so.

    Parameters
    ----------
    name : str
        As options and machines have it: above-ema20.
    about : str
        The same in words.
    days : bool (T,)
        At which closes it is so.
    known : bool (T,)
        At which closes it can be told; no day is a trigger day that is not known.
    series : Series, optional
        What it looks at besides prices.
    """

    name: str
    about: str
    days: np.ndarray
    known: np.ndarray
    series: Series | None = None

    def begun(self, name: str, about: str) -> "Trigger":
        """The days on which it is so and, as is known, was not at the close before."""
        before = np.concatenate([[False], self.days[:-1]])
        known = self.known & np.concatenate([[False], self.known[:-1]])
        return replace(self, name=name, about=about, days=self.days & ~before & known, known=known)

    def since(self, first: int) -> "Trigger":
        """The same from day `first` on."""
        return replace(self, days=self.days[first:], known=self.known[first:])

    @property
    def episodes(self) -> int:
        """How many runs of trigger days on end there are."""
        return int(np.count_nonzero(np.diff(self.days.astype(np.int8), prepend=0) == 1))


def make_trigger(name: str, about: str, is_so: np.ndarray, known: np.ndarray, series: Series | None = None) -> Trigger:
    """A trigger on the days that are known."""
    return Trigger(name=name, about=about, days=is_so & known, known=known, series=series)


def moving_average(close: np.ndarray, days: int) -> np.ndarray:
    """Mean of the last `days` closes, that day's included, (T,); NaN before there are as many."""
    mean = np.full(len(close), np.nan)
    if len(close) >= days:
        mean[days - 1 :] = np.lib.stride_tricks.sliding_window_view(close, days).mean(axis=1)
    return mean


def exponential_average(close: np.ndarray, days: int) -> np.ndarray:
    """E_t = E_{t-1} + 2 / (days + 1) (close_t - E_{t-1}), (T,), begun with the mean of the first `days` closes.

    NaN before. The weight is the one that charts use: the mean age of a close is that in a plain average of `days`.
    """
    average = np.full(len(close), np.nan)
    if len(close) < days:
        return average
    last, weight = float(close[:days].mean()), 2 / (days + 1)
    average[days - 1] = last
    for t, price in enumerate(close[days:].tolist(), start=days):
        last += weight * (price - last)
        average[t] = last
    return average


def fallen(close: np.ndarray, days: int, fall: float) -> tuple[np.ndarray, np.ndarray]:
    """Whether each close is `fall` (0.03) or more below the one `days` before, and whether that is known, (T,) each."""
    change = np.full(len(close), np.nan)
    change[days:] = close[days:] / close[:-days] - 1
    return change <= -fall, np.isfinite(change)


def usual_triggers(closes: Closes) -> tuple[Trigger, ...]:
    """Index over its 20-day EMA, its 50- and 200-day averages and all three, and the second index down 3 % in a week.

    Each twice: all days on which it is so, and those on which it begins.
    """
    index = closes.index_name
    averages = {f"ema{EMA_DAYS}": (exponential_average(closes.index, EMA_DAYS), f"its {EMA_DAYS}-day EMA")}
    averages |= {f"sma{days}": (moving_average(closes.index, days), f"its {days}-day average") for days in SMA_DAYS}
    averages["all"] = np.max([average for average, _ in averages.values()], axis=0), "all three averages"
    triggers = []
    for name, (average, words) in averages.items():
        above = make_trigger(f"above-{name}", f"{index} above {words}", closes.index > average, np.isfinite(average))
        triggers += [above, above.begun(f"cross-{name}", f"{index} crosses above {words}")]
    second, week = closes.second_name, f"{FALL:.0%} or more in {FALL_DAYS} days"
    fall = make_trigger(f"{second.lower()}-fall", f"{second} down {week}", *fallen(closes.second, FALL_DAYS, FALL))
    return (*triggers, fall, fall.begun(f"{fall.name}-start", f"first day of {fall.about}"))


def find_triggers(names: tuple[str, ...], known: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """Those with these names.

    Raises
    ------
    LetfError
        If a name is unknown.
    """
    by_name = {trigger.name: trigger for trigger in known}
    for name in names:
        if name not in by_name:
            raise LetfError(f"unknown trigger {name!r}; known: {', '.join(by_name)}; or bring a --series")
    return tuple(by_name[name] for name in dict.fromkeys(names))
