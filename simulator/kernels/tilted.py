"""Paths under a tilted law of regimes, and how much each that loses much weighs under the law itself.

The days are those of `kernels.paths`, phase by phase; but regimes move by another law every day, one fund alone is
followed, and all that is kept are sums of weights of paths that fall below levels.
"""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.fund import fund_growth
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.market import SLOT_NORMALS, SLOT_REGIMES, simple_returns
from simulator.kernels.markov import Markov, first_regime, next_regime, regime_day
from simulator.kernels.rng import CALL_WORDS, FILL_WORDS, normals, philox_words
from simulator.kernels.stats import LANES

TAIL_BINS = 256  # of the root of the value at the end, from 0 to what was paid: finer where less is left


class Tilted(NamedTuple):
    """A law to draw from, and the mixture of laws that it is one of.

    markov : of four regimes, its means, volatilities and day 1 tilted.
    thresholds : int32 (days, 3, 4), those of the tilted transitions into each day, as `Markov.thresholds`.
    step : difference of the mixture's exponents, the first of which is 0.
    curve : (L^2 - L) / 2 of the fund, in the score S = sum of L x - curve x^2.
    ratios : float64 (days, 4, laws): sum_j ratios[day, regime, j] exp(j step S) is the density of the mixture over that
        of the law itself, of a path's days up to `day`.
    """

    markov: Markov
    thresholds: np.ndarray
    step: float
    curve: float
    ratios: np.ndarray


class RareTally(NamedTuple):
    """Sums of weights and of their squares, added to.

    all : float64 (2,), of every path.
    ended, met : float64 (levels, 2), of paths below a level at the end, and at any close.
    tail : float64 (TAIL_BINS, 2), of paths by their value at the end.
    """

    all: np.ndarray
    ended: np.ndarray
    met: np.ndarray
    tail: np.ndarray


@kernel
def weight(score, step, ratios):
    """Density of the law itself over the mixture's, whose `ratios` (laws,) are those of the day and regime."""
    power, total = exp(step * score), 0.0
    for j in range(ratios.shape[0] - 1, -1, -1):
        total = total * power + ratios[j]
    return 1.0 / total


@kernel
def add_weight(w, sums):
    """Add a weight and its square to `sums` (2,)."""
    sums[0] += w
    sums[1] += w * w


@kernel
def thresholds_into(day, table):
    """Row `day` of `table` (days, 3, 4) as `Markov.thresholds` has them."""
    return (
        (table[day, 0, 0], table[day, 0, 1], table[day, 0, 2], table[day, 0, 3]),
        (table[day, 1, 0], table[day, 1, 1], table[day, 1, 2], table[day, 1, 3]),
        (table[day, 2, 0], table[day, 2, 1], table[day, 2, 2], table[day, 2, 3]),
    )


@kernel
def add_scores(x, leverage, curve, score):
    """score += L x - curve x^2, (LANES,)."""
    for i in range(LANES):
        move = np.float64(x[i])
        score[i] = fma(move, leverage - curve * move, score[i])


@kernel
def look_at_levels(nav, levels, due, day, score, regime, tilted, met):
    """Add each lane's weight to the levels that it falls below for the first time; `due` (LANES,) numbers the next."""
    for i in range(LANES):
        if due[i] < levels.shape[0] and nav[i] < levels[due[i]]:
            w = weight(score[i], tilted.step, tilted.ratios[day, regime[i]])
            while due[i] < levels.shape[0] and nav[i] < levels[due[i]]:
                add_weight(w, met[due[i]])
                due[i] += 1


@kernel
def look_at_end(nav, levels, day, score, regime, tilted, tally):
    """Add each lane's weight at the end of the hold."""
    for i in range(LANES):
        w = weight(score[i], tilted.step, tilted.ratios[day, regime[i]])
        add_weight(w, tally.all)
        if nav[i] < 1.0:
            add_weight(w, tally.tail[min(int(sqrt(nav[i]) * TAIL_BINS), TAIL_BINS - 1)])  # the root may round to 1
        for k in range(levels.shape[0]):
            if nav[i] >= levels[k]:
                break
            add_weight(w, tally.ended[k])


@allocating
def tilted_lanes(seed, first_path, tilted, leverage, carry, levels, tally):
    """Simulate LANES paths from `first_path` on and add what they did."""
    markov, last_day = tilted.markov, tilted.thresholds.shape[0]
    words, z = np.empty((FILL_WORDS, LANES), np.uint32), np.empty((FILL_WORDS, LANES), np.float32)
    x, r = np.full(LANES, markov.last, np.float32), np.empty(LANES, np.float32)
    regime, due = np.zeros(LANES, np.int32), np.zeros(LANES, np.int32)
    nav, frictionless, score = np.ones((1, LANES)), np.ones((1, LANES)), np.zeros(LANES)
    for first_day in range(0, last_day, FILL_WORDS):
        call = np.uint64(first_day // CALL_WORDS)
        philox_words(seed, first_path, call, SLOT_NORMALS, words)
        normals(words, z)
        philox_words(seed, first_path, call, SLOT_REGIMES, words)
        for row in range(min(FILL_WORDS, last_day - first_day)):
            day = first_day + row
            if day == 0:
                first_regime(words, markov.first, regime)
            else:
                next_regime(words, row, thresholds_into(day, tilted.thresholds), regime)
            regime_day(markov, regime, z, row, x)
            simple_returns(x, r)
            fund_growth(r, leverage, carry, nav, frictionless, 0)
            add_scores(x, leverage, tilted.curve, score)
            look_at_levels(nav[0], levels, due, day, score, regime, tilted, tally.met)
    look_at_end(nav[0], levels, last_day - 1, score, regime, tilted, tally)


@kernel
def run_tilted(seed, first_path, n_paths, tilted, leverage, carry, levels, tally):
    """Simulate `n_paths` paths, a multiple of LANES, from number `first_path` on.

    Parameters
    ----------
    seed, first_path : uint64
    n_paths : int
    tilted : Tilted
    leverage, carry : float
        Daily multiple and daily carry of the fund.
    levels : float64 (levels,)
        Values of the fund, falling, of what was paid.
    tally : RareTally
        Added to.
    """
    for start in range(0, n_paths, LANES):
        tilted_lanes(seed, first_path + np.uint64(start), tilted, leverage, carry, levels, tally)
