"""Which lanes may meet a level on a day: a look in single precision that passes over none, and marks few others."""

from math import copysign, log

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel
from simulator.kernels.levels import HOLDING, LEAST_SPREAD, ONE, THIRD, place_singly

SURE, PERHAPS = np.float32(0.02), np.float32(3.95)  # exp(-0.02) + exp(-3.95) is 1 within a thousandth, and below it
HALF, QUARTER = np.float32(1 / 2), np.float32(1 / 4)
ONE_BIT = np.uint32(1)
# the bits of a single n, read as an integer, times log 2 / 2^23, less 127 log 2, are log n or up to 0.06 less
BITS_SCALE, BITS_OFFSET = np.float32(log(2) / 2**23), np.float32((31 + 127) * log(2) * (1 + 1e-6))


@kernel
def nearer(d, s):
    """The first four terms of s log(1 + s d), s = +-1, which for |d| <= 0.35 are nearer to 0."""
    return d * fma(fma(fma(-s * QUARTER, d, THIRD), d, -s * HALF), d, ONE)


@kernel
def place_roughly(rough, growth, nav):
    """Logarithms of `place`'s moves, times s, in single precision, and nearer by more than their error."""
    lower, upper = place_singly(rough, growth, nav)
    s, slack = rough[5], rough[6]
    return nearer(lower, s) + slack, nearer(upper, s) - slack


@kernel
def most_log(word):
    """-log U of a word's uniform U, or up to 0.06 more."""
    return fma(-BITS_SCALE, np.float32(np.float32(np.int32(word >> ONE_BIT)).view(np.int32)), BITS_OFFSET)


@kernel
def find_bridges(rough, growth, nav, starts, ends, spreads, words, how, margins):
    """Margins, at most 0 of lanes that may be sold on their way from open to close; all (lanes,).

    That is an open beyond a level, or U below P(stop met) + P(target met) = exp(-y_a) + exp(-y_b), y_a = 2 (o - a)
    (c - a) / v, which is above 1, and so above any U, where the close lies beyond a. Without the exponentials: y_a or
    y_b below -log U + 0.02, or both below -log U + 3.95, as they are where neither is and their sum still is above U.
    """
    s = rough[5]
    for j in range(margins.shape[0]):
        a, b = place_roughly(rough, growth[j], nav[j])
        o, c = s * starts[j], s * ends[j]
        above, below, half, most = o - a, b - o, HALF * max(spreads[j], LEAST_SPREAD), most_log(words[j])
        stop, target = above * (c - a), below * (b - c)
        one, both = min(stop, target) - half * (most + SURE), max(stop, target) - half * (most + PERHAPS)
        margins[j] = min(min(one, both), min(above, below)) if how[j] == HOLDING else ONE


@kernel
def find_bars(rough, growth, nav, lows, highs, how, margins):
    """Margins, at most 0 of lanes whose bar reaches a level; all (lanes,)."""
    s = rough[5]
    for j in range(margins.shape[0]):
        a, b = place_roughly(rough, growth[j], nav[j])
        low, high = s * lows[j], s * highs[j]
        margins[j] = min(min(low, high) - a, b - max(low, high)) if how[j] == HOLDING else ONE


@kernel
def find_closes(position, growth, nav, how, margins):
    """Margins, at most 0 of lanes whose fund or index has closed beyond a level; all (lanes,)."""
    side = copysign(1.0, position.leverage)
    for j in range(margins.shape[0]):
        stop = min(nav[j] - position.stop, side * (growth[j] - position.index_stop))
        target = min(position.target - nav[j], side * (position.index_target - growth[j]))
        margins[j] = np.float32(min(stop, target)) if how[j] == HOLDING else ONE


@kernel
def nearest(margins, n, near):
    """List those of the first `n` whose margin is at most 0 in `near`; give their number."""
    found = np.uint32(0)
    for j in range(n):  # each is written where the next one belongs, so that there is no branch
        near[found] = j
        found = np.uint32(found + (margins[j] <= 0))
    return found
