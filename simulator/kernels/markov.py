"""One day of a regime-switching index, for all lanes."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel

FEWEST_REGIMES, MAX_REGIMES = 3, 4  # that kernels are compiled for; fewer are padded
TABLE_STEP = 1 / 32  # of |z| between the knots of an innovation table
TABLE_SEGMENTS = 216  # up to |z| = 6.75, beyond the largest normal of `rng.box_muller`
KNOTS_PER_UNIT = np.float32(1 / TABLE_STEP)
ONE_BIT = np.uint32(1)


class Markov(NamedTuple):
    """A regime-switching market in daily raw numbers.

    What depends on the regime is a tuple of three or, for four regimes, four: kernels are compiled for either, and
    choosing among three is a quarter cheaper. Beyond its `regimes` nothing is reached.

    first : tuple of 2 or 3 int32, thresholds of day 1: a 31-bit uniform above the j-th lies beyond regime j.
    thresholds : tuple of as many tuples by regime, those of the rows of the transition matrix.
    mean, sd : tuple of float32 by regime, daily log return and volatility.
    table : float32 (4, segments, 4), cubics that turn a normal z into the regime's innovation; (4, 0, 4): none.
    autocorrelation : float32, rho.  center : float32, mbar.  last : float32, x_0.
    overnight_share, spread : tuple of float32 by regime, share of the day's variance before the open, and the variance
        after it.
    """

    regimes: int
    first: tuple
    thresholds: tuple
    mean: tuple
    sd: tuple
    table: np.ndarray
    autocorrelation: np.float32
    center: np.float32
    last: np.float32
    overnight_share: tuple
    spread: tuple


@kernel
def pick(k, values):
    """values[k] of three or four, without a branch or a gather; their number is known when this is compiled."""
    low = values[0] if k == 0 else values[1]
    high = values[2]
    if len(values) == 4:
        high = values[2] if k == 2 else values[-1]
    return low if k < 2 else high


@kernel
def first_regime(words, first, regime):
    """Draw day 1's `regime` (lanes,) int32 by inverse law from row 0 of `words` (rows, lanes) uint32."""
    for i in range(regime.shape[0]):
        u = np.int32(words[0, i] >> ONE_BIT)
        drawn = np.int32(u > first[0]) + np.int32(u > first[1])
        if len(first) == 3:
            drawn += np.int32(u > first[-1])
        regime[i] = drawn


@kernel
def next_regime(words, row, thresholds, regime):
    """Move `regime` (lanes,) int32 one day on, by inverse law of its row of the transition matrix."""
    for i in range(regime.shape[0]):
        u = np.int32(words[row, i] >> ONE_BIT)
        k = regime[i]
        drawn = np.int32(u > pick(k, thresholds[0])) + np.int32(u > pick(k, thresholds[1]))
        if len(thresholds) == 3:
            drawn += np.int32(u > pick(k, thresholds[-1]))
        regime[i] = drawn


@kernel
def innovations(z, row, table, regime):
    """Replace the normals in one row of `z` by their regimes' innovations, odd in z, by a cubic between knots."""
    for i in range(z.shape[1]):
        k = regime[i]
        position = abs(z[row, i]) * KNOTS_PER_UNIT
        segment = min(np.int32(position), np.int32(TABLE_SEGMENTS - 1))
        f = position - np.float32(segment)
        e = table[k, segment, 3]
        e = fma(e, f, table[k, segment, 2])
        e = fma(e, f, table[k, segment, 1])
        e = fma(e, f, table[k, segment, 0])
        z[row, i] = -e if z[row, i] < 0 else e


@kernel
def regime_day(market, regime, e, row, x):
    """x = m[s] + rho (x - mbar) + sd[s] e, (lanes,) float32; x holds yesterday's log return.

    The innovations are row `row` of `e` (rows, lanes) float32.
    """
    means, sds, rho, center = market.mean, market.sd, market.autocorrelation, market.center
    for i in range(x.shape[0]):
        k = regime[i]
        mean = fma(rho, x[i] - center, pick(k, means))
        x[i] = fma(pick(k, sds), e[row, i], mean)
