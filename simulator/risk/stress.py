"""A hold under scenarios, against the same hold without them on the same random numbers."""

from collections.abc import Callable, Sequence
from math import nan
from pathlib import Path

import numpy as np

from simulator.distribution import Estimate, proportion
from simulator.engine.structures import STOPPED, TARGET, Outcomes, run_structures
from simulator.errors import LetfError
from simulator.history.stretch import index_file, read_stretch
from simulator.risk.paired import paired
from simulator.risk.replayed import replayed
from simulator.risk.sample import Sample, standard_error
from simulator.risk.set_days import carries, set_days
from simulator.risk.stress_figures import FIGURES, Change, Held, LoudDay, Row, Sold, Stressed, Told
from simulator.spec.comparison import Comparison
from simulator.spec.scenario import Scenario
from simulator.spec.stress import SOLD, StressTest

LOW, HIGH = 0.05, 0.95


def stress(
    test: StressTest,
    scenarios: Sequence[Scenario],
    *,
    prices: Path | None = None,
    leave_out: bool = False,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Stressed:
    """What each scenario does: on its days, over the hold, to stops.

    Parameters
    ----------
    test : StressTest
    scenarios : sequence of Scenario
    prices : Path, optional
        A folder of prices, TICKER.csv: scenarios with a replay are then their real days, and not drawn.
    leave_out : bool
        Whether scenarios that cannot happen in this hold and market are left out instead of refused.
    threads : int, optional
        The answer is the same at any.
    on_progress : callable, optional
        Called with the number of finished paths, of `paths_of(test, scenarios)`.

    Raises
    ------
    LetfError
        If a scenario cannot happen in this hold and market, the folder has no prices of the index, or there is no such
        number of threads.
    """
    if prices is not None:
        index_file(prices, test.market.index)
    runs = _Runs(test, threads, on_progress)
    told, left_out = [], []
    for scenario in scenarios:
        try:
            told.append(_replay(test, scenario, prices) if prices and scenario.replay else runs.told(scenario))
        except LetfError as error:
            if not leave_out:
                raise
            left_out.append((scenario.name, str(error).removeprefix(f"scenario {scenario.name!r}: ")))
    return Stressed(spec=test, usual=runs.usual, told=tuple(told), left_out=tuple(left_out))


def paths_of(test: StressTest, scenarios: Sequence[Scenario]) -> int:
    """Paths over the whole hold that `stress` runs, at most."""
    return test.paths * (1 + len(scenarios))


def _replay(test: StressTest, scenario: Scenario, prices: Path) -> Told:
    assert scenario.replay is not None  # whoever asks knows
    stretch = read_stretch(prices, scenario.replay, test.market.index, test.instruments[1:])
    return Told(scenario=scenario, replayed=replayed(test, stretch))


class _Runs:
    """The runs of one test, and what is kept of them for the next."""

    def __init__(self, test: StressTest, threads: int | None, on_progress: Callable[[int], None] | None):
        self._test, self._threads, self._on_progress, self._done = test, threads, on_progress, 0
        self._profits = self._run(test.baseline)
        self._usual = [Sample(values) for values in self._profits.profits]
        self.usual = self._rows(self._profits, self._usual, against=False)
        self._usual_days: dict[int, list[Sample]] = {}

    def told(self, scenario: Scenario) -> Told:
        """The scenario's answer by paths."""
        if scenario.only_replays:
            raise LetfError(f"scenario {scenario.name!r} replays real days; give their prices: --prices FOLDER")
        comparison = self._test.under(scenario)
        found = self._run(comparison)
        loud = [row for event in scenario.event_days for row in self._loud_day(comparison, event.day)]
        return Told(
            scenario=scenario,
            days=set_days(self._test, scenario),
            loud=tuple(loud),
            carry=carries(self._test, scenario),
            rows=self._rows(found, [Sample(values) for values in found.profits], against=True),
        )

    def _run(self, comparison: Comparison) -> Outcomes:
        begun, told = self._done, self._on_progress
        heard = None if told is None else lambda done: told(begun + done)
        found = run_structures(comparison, threads=self._threads, on_progress=heard)
        self._done += comparison.paths
        return found

    def _rows(self, found: Outcomes, samples: list[Sample], *, against: bool) -> tuple[Row, ...]:
        numbers = {structure.name: i for i, structure in enumerate(self._test.baseline.structures)}

        def change(i: int) -> Change | None:
            return Change(*(paired(samples[i], self._usual[i], name) for name in FIGURES)) if against else None

        rows = []
        for name in self._test.instruments:
            i, sold = numbers[name], numbers.get(f"{name}{SOLD}")
            row = Row(name, _held(name, samples[i]), change(i))
            if sold is not None:
                until_sold = _held(f"{name}{SOLD}", samples[sold])
                row = row._replace(until_sold=until_sold, sold=_sold(found, sold), sold_change=change(sold))
            rows.append(row)
        return tuple(rows)

    def _loud_day(self, comparison: Comparison, day: int) -> list[LoudDay]:
        """Returns of one day, from holds that end with it and with the day before."""
        if day not in self._usual_days:
            self._usual_days[day] = self._day_returns(self._test.baseline, day)
        rows = []
        for name, loud, usual in zip(
            self._test.instruments, self._day_returns(comparison, day), self._usual_days[day], strict=True
        ):
            rows.append(LoudDay(day, name, *loud.quantiles((LOW, HIGH)), *usual.quantiles((LOW, HIGH))))
        return rows

    def _day_returns(self, comparison: Comparison, day: int) -> list[Sample]:
        after = 1 + self._until(comparison, day)
        before = np.ones_like(after) if day == 1 else 1 + self._until(comparison, day - 1)
        moves = np.divide(after, before, out=np.ones_like(after), where=before > 0) - 1  # what is gone moves no more
        return [Sample(row) for row in moves]

    def _until(self, comparison: Comparison, day: int) -> np.ndarray:
        return run_structures(self._test.until(comparison, day), threads=self._threads).profits


def _held(name: str, sample: Sample) -> Held:
    low, high = sample.quantiles((LOW, HIGH))
    return Held(name, sample.mean, low, high, sample.prob_loss, sample.expected_shortfall)


def _sold(found: Outcomes, number: int) -> Sold:
    ends, profits = found.ends[number], found.profits[number]
    shares, fills = [], []
    for end in (STOPPED, TARGET):
        at = profits[ends == end]
        shares.append(proportion(len(at), len(ends)))
        fills.append(Estimate(float(at.mean()), standard_error(at)) if len(at) else Estimate(nan, nan))
    return Sold(shares[0], fills[0], shares[1], fills[1])
