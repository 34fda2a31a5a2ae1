"""What blocks of paths add up to, of one market."""

from collections.abc import Mapping

import numpy as np

from simulator.engine.laws import Laws, within
from simulator.engine.lower import Lowered
from simulator.engine.positions import Positions
from simulator.kernels.paths import run_block
from simulator.spec.run import Simulation


class Statistics:
    """Sums, extremes, counts and histograms. Every sum is exact: order and grouping of the blocks leave no trace."""

    def __init__(self, spec: Simulation):
        funds = len(spec.funds)
        self.paths = 0
        self.laws = Laws(len(spec.horizons), observed=1 + 2 * funds, summed=1 + 5 * funds)
        self.positions = Positions(spec)

    def run(self, lowered: Lowered, first: int, paths: int) -> None:
        """Simulate one block and add what it did."""
        self.laws.before(paths)
        self.positions.before(paths)
        run_block(
            lowered.seed,
            np.uint64(first),
            paths,
            lowered.market,
            lowered.leverages,
            lowered.carries,
            lowered.horizons,
            lowered.trade,
            self.laws.tally,
            self.positions.tally,
        )
        self.laws.after()
        self.positions.after()
        self.paths += paths

    def merge(self, other: "Statistics") -> None:
        """Add what other blocks of the same run did."""
        self.laws.merge(other.laws, other.paths)
        self.positions.merge(other.positions, other.paths)
        self.paths += other.paths

    def state(self) -> dict[str, np.ndarray]:
        """All of it as plain arrays; `restore` takes them back."""
        parts = {"laws": self.laws.state(), "positions": self.positions.state()}
        arrays = {f"{part}.{name}": array for part, state in parts.items() for name, array in state.items()}
        return arrays | {"paths": np.array(self.paths)}

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Become what `state` told; nothing has been run yet. Errors are those of `Laws.restore`."""
        self.paths = int(state["paths"])
        self.laws.restore(within("laws", state), self.paths)
        if (self.laws.counts().sum(axis=-1, dtype=np.int64) != self.paths).any():
            raise ValueError(f"histograms that do not count {self.paths} paths each")
        self.positions.restore(within("positions", state), self.paths)
