"""How a run is cut into blocks of paths, each with a number."""

import hashlib
import json
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

from simulator.engine.lower import Lowered, lower
from simulator.kernels.jit import source_hash
from simulator.result import STREAM
from simulator.spec.run import Simulation

BLOCK_WORK = 2**24  # path-days a block, one fund's day or a tenth of one observation counted as one
UNIT = 2**9  # of paths in a block; the cut is part of what makes a run's last bits
MOST_BLOCK_PATHS = 2**15  # so that threads of a short run, too, finish together


def block_paths(spec: Simulation) -> int:
    """Paths a block: fixed by the spec alone, at most some 10 ms of work, so that an interrupt need not wait."""
    return max(1, min(BLOCK_WORK // path_work(spec), MOST_BLOCK_PATHS) // UNIT) * UNIT


def path_work(spec: Simulation) -> int:
    """What a path costs, roughly: a fund's day, or a tenth of one observation, is 1."""
    funds, observed = len(spec.funds), len(spec.horizons) * (1 + 2 * len(spec.funds))
    return spec.horizons[-1] * (1 + funds) + 10 * observed


class Part(NamedTuple):
    """A run of one market, and the number of its first path: the whole run, or a member of its ensemble."""

    spec: Simulation
    lowered: Lowered
    first_path: int

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        return -(-self.spec.paths // block_paths(self.spec))

    def block(self, number: int) -> tuple[int, int]:
        """(first path, number of paths) of its block `number`, from 0."""
        size = block_paths(self.spec)
        return self.first_path + number * size, min(size, self.spec.paths - number * size)


class Block(NamedTuple):
    """Paths of one part of a run."""

    part: int
    first: int
    paths: int


class Plan:
    """A run cut into blocks, numbered from 0 through all its parts.

    Parameters
    ----------
    spec : Simulation
    """

    def __init__(self, spec: Simulation):
        self.spec = spec
        self.parts = [Part(part, lower(part), first) for first, part in spec.parts()]
        self._ends = list(accumulate(part.blocks for part in self.parts))

    def __len__(self) -> int:
        return self._ends[-1]

    def block(self, number: int) -> Block:
        """The block of that number."""
        part = bisect_right(self._ends, number)
        before = self._ends[part - 1] if part else 0
        return Block(part, *self.parts[part].block(number - before))

    def paths_before(self, number: int) -> int:
        """Paths in the blocks of lower numbers: parts follow each other, so the number of the block's first path."""
        return self.block(number).first if number < len(self) else self.spec.paths

    def key(self) -> str:
        """A hash of all that the run's bytes hang on: the spec, the random numbers and the kernels' code."""
        run = json.dumps([self.spec.to_dict(), STREAM, source_hash()], sort_keys=True, default=str)
        return hashlib.sha256(run.encode()).hexdigest()
