"""Run paths under tilted laws, and add up what those weigh that lose much."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from simulator.engine.in_order import run_in_order
from simulator.engine.lower import Lowered, lower
from simulator.engine.lower_market import thresholds
from simulator.engine.pieces import padded
from simulator.engine.tilts import Tilt
from simulator.kernels.markov import MAX_REGIMES, Markov
from simulator.kernels.stats import LANES
from simulator.kernels.tilted import TAIL_BINS, RareTally, Tilted, run_tilted
from simulator.spec.run import Simulation
from simulator.sums import ExactSums

BLOCK_GROUPS = 128  # of LANES paths in a block, shared out among its laws


class Weighed(NamedTuple):
    """What weighted paths add up to: sums of weights and of their squares by the law that was drawn from.

    paths : int, of each law.
    all : float64 (laws, 2).  ended, met : float64 (laws, losses, 2).  tail : float64 (laws, TAIL_BINS, 2).
        As in `kernels.tilted.RareTally`.
    """

    paths: int
    all: np.ndarray
    ended: np.ndarray
    met: np.ndarray
    tail: np.ndarray


def rounded_paths(paths: int, laws: int) -> int:
    """The least number of paths from `paths` on of which every law draws whole lanes, as many as the others."""
    return -(-paths // (laws * LANES)) * laws * LANES


def weigh(
    spec: Simulation,
    laws: Sequence[Tilt],
    losses: Sequence[float],
    *,
    first_path: int = 0,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Weighed:
    """Draw the run's paths in equal shares from each law, and weigh them by its density over that of their mixture.

    The balance heuristic of Veach and Guibas (1995); what it adds up to is without bias, and a weight at most the
    number of laws where the market's own is one of them (Owen and Zhou 2000, JASA 95, "defensive mixture").

    Parameters
    ----------
    spec : Simulation
        Of one fund; as many paths as `rounded_paths` gives.
    laws : sequence of Tilt
        With evenly spaced exponents, the first 0.
    losses : sequence of float
        Rising, in (0, 1).
    first_path : int
        Number of the first path.
    threads, on_progress : optional
        As in `run_in_order`.

    Raises
    ------
    ValueError
        If the laws cannot share the paths out in whole lanes.
    LetfError
        If `threads` breaks its rule.
    """
    if spec.paths != rounded_paths(spec.paths, len(laws)):
        raise ValueError(f"{spec.paths} paths are no whole lanes of {len(laws)} laws; see rounded_paths")
    lowered, levels = lower(spec), 1 - np.array(losses)
    tilted = lower_tilts(lowered, laws)
    sums = ExactSums((len(laws), 1 + 2 * len(levels) + TAIL_BINS, 2))
    blocks = _blocks(spec.paths, first_path, len(laws))
    run_in_order(partial(_block, lowered, tilted, levels), blocks, sums.add, threads=threads, on_progress=on_progress)
    return Weighed(spec.paths // len(laws), *_parts(sums.values(), len(levels)))


def lower_tilts(lowered: Lowered, laws: Sequence[Tilt]) -> list[Tilted]:
    """The laws as raw numbers."""
    markov, regimes = lowered.market.markov, lowered.market.markov.regimes
    ratios = np.exp(np.stack([law.log_ratios for law in laws], axis=2)) / len(laws)
    ratios = np.concatenate([ratios, np.zeros((len(ratios), MAX_REGIMES - regimes, len(laws)))], axis=1)
    step = laws[-1].exponent / max(len(laws) - 1, 1)
    return [Tilted(_markov(markov, law), _thresholds(law), step, law.curve, ratios) for law in laws]


def _markov(markov: Markov, law: Tilt) -> Markov:
    """The market under the law, its tuples of four; what moves regimes from day to day is not read."""
    none = padded([np.int32(0)], MAX_REGIMES)
    return markov._replace(
        first=thresholds(law.first, MAX_REGIMES),
        thresholds=(none,) * (MAX_REGIMES - 1),
        mean=padded(law.means.astype(np.float32), MAX_REGIMES),
        sd=padded(law.sds.astype(np.float32), MAX_REGIMES),
        overnight_share=padded(markov.overnight_share, MAX_REGIMES),
        spread=padded(markov.spread, MAX_REGIMES),
    )


def _thresholds(law: Tilt) -> np.ndarray:
    """int32 (days, 3, 4)."""
    rows = [[thresholds(row, MAX_REGIMES) for row in padded(day, MAX_REGIMES)] for day in law.transitions]
    return np.ascontiguousarray(np.array(rows, np.int32).transpose(0, 2, 1))


def _blocks(paths: int, first_path: int, laws: int) -> Iterator[tuple[int, int]]:
    """(first path, number of paths) of blocks, cut by the numbers of paths and laws alone."""
    size, end = BLOCK_GROUPS // laws * laws * LANES, first_path + paths
    return ((first, min(size, end - first)) for first in range(first_path, end, size))


def _block(lowered: Lowered, tilted: Sequence[Tilted], levels: np.ndarray, first: int, paths: int) -> np.ndarray:
    """Sums, (laws, rows, 2), of a block: its paths in order, an equal share from each law."""
    sums, share = np.zeros((len(tilted), 1 + 2 * len(levels) + TAIL_BINS, 2)), paths // len(tilted)
    for number, law in enumerate(tilted):
        whole, ended, met, tail = _parts(sums[number], len(levels))
        tally = RareTally(whole, ended, met, tail)
        start = np.uint64(first + number * share)
        run_tilted(lowered.seed, start, share, law, lowered.leverages[0], lowered.carries[0], levels, tally)
    return sums


def _parts(sums: np.ndarray, levels: int) -> tuple[np.ndarray, ...]:
    """all, ended, met and tail of sums (..., rows, 2)."""
    edges = (1, 1 + levels, 1 + 2 * levels)
    return (sums[..., 0, :], *(part for part in np.split(sums, edges, axis=-2)[1:]))
