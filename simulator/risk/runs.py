"""Runs of one spec in one market after another, whose progress is one number."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from simulator.engine.simulate import simulate
from simulator.result import Result
from simulator.risk.side_by_side import side_by_side
from simulator.spec.market import Market
from simulator.spec.run import Simulation

T = TypeVar("T")


class Runs:
    """Simulates; `on_progress` hears the number of finished paths of all runs together."""

    def __init__(self, threads: int | None, on_progress: Callable[[int], None] | None):
        self.threads, self.on_progress, self.done = threads, on_progress, 0

    def of(self, spec: Simulation) -> Result:
        before, tell = self.done, self.on_progress
        hear = None if tell is None else lambda paths: tell(before + paths)
        result = simulate(spec, threads=self.threads, on_progress=hear)
        self.done += spec.paths
        return result

    def of_market(self, spec: Simulation, market: Market, most_paths: int) -> Result:
        """The run in another market, with at most so many paths."""
        return self.of(replace(spec, market=market, paths=min(spec.paths, most_paths)))

    def each(self, spec: Simulation, markets: Sequence[Market], paths: int, tell: Callable[[Result], T]) -> list[T]:
        """What `tell` makes of the run of so many paths in each market; they run side by side."""
        before, hear = self.done, self.on_progress
        found = side_by_side(
            [replace(spec, market=market, paths=paths) for market in markets],
            tell,
            threads=self.threads,
            on_progress=None if hear is None else lambda done: hear(before + done),
        )
        self.done += paths * len(markets)
        return found
