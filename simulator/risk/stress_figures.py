"""What is told of a hold under stress."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from simulator.distribution import Estimate
from simulator.risk.paired import Family, plain_figures
from simulator.risk.replayed import Replayed
from simulator.spec.scenario import Scenario
from simulator.spec.stress import StressTest

FIGURES = ("mean", "prob_loss", "expected_shortfall")  # whose differences are told


class Fill(NamedTuple):
    """Where a stop or target sells on a day that reaches it, as a return since the close before.

    overnight : the whole move comes before the open: sold at the open.
    within_day : it comes in steps within the day: sold at the stop or target.
    """

    end: str
    overnight: float
    within_day: float


class SetDay(NamedTuple):
    """What an instrument bought at the close before does on a day whose moves the scenario sets.

    move : its return that day.
    fill : where a stop or target sells it, None where none is reached.
    """

    day: int
    instrument: str
    move: float
    fill: Fill | None


class LoudDay(NamedTuple):
    """What an instrument does on an event day: 5 and 95 % points of its return that day, and those without the event.

    As drawn, one Monte Carlo error each.
    """

    day: int
    instrument: str
    low: Estimate
    high: Estimate
    usual_low: Estimate
    usual_high: Estimate


class Carry(NamedTuple):
    """What a rise of the *short* rate by so many basis points makes of a fund's carry over what is left of the hold.

    of : "short_rate" where it rises in the scenario; "ten_year" where that yield does, and the short rate does not.
    """

    of: str
    fund: str
    basis_points: float
    gain: float


class Held(NamedTuple):
    """An instrument over the hold, as returns; errors are Monte Carlo ones.

    name : the instrument, with what sells it where it is sold.
    low, high : 5 and 95 % points.
    """

    name: str
    mean: Estimate
    low: Estimate
    high: Estimate
    prob_loss: Estimate
    expected_shortfall: Estimate


class Sold(NamedTuple):
    """How often the stop and the target come first, and what is got there, looked at at closes and filled there."""

    prob_stop: Estimate
    stop_fill: Estimate
    prob_target: Estimate
    target_fill: Estimate


class Change(NamedTuple):
    """Figures of the hold with the scenario less those without, on the same random numbers, with paired errors."""

    mean: Estimate
    prob_loss: Estimate
    expected_shortfall: Estimate


class Row(NamedTuple):
    """An instrument over the hold: until its end, and sold at a stop or target before.

    change, sold_change : from the hold without the scenario; None for that hold itself.
    sold : None where nothing sells it.
    """

    instrument: str
    held: Held
    change: Change | None
    until_sold: Held | None = None
    sold: Sold | None = None
    sold_change: Change | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """A scenario's answer: either of paths (`rows`), or of real days (`replayed`).

    Parameters
    ----------
    scenario : Scenario
    days : tuple of SetDay
    loud : tuple of LoudDay
    carry : tuple of Carry
        One a fund and kind of rate that changes.
    rows : tuple of Row
        One an instrument.
    replayed : Replayed, optional
    """

    scenario: Scenario
    days: tuple[SetDay, ...] = ()
    loud: tuple[LoudDay, ...] = ()
    carry: tuple[Carry, ...] = ()
    rows: tuple[Row, ...] = ()
    replayed: Replayed | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Stressed(Family):
    """The answer of `stress`.

    Parameters
    ----------
    spec : StressTest
    usual : tuple of Row
        The hold without a scenario, one row an instrument.
    told : tuple of Told
        One a scenario.
    left_out : tuple of (str, str)
        Scenarios that cannot happen in this hold and market, and why.
    """

    spec: StressTest
    usual: tuple[Row, ...]
    told: tuple[Told, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def comparisons(self) -> int:
        """How many figures are held against those without a scenario."""
        rows = [row for told in self.told for row in told.rows]
        return len(FIGURES) * sum((row.change is not None) + (row.sold_change is not None) for row in rows)

    def to_dict(self) -> dict[str, Any]:
        """Every figure as plain data; NaN where nothing is known."""
        return {
            "resolved_errors": self.resolved_errors,
            "without": [self._row(row) for row in self.usual],
            "scenarios": [self._told(told) for told in self.told],
            "left_out": [{"name": name, "why": why} for name, why in self.left_out],
        }

    def _told(self, told: Told) -> dict[str, Any]:
        data: dict[str, Any] = {"scenario": told.scenario.to_dict()}
        if told.replayed is not None:
            return data | {"replayed": told.replayed.to_dict()}
        return data | {
            "days": [day._asdict() | {"fill": None if day.fill is None else day.fill._asdict()} for day in told.days],
            "event_days": [_plain(day) for day in told.loud],
            "short_rate_carry": [carry._asdict() for carry in told.carry],
            "hold": [self._row(row) for row in told.rows],
        }

    def _row(self, row: Row) -> dict[str, Any]:
        held = {"instrument": row.instrument, **self._held(row.held, row.change)}
        if row.until_sold is None or row.sold is None:
            return held
        return held | {"until_sold": self._held(row.until_sold, row.sold_change) | _plain(row.sold)}

    def _held(self, held: Held, change: Change | None) -> dict[str, Any]:
        named = plain_figures(held, FIGURES)
        data = {"mean": named.pop("mean"), "q05": asdict(held.low), "q95": asdict(held.high), **named}
        return data if change is None else data | {"change": self.plain_differences(change, FIGURES)}


def _plain(row: NamedTuple) -> dict[str, Any]:
    return {key: asdict(value) if isinstance(value, Estimate) else value for key, value in row._asdict().items()}
