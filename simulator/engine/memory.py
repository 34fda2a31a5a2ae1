"""Threads that fit into the memory that is left, and a line where not even one does."""

from typing import NamedTuple

from simulator import bins
from simulator.errors import LetfError
from simulator.kernels.jit import is_cold, is_loaded
from simulator.kernels.paths import run_block
from simulator.memory import MIB, Limit, limits
from simulator.spec.run import Simulation

LAW_BYTES = 4 * bins.COUNT + 16_384  # a histogram, and the exact sums that go with it
TRADE_BYTES = MIB  # of each fund, what its position did by what the index did


class Cost(NamedTuple):
    """What a run takes beside its statistics, in bytes: some more than was measured."""

    compiling: int  # kernels that no cache holds, and a first thread
    loading: int  # kernels that one does, what they call, and a first thread
    showing: int  # libraries of what comes after a first run
    thread: int  # stack and heap of one more


ADDRESSES = Cost(compiling=640 * MIB, loading=240 * MIB, showing=120 * MIB, thread=72 * MIB)
WRITTEN = Cost(compiling=480 * MIB, loading=100 * MIB, showing=80 * MIB, thread=2 * MIB)


def result_bytes(spec: Simulation) -> int:
    """Memory of the statistics of a run, which its result holds, and each thread too."""
    trades = 0 if spec.trade is None else len(spec.funds)
    return (LAW_BYTES * spec.laws + TRADE_BYTES * trades) * len(spec.parts())


def threads_that_fit(spec: Simulation, threads: int, *, results: int = 1) -> int:
    """How many of so many threads the memory that is left is enough for; the result does not depend on it.

    Parameters
    ----------
    spec : Simulation
    threads : int
    results : int, optional
        How many of its like will be held together.

    Raises
    ------
    LetfError
        If it is not enough for one.
    """
    return min([threads, *(_fitting(spec, results, limit) for limit in limits())])


def _fitting(spec: Simulation, results: int, limit: Limit) -> int:
    cost = ADDRESSES if limit.of_addresses else WRITTEN
    share, libraries = result_bytes(spec), 0
    if not is_loaded(run_block):
        libraries = cost.showing + (cost.compiling if is_cold(run_block) else cost.loading)
    needed = libraries + (results + 1) * share  # of one thread
    if limit.left < needed:
        left, way_out = max(0, limit.left) // MIB, _way_out(libraries, needed)
        raise LetfError(f"this run needs {needed // MIB:,} MiB more, and {limit.name} leaves {left:,}; {way_out}")
    return 1 + (limit.left - needed) // (share + cost.thread)


def _way_out(libraries: int, needed: int) -> str:
    if 2 * libraries < needed:
        return "raise it, or name fewer horizons or funds: each has its histograms"
    if libraries and is_cold(run_block):
        return "most of it is for compiling, once: lift the limit for the first run"
    return "raise it"
