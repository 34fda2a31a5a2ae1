"""What is set on days of a hold instead of drawn: moves, volatilities, the short rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.run import MAX_HORIZON

LEAST_MOVE, MOST_MOVE = -0.99, 10.0  # of an index in a day
MOST_SCALE = 10.0


@dataclass(frozen=True, kw_only=True)
class Course:
    """What happens on days of a hold whatever is drawn; days count from 1, the first after entry.

    The market's own state goes on as drawn: a day that is set moves no volatility, regime or autocorrelation after it.

    Parameters
    ----------
    moves : tuple of (day, return, return)
        Simple returns of the first and of the second index that replace those drawn, in [-0.99, 10]; None leaves an
        index as drawn. Where a market has no second index its return is not looked at.
    vol_scales : tuple of (day, factor)
        The log returns of both indexes on that day are multiplied by the factor, in [0, 10].
    rates : tuple of (day, change)
        From that day on the change is added to the short rate, which funds, cash and loans hang on; annual, in (-1, 1).

    Raises
    ------
    LetfError
        If a value breaks its rule, or a day stands twice in one of them or in both moves and vol_scales.
    """

    moves: tuple[tuple[int, float | None, float | None], ...] = ()
    vol_scales: tuple[tuple[int, float], ...] = ()
    rates: tuple[tuple[int, float], ...] = ()

    def __post_init__(self):
        moves = _by_day("moves", self.moves, 2)
        scales, rates = _by_day("vol_scales", self.vol_scales, 1), _by_day("rates", self.rates, 1)
        for day in sorted(moves.keys() & scales.keys()):
            raise LetfError(f"course: day {day} has both a move and a vol_scale; give one or the other")
        checked = {
            "moves": tuple((day, *(_move(day, value) for value in values)) for day, values in moves.items()),
            "vol_scales": tuple(
                (day, check.number(f"course: vol_scales of day {day}", value, low=0, high=MOST_SCALE))
                for day, (value,) in scales.items()
            ),
            "rates": tuple(
                (day, check.number(f"course: rates of day {day}", value, low=-1, high=1, open_low=True, open_high=True))
                for day, (value,) in rates.items()
            ),
        }
        for name, entries in checked.items():
            object.__setattr__(self, name, entries)

    @property
    def last_day(self) -> int:
        """The last day that anything is set on; 0 where nothing is."""
        days = [day for day, *_ in self.moves] + [day for day, _ in self.vol_scales] + [day for day, _ in self.rates]
        return max(days, default=0)

    def rate_on(self, day: int, rate: float) -> float:
        """The short rate of a day, `rate` being that at entry."""
        return rate + sum(change for since, change in self.rates if since <= day)


def _by_day(name: str, entries: Any, values: int) -> dict[int, tuple[Any, ...]]:
    """What is set by day, in order of days."""
    if not isinstance(entries, Iterable) or isinstance(entries, str | Mapping):
        raise LetfError(f"course: {name} must be a list of a day and what is set on it, got {entries!r}")
    found: dict[int, tuple[Any, ...]] = {}
    for entry in entries:
        if not isinstance(entry, list | tuple) or len(entry) != 1 + values:
            raise LetfError(f"course: each of {name} must be a day and {values} numbers, got {entry!r}")
        day = check.integer(f"course: day of {name}", entry[0], low=1, high=MAX_HORIZON)
        if day in found:
            raise LetfError(f"course: day {day} stands more than once in {name}")
        found[day] = tuple(entry[1:])
    return dict(sorted(found.items()))


def _move(day: int, value: Any) -> float | None:
    if value is None:
        return None
    return check.number(f"course: move of day {day}", value, low=LEAST_MOVE, high=MOST_MOVE)
