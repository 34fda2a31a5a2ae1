"""What is told of days that came after triggers, against all days."""

from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np

from simulator.history.block_bootstrap import Interval
from simulator.history.closes import Closes
from simulator.history.triggers import Trigger

FAT_TAILED = 0.065  # false alarms of a 95 % interval where the days hold many blocks


class Figure(NamedTuple):
    """One figure of what came after a trigger's days and after all days, and the first less the second."""

    then: float
    all_days: float
    difference: Interval


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One trigger, instrument and hold.

    Parameters
    ----------
    trigger, instrument : str
    days : int
        Trading days held, from the close that decides the trigger.
    entries, all_entries : int
        Trigger days, and all days on which it is known, with a known exit.
    apart : int
        How many holds after trigger days do not overlap, taken from the first on.
    mean, median, gains : Figure
        Of the returns; gains: the share above 0.
    together : bool
        Whether the difference of means is resolved when all comparisons are looked at together.
    """

    trigger: str
    instrument: str
    days: int
    entries: int
    all_entries: int
    apart: int
    mean: Figure
    median: Figure
    gains: Figure
    together: bool = False

    @property
    def resolved(self) -> bool:
        """Whether the difference of means, looked at alone, is told from 0."""
        return self.mean.difference.excludes()


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """What came after each trigger.

    Parameters
    ----------
    closes : Closes
    triggers : tuple of Trigger
        On the days of the study.
    dates : datetime64[D] (n,)
        Closes at which all instruments could be bought.
    holds : tuple of int
    block : int
        Mean block of the bootstrap in days.
    draws, seed : int
    cells : tuple of Cell
        By trigger, instrument and hold.
    critical : float
        How many standard errors a difference of means must be from 0 to be resolved together with all others; NaN
        where none has an interval.
    """

    closes: Closes
    triggers: tuple[Trigger, ...]
    dates: np.ndarray
    holds: tuple[int, ...]
    block: int
    draws: int
    seed: int
    cells: tuple[Cell, ...]
    critical: float

    @property
    def comparisons(self) -> int:
        """How many differences of means have an interval."""
        return sum(isfinite(cell.mean.difference.low) for cell in self.cells)

    @property
    def by_luck(self) -> int:
        """How many of them would be resolved alone if no trigger meant anything."""
        return round(false_alarms(self.block, len(self.dates)) * self.comparisons)

    def of(self, trigger: Trigger, instrument: str | None = None) -> tuple[Cell, ...]:
        """The cells of a trigger, or of it and an instrument."""
        return tuple(
            cell
            for cell in self.cells
            if cell.trigger == trigger.name and (instrument is None or cell.instrument == instrument)
        )


def false_alarms(block: int, days: int) -> float:
    """Share of 95 % intervals that leave out 0 where triggers mean nothing, read off `scripts/study_triggers.py`.

    More than 5 %: returns have fat tails, and the days hold few blocks.
    """
    return FAT_TAILED + block / days
