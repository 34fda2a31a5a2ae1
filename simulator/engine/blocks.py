"""Blocks of paths: how a run is cut, and what its blocks add up to."""

from collections.abc import Iterator

import numpy as np

from simulator import bins
from simulator.engine.lower import Lowered
from simulator.kernels.paths import run_block
from simulator.kernels.stats import LANES, Tally
from simulator.spec.run import Simulation
from simulator.sums import ExactSums

BLOCK_WORK = 2**25  # path-days a block, one fund's day or a tenth of one observation counted as one


def block_paths(spec: Simulation) -> int:
    """Paths a block: fixed by the spec alone, about 15 ms of work, so that an interrupt need not wait."""
    funds, observed = len(spec.funds), len(spec.horizons) * (1 + 2 * len(spec.funds))
    work = spec.horizons[-1] * (1 + funds) + 10 * observed
    return max(1, BLOCK_WORK // work // LANES) * LANES


def blocks(spec: Simulation) -> Iterator[tuple[int, int]]:
    """(first path, number of paths) of each block."""
    size = block_paths(spec)
    return ((first, min(size, spec.paths - first)) for first in range(0, spec.paths, size))


class Statistics:
    """What blocks of paths add up to. Every sum is exact: order and grouping of the blocks leave no trace."""

    def __init__(self, spec: Simulation):
        horizons, funds = len(spec.horizons), len(spec.funds)
        observed = 1 + 2 * funds
        extremes = np.empty((horizons, observed, 2))
        extremes[..., 0], extremes[..., 1] = np.inf, -np.inf
        self.paths = 0
        self.sums = ExactSums((horizons, observed + 3 * funds, 2))
        self.tally = Tally(
            sums=np.zeros(self.sums.shape),
            extremes=extremes,
            below=np.zeros((horizons, observed), np.int64),
            counts=np.zeros((horizons, observed, bins.COUNT), np.int64),
        )

    def run(self, lowered: Lowered, first: int, paths: int) -> None:
        """Simulate one block and add what it did."""
        self.tally.sums[:] = 0.0
        run_block(
            lowered.seed,
            np.uint64(first),
            paths,
            lowered.market,
            lowered.leverages,
            lowered.carries,
            lowered.horizons,
            self.tally,
        )
        self.sums.add(self.tally.sums)
        self.paths += paths

    def merge(self, other: "Statistics") -> None:
        """Add what other blocks of the same run did."""
        self.paths += other.paths
        self.sums.merge(other.sums)
        mine, theirs = self.tally, other.tally
        np.minimum(mine.extremes[..., 0], theirs.extremes[..., 0], out=mine.extremes[..., 0])
        np.maximum(mine.extremes[..., 1], theirs.extremes[..., 1], out=mine.extremes[..., 1])
        np.add(mine.below, theirs.below, out=mine.below)
        used = np.flatnonzero(theirs.counts)  # untouched bins never become memory
        mine.counts.ravel()[used] += theirs.counts.ravel()[used]
