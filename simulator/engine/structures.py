"""run_structures(spec) -> Outcomes: what structures made of the same paths."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from simulator.engine.in_order import run_in_order
from simulator.engine.lower_structures import LoweredStructures, lower_structures
from simulator.kernels.book import CALLED, HELD, RUINED, STOPPED, TARGET
from simulator.kernels.stats import LANES
from simulator.kernels.structures import Found
from simulator.kernels.structures import run_structures as run_paths
from simulator.spec.call_spread import CallSpread
from simulator.spec.comparison import Comparison

__all__ = ["CALLED", "HELD", "RUINED", "STOPPED", "TARGET", "Outcomes", "run_structures"]

BLOCK_WORK = 2**24  # path-days a block, those of an instrument counted as one
STRUCTURE_WORK = 4  # what a structure's day costs of an instrument's
MOST_GROUPS = 32  # of LANES paths in a block


class Outcomes(NamedTuple):
    """What became of each structure on each path; all are of the same paths, in the same order.

    profits : float64 (structures, paths)
        Equity at the end less 1: on the dollar at risk. Below -1 where a short leg or a loan lost more than that.
    drawdowns : float64 (structures, paths)
        Worst fall from the running peak at closes, entry included; of a call spread by the model's marks, before its
        last close to a thousandth of the premium.
    ends : uint8 (structures, paths)
        HELD, STOPPED, TARGET, CALLED or RUINED.
    days : int32 (structures, paths)
        Trading day, from 1, at whose close the trade was over.
    """

    profits: np.ndarray
    drawdowns: np.ndarray
    ends: np.ndarray
    days: np.ndarray


def run_structures(
    spec: Comparison, *, threads: int | None = None, on_progress: Callable[[int], None] | None = None
) -> Outcomes:
    """Hold every structure on every path. The outcomes hang on `spec` alone, not on the number of threads.

    One dollar at risk at entry is equity. Legs of value w_i, negative where short, are opened at the close before day
    1, the rest is cash: 1 - sum w_i. Every day, at its close:

    - cash earns rate / 252, a loan (cash below 0) costs (rate + loan_spread) / 252, and a short leg its borrow fee /
      252 of what it was worth at the close before;
    - each leg grows as its instrument: an index by its simple return, a fund by max(0, 1 + L r + carry), the carry
      under that day's short rate;
    - equity is cash and legs. At 0 or below the trade is over (RUINED), at the equity as it is: shorts and loans may
      lose more than the dollar;
    - then, in this order: the margin call (CALLED), stop (STOPPED) and target (TARGET), each of which sells all at
      that close; the hedge is bought; legs are brought back to their weights times the equity.

    Nothing is paid to trade. What was sold is kept as it is, without interest, as in a run's exits. Of a call spread
    the premium is the dollar; at a close it is worth what `CallSpread.value` says at that day's short rate.

    Parameters
    ----------
    spec : Comparison
    threads, on_progress : optional
        As in `run_in_order`.

    Raises
    ------
    LetfError
        If `threads` breaks its rule.
    """
    spreads = [(row, structure.spread) for row, structure in enumerate(spec.structures) if structure.spread is not None]
    shape = (len(spec.structures), spec.paths)
    outcomes = Outcomes(np.empty(shape), np.empty(shape), np.empty(shape, np.uint8), np.empty(shape, np.int32))
    found = Found(*outcomes, *np.empty((2, len(spreads), spec.paths)))
    run_in_order(partial(_block, found), _blocks(spec), threads=threads, on_progress=on_progress)
    for number, (row, spread) in enumerate(spreads):
        _tell_spread(spec, spread, found.growths[number], found.peaks[number], row, outcomes)
    return outcomes


def _blocks(spec: Comparison) -> Iterator[tuple[LoweredStructures, int, int]]:
    """(raw numbers, first path, number of paths) of blocks, cut by the spec alone."""
    for first_path, part in spec.parts():
        lowered, end = lower_structures(part), first_path + part.paths
        instruments, structures = len(lowered.instruments.leverages), len(lowered.rules.rows)
        work = part.last_day * (1 + instruments) + part.hold * STRUCTURE_WORK * structures
        size = LANES * max(1, min(BLOCK_WORK // (work * LANES), MOST_GROUPS))
        yield from ((lowered, first, min(size, end - first)) for first in range(first_path, end, size))


def _block(found: Found, lowered: LoweredStructures, first: int, paths: int) -> None:
    """Run a block, whose first path is also its first column."""
    run_paths(lowered.seed, np.uint64(first), paths, *lowered[1:], found)


def _tell_spread(
    spec: Comparison, spread: CallSpread, growth: np.ndarray, peak: np.ndarray, row: int, outcomes: Outcomes
) -> None:
    """Add its last close to the row of a call spread: the index's growth is known, and its highest mark before."""
    day = spread.end(spec.hold)
    worth = spread.value(growth, day, spec.course.rate_on(day, spec.rate)) / spread.premium(spec.rate)
    outcomes.profits[row] = worth - 1
    np.maximum(outcomes.drawdowns[row], 1 - worth / peak, out=outcomes.drawdowns[row])
    outcomes.ends[row] = HELD
    outcomes.days[row] = day
