"""Runs of one spec in one market after another, whose progress is one number."""

from collections.abc import Callable
from dataclasses import replace

from simulator.engine.simulate import simulate
from simulator.result import Result
from simulator.spec.market import Market
from simulator.spec.run import Simulation


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
