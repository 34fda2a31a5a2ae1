"""What letf risk runs, stage by stage, each with its progress."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from simulator.cli.doubts import Doubts
from simulator.cli.progress import progress
from simulator.cli.risk_options import DEFAULT_FIGURE

if TYPE_CHECKING:
    from simulator.result import Result
    from simulator.risk.assess import Risk
    from simulator.risk.brackets import BracketMap
    from simulator.risk.hold_curve import HoldCurve
    from simulator.risk.horizon import LongestHold
    from simulator.risk.measure import Measure
    from simulator.risk.swing import Swing
    from simulator.spec.fund import Fund
    from simulator.spec.run import Simulation

COMPILE_SECONDS = 30


@dataclass(frozen=True)
class Stages:
    """The run `spec` of one fund, its hold the last horizon, and the markets that it is repeated in."""

    spec: "Simulation"
    threads: int | None
    quiet: bool
    doubts: Doubts = field(default_factory=Doubts)

    @contextmanager
    def _work(self, paths: int) -> Iterator[dict[str, Any]]:
        """Arguments of what simulates so many paths."""
        with progress(paths, self.quiet, COMPILE_SECONDS) as on_progress:
            yield {"threads": self.threads, "on_progress": on_progress}

    def assess(self, precision: float | None, precision_of: str | None) -> "Risk":
        """The assessment, with as many paths as the precision of a figure asks for."""
        from simulator.risk.assess import assess, paths_of

        result = None if precision is None else self._precise(precision, precision_of or DEFAULT_FIGURE)
        models, refits = self.doubts.models, self.doubts.refits
        with self._work(paths_of(self.spec, len(models), len(refits))) as work:
            return assess(self.spec, models=models, refits=refits, result=result, **work)

    def _precise(self, error: float, name: str) -> "Result":
        from simulator.risk.figures import figure
        from simulator.risk.precision import simulate_to

        ticker, days = self.spec.funds[0].ticker, self.spec.horizons[-1]
        with self._work(self.spec.paths) as work:
            hear = work["on_progress"]
            work["on_progress"] = hear and (lambda done, begun: hear(done))
            return simulate_to(self.spec, lambda result: figure(result, ticker, days, name), error, **work)

    def longest(self, measure: "Measure", most: float, funds: "Sequence[Fund]") -> "list[LongestHold]":
        """The longest hold of each fund within a tolerance."""
        from simulator.risk.horizon import longest_hold

        found = []
        for curve in self.curves(funds, measure):
            with self._work(self.spec.paths) as work:
                found.append(longest_hold(curve, most, **work))
        return found

    def curves(self, funds: "Sequence[Fund]", measure: "Measure | None" = None) -> "list[HoldCurve]":
        """The measure of each fund, expected shortfall unless told, against the holding period."""
        from simulator.risk.hold_curve import hold_curve, paths_of_curve
        from simulator.risk.measure import SHORTFALL

        models, refits = self.doubts.models, self.doubts.refits
        found = []
        for fund in funds:
            with self._work(paths_of_curve(self.spec, len(models), len(refits))) as work:
                spec = replace(self.spec, funds=(fund,))
                found.append(hold_curve(spec, fund.ticker, measure or SHORTFALL, models=models, refits=refits, **work))
        return found

    def swing(self, holds: Sequence[int] | None) -> "Swing":
        """The swing trader's trades."""
        from simulator.risk.swing import HOLDS, TRADES, swing

        with self._work(len(TRADES) * self.spec.paths) as work:
            return swing(self.spec, self.spec.funds[0].ticker, holds=holds or HOLDS, **work)

    def brackets(self, paths: int | None) -> "BracketMap":
        """What each stop and target does to the mean, by so many paths each."""
        from simulator.risk.brackets import PATHS, STOPS, TARGETS, bracket_map

        paths = PATHS if paths is None else paths
        with self._work(len(STOPS) * len(TARGETS) * paths) as work:
            return bracket_map(self.spec, self.spec.funds[0].ticker, paths=paths, **work)
