"""Run paths of an index that funds push at the close, and add up on how many days funds move far."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from simulator.engine.in_order import run_in_order
from simulator.engine.lower import Lowered, lower
from simulator.kernels.feedback import Loop, run_feedback
from simulator.kernels.stats import LANES
from simulator.spec.run import Simulation

BLOCK_PATHS = 4 * LANES


class Counted(NamedTuple):
    """Of one market's paths, on how many days funds moved beyond a threshold.

    paths : int.
    days, squares : int64 (gains, funds), sums over the paths of a path's days, and of their squares.
    capped : int, days on which a path's volatility was capped.
    """

    paths: int
    days: np.ndarray
    squares: np.ndarray
    capped: int


def count_moves(
    spec: Simulation,
    gains: Sequence[float],
    *,
    reverts: float,
    beyond: float,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> list[Counted]:
    """Days of the run on which its funds move by more than `beyond`, by the gain of the flow at the close.

    All gains see the same draws, those of `simulate`. Sums are whole numbers: the same at any number of threads.

    Parameters
    ----------
    spec : Simulation
        Its last horizon is the number of days.
    gains : sequence of float
        In [0, 1).
    reverts, beyond : float
        As in `kernels.feedback.Loop`.
    threads, on_progress : optional
        As in `run_in_order`.

    Returns
    -------
    list of Counted
        One for each market: an ensemble's members, in order.

    Raises
    ------
    LetfError
        If `threads` breaks its rule.
    """
    parts = spec.parts()
    tallies = [np.zeros((len(gains), len(spec.funds), 2), np.int64) for _ in parts]
    capped = [0] * len(parts)

    def blocks() -> Iterator[tuple[int, Lowered, Loop, int, int]]:
        for number, (first_path, part) in enumerate(parts):
            lowered = lower(part)
            loop = Loop(np.array(gains, float), float(reverts), lowered.leverages, lowered.carries, float(beyond))
            yield from ((number, lowered, loop, *block) for block in _blocks(first_path, part.paths))

    def take(found: tuple[int, np.ndarray, int]) -> None:
        number, tally, caps = found
        tallies[number] += tally
        capped[number] += caps

    run_in_order(_block, blocks(), take, threads=threads, on_progress=on_progress)
    return [
        Counted(part.paths, tally[..., 0], tally[..., 1], caps)
        for (_, part), tally, caps in zip(parts, tallies, capped, strict=True)
    ]


def _blocks(first_path: int, paths: int) -> Iterator[tuple[int, int]]:
    """(first path, number of paths) of blocks."""
    end = first_path + paths
    return ((first, min(BLOCK_PATHS, end - first)) for first in range(first_path, end, BLOCK_PATHS))


def _block(number: int, lowered: Lowered, loop: Loop, first: int, paths: int) -> tuple[int, np.ndarray, int]:
    """The market's number, tally of a block, and on how many days volatility was capped."""
    tally, capped = np.zeros((len(loop.gains), len(loop.leverages), 2), np.int64), np.zeros(1, np.int64)
    last_day = int(lowered.horizons[-1])
    run_feedback(lowered.seed, np.uint64(first), paths, lowered.market, loop, last_day, tally, capped)
    return number, tally, int(capped[0])
