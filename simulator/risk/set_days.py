"""What a scenario does for certain: returns of the days it sets, fills there, and what rates do to carry."""

import numpy as np

from simulator.history.replay import daily_growth
from simulator.risk.stress_figures import Carry, Fill, SetDay
from simulator.spec.model import TRADING_DAYS
from simulator.spec.scenario import Scenario
from simulator.spec.stress import StressTest


def set_days(test: StressTest, scenario: Scenario) -> tuple[SetDay, ...]:
    """Every instrument on every day whose moves are set, bought at the close before."""
    course, index = scenario.course(), test.market.index
    found = []
    for day, first, second in course.moves:
        assert first is not None  # a scenario sets the index's
        rate = course.rate_on(day, test.rate)
        moves = {fund.ticker: float(daily_growth(fund, np.array([first]), rate)[0]) - 1 for fund in test.funds}
        moves[index] = first
        for name in test.instruments:
            move = moves.get(name, second)  # else it is the second index
            if move is not None:
                found.append(SetDay(day, name, move, fill(move, *test.levels(name))))
    return tuple(found)


def fill(move: float, stop: float | None, target: float | None) -> Fill | None:
    """Where a position bought at the close before is sold on a day of that return; None where it is not."""
    if stop is not None and move <= -stop:
        return Fill("stopped", move, -stop)
    if target is not None and move >= target:
        return Fill("target", move, target)
    return None


def carries(test: StressTest, scenario: Scenario) -> tuple[Carry, ...]:
    """Each fund's carry over the rest of the hold, were the short rate to rise as it does or as the ten-year yield.

    The change of (1 - L) rate over the days from the change on, of 252; compounding is left out.
    """
    found = []
    ten_year = () if scenario.ten_year is None else (scenario.ten_year,)
    for of, changes in (("short_rate", scenario.short_rate), ("ten_year", ten_year)):
        basis_points = sum(change.basis_points for change in changes)
        for fund in test.funds if changes else ():
            usual = fund.annual_carry(test.rate)
            gains = (
                (fund.annual_carry(test.rate + change.change) - usual) * (test.hold + 1 - change.day) / TRADING_DAYS
                for change in changes
            )
            found.append(Carry(of, fund.ticker, basis_points, sum(gains)))
    return tuple(found)
