"""Blocks of paths: how a run is cut, and what its blocks add up to."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator.engine.laws import Laws
from simulator.engine.lower import Lowered, lower
from simulator.engine.positions import Positions
from simulator.kernels.paths import run_block
from simulator.kernels.stats import LANES
from simulator.spec.run import Simulation

BLOCK_WORK = 2**24  # path-days a block, one fund's day or a tenth of one observation counted as one
MOST_BLOCK_PATHS = 2**15  # so that threads of a short run, too, finish together


def block_paths(spec: Simulation) -> int:
    """Paths a block: fixed by the spec alone, at most some 10 ms of work, so that an interrupt need not wait."""
    funds, observed = len(spec.funds), len(spec.horizons) * (1 + 2 * len(spec.funds))
    work = spec.horizons[-1] * (1 + funds) + 10 * observed
    return max(1, min(BLOCK_WORK // work, MOST_BLOCK_PATHS) // LANES) * LANES


class Part(NamedTuple):
    """A run of one market, and the number of its first path: the whole run, or a member of its ensemble."""

    spec: Simulation
    lowered: Lowered
    first_path: int

    def blocks(self) -> Iterator[tuple[int, int]]:
        """(first path, number of paths) of each block."""
        size, end = block_paths(self.spec), self.first_path + self.spec.paths
        return ((first, min(size, end - first)) for first in range(self.first_path, end, size))


def parts(spec: Simulation) -> list[Part]:
    """The runs that a run is made of."""
    return [Part(part, lower(part), first) for first, part in spec.parts()]


class Statistics:
    """What blocks of paths add up to. Every sum is exact: order and grouping of the blocks leave no trace."""

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
