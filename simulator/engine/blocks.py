"""Blocks of paths: how a run is cut, and what its blocks add up to."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from simulator import bins
from simulator.engine.lower import Lowered, lower
from simulator.kernels.paths import run_block
from simulator.kernels.stats import LANES, PARTIAL, Tally
from simulator.spec.run import Simulation
from simulator.sums import ExactSums

BLOCK_WORK = 2**24  # path-days a block, one fund's day or a tenth of one observation counted as one
MOST_COUNTED = 2**32 - 1  # paths that 32 bits can count


def block_paths(spec: Simulation) -> int:
    """Paths a block: fixed by the spec alone, about 5 ms of work, so that an interrupt need not wait."""
    funds, observed = len(spec.funds), len(spec.horizons) * (1 + 2 * len(spec.funds))
    work = spec.horizons[-1] * (1 + funds) + 10 * observed
    return max(1, BLOCK_WORK // work // LANES) * LANES


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
        horizons, funds = len(spec.horizons), len(spec.funds)
        observed = 1 + 2 * funds
        extremes = np.empty((horizons, observed, 2, PARTIAL))
        extremes[:, :, 0], extremes[:, :, 1] = np.inf, -np.inf
        self.paths = 0
        self.sums = ExactSums((horizons, observed + 3 * funds, 2))
        self.tally = Tally(
            sums=np.zeros((*self.sums.shape, PARTIAL)),
            extremes=extremes,
            below=np.zeros((horizons, observed), np.int64),
            counts=np.zeros((horizons, observed, bins.COUNT), np.uint32),
            capped=np.zeros(1, np.int64),
        )
        self._counted: np.ndarray | None = None  # int64, once there are more paths than 32 bits count
        self._uncounted = 0  # paths whose counts are in the tally

    def run(self, lowered: Lowered, first: int, paths: int) -> None:
        """Simulate one block and add what it did."""
        if self._uncounted + paths > MOST_COUNTED:
            self._empty(np.zeros(1, np.int64))
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
        self.sums.add(_fold(self.tally.sums))
        self.paths += paths
        self._uncounted += paths

    def _empty(self, more: np.ndarray) -> None:
        """Move the tally's 32-bit counts, and `more`, into 64 bits."""
        self._counted = np.add(self.counts(), more, dtype=np.int64)
        self.tally.counts.fill(0)
        self._uncounted = 0

    def counts(self) -> np.ndarray:
        """The histograms, (horizons, 1 + 2 funds, bins)."""
        if self._counted is None:
            return self.tally.counts
        return self._counted + self.tally.counts

    def merge(self, other: "Statistics") -> None:
        """Add what other blocks of the same run did."""
        self.paths += other.paths
        self.sums.merge(other.sums)
        mine, theirs = self.tally, other.tally
        np.minimum(mine.extremes[:, :, 0], theirs.extremes[:, :, 0], out=mine.extremes[:, :, 0])
        np.maximum(mine.extremes[:, :, 1], theirs.extremes[:, :, 1], out=mine.extremes[:, :, 1])
        np.add(mine.below, theirs.below, out=mine.below)
        np.add(mine.capped, theirs.capped, out=mine.capped)
        counts = other.counts()
        if self._uncounted + other.paths > MOST_COUNTED:
            self._empty(counts)
            return
        first, last = bins.bin_of(np.moveaxis(other.extremes(), -1, 0))
        for row in np.ndindex(first.shape):  # of each histogram the span that is used; the rest never becomes memory
            span = slice(first[row], last[row] + 1)
            self.tally.counts[row][span] += counts[row][span]
        self._uncounted += other.paths

    def extremes(self) -> np.ndarray:
        """Least and greatest values, (horizons, 1 + 2 funds, 2)."""
        low, high = self.tally.extremes[:, :, 0], self.tally.extremes[:, :, 1]
        return np.stack([low.min(axis=-1), high.max(axis=-1)], axis=-1)


def _fold(partial: np.ndarray) -> np.ndarray:
    """Sums along the last axis, halves added to halves: an order that no version of NumPy changes."""
    with np.errstate(over="ignore", invalid="ignore"):  # a sum beyond a float is infinite, as it should be
        while partial.shape[-1] > 1:
            half = partial.shape[-1] // 2
            partial = partial[..., :half] + partial[..., half:]
    return partial[..., 0]
