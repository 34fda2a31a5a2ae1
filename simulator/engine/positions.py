"""What blocks of paths add up to for the positions of a run."""

from collections.abc import Mapping

import numpy as np

from simulator.engine.laws import Laws, fold, restored, within
from simulator.kernels.positions import PositionTally
from simulator.kernels.stats import PARTIAL
from simulator.ledger import LAWS
from simulator.positions import PositionStatistics
from simulator.spec.run import Simulation
from simulator.sums import ExactSums

COUNTS = ("events", "exit_days", "cells")


class Positions:
    """The statistics of positions; none are kept of a run without a trade, whose arrays are as small as can be."""

    def __init__(self, spec: Simulation):
        shapes = PositionStatistics.shapes(spec)
        if spec.trade is None:
            shapes = {name: (0,) * len(shape) for name, shape in shapes.items()}
        horizons, funds = shapes["events"][:2]
        self._shapes = shapes
        self._laws = Laws(horizons, LAWS * funds, LAWS * funds)
        self._edges, self._cell_sums = ExactSums(shapes["edges"]), ExactSums(shapes["cell_sums"])
        self.tally = PositionTally(
            laws=self._laws.tally,
            edges=np.zeros((*shapes["edges"], PARTIAL)),
            events=np.zeros(shapes["events"], np.int64),
            exit_days=np.zeros(shapes["exit_days"], np.int64),
            cells=np.zeros(shapes["cells"], np.int64),
            cell_sums=np.zeros(shapes["cell_sums"]),
        )

    def before(self, paths: int) -> None:
        """Make room for a block of `paths`."""
        self._laws.before(paths)
        self.tally.edges[:] = 0.0
        self.tally.cell_sums[:] = 0.0

    def after(self) -> None:
        """Take up the sums of the block that has run."""
        if self.tally.events.size == 0:
            return
        self._laws.after()
        self._edges.add(fold(self.tally.edges))
        self._cell_sums.add(self.tally.cell_sums)

    def merge(self, other: "Positions", paths: int) -> None:
        """Add those of other blocks, of `paths` paths, of the same run."""
        if self.tally.events.size == 0:
            return
        self._laws.merge(other._laws, paths)
        self._edges.merge(other._edges)
        self._cell_sums.merge(other._cell_sums)
        for name in COUNTS:
            mine = getattr(self.tally, name)
            np.add(mine, getattr(other.tally, name), out=mine)

    def state(self) -> dict[str, np.ndarray]:
        """All of it as plain arrays, none of a run without a trade; `restore` takes them back."""
        if self.tally.events.size == 0:
            return {}
        parts = {"laws": self._laws.state(), "edges": self._edges.state(), "cell_sums": self._cell_sums.state()}
        arrays = {f"{part}.{name}": array for part, state in parts.items() for name, array in state.items()}
        return arrays | {name: getattr(self.tally, name) for name in COUNTS}

    def restore(self, state: Mapping[str, np.ndarray], paths: int) -> None:
        """Become what `state` told, of `paths` paths; nothing has been added yet. Errors: see `Laws.restore`."""
        if self.tally.events.size == 0:
            return
        self._laws.restore(within("laws", state), paths)
        self._edges = ExactSums.from_state(self._edges.shape, **within("edges", state))
        self._cell_sums = ExactSums.from_state(self._cell_sums.shape, **within("cell_sums", state))
        for name in COUNTS:
            mine = getattr(self.tally, name)
            mine[:] = restored(name, state[name], mine)

    def statistics(self) -> PositionStatistics | None:
        """All of it; None of a run without a trade."""
        if self.tally.events.size == 0:
            return None
        arrays = {
            "sums": self._laws.sums.values(),
            "extremes": self._laws.extremes(),
            "below": self._laws.tally.below,
            "counts": self._laws.counts(),
            "edges": self._edges.values(),
            "events": self.tally.events,
            "exit_days": self.tally.exit_days,
            "cells": self.tally.cells,
            "cell_sums": self._cell_sums.values(),
        }
        return PositionStatistics(**{name: array.reshape(self._shapes[name]) for name, array in arrays.items()})
