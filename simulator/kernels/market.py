"""One day of the index, for all lanes."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.elementary import HALF_LN2, expm1, expm1_small
from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel

MAX_REGIMES = 4
TABLE_STEP = 1 / 32  # of |z| between the knots of an innovation table
TABLE_SEGMENTS = 216  # up to |z| = 6.75, beyond the largest normal of `rng.box_muller`
KNOTS_PER_UNIT = np.float32(1 / TABLE_STEP)
ONE_BIT = np.uint32(1)


class Markov(NamedTuple):
    """A regime-switching market in daily raw numbers; beyond its `regimes` nothing is reached.

    first, thresholds : int32 (3,) and (4, 3), a 31-bit uniform above threshold j lies beyond regime j.
    mean, sd : float32 (4,), daily log return and volatility.
    table : float32 (4, segments, 4), cubics that turn a normal z into the regime's innovation; (4, 0, 4): none.
    autocorrelation : float32, rho.  center : float32, mbar.  last : float32, x_0.
    """

    regimes: int
    first: np.ndarray
    thresholds: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    table: np.ndarray
    autocorrelation: np.float32
    center: np.float32
    last: np.float32


@kernel
def pick(k, a, b, c, d):
    """The k-th of four values, without a branch or a gather."""
    low = a if k == 0 else b
    high = c if k == 2 else d
    return low if k < 2 else high


@kernel
def first_regime(words, first, regime):
    """Draw day 1's `regime` (lanes,) int32 by inverse law from row 0 of `words` (rows, lanes) uint32."""
    for i in range(regime.shape[0]):
        u = np.int32(words[0, i] >> ONE_BIT)
        regime[i] = np.int32(u > first[0]) + np.int32(u > first[1]) + np.int32(u > first[2])


@kernel
def next_regime(words, row, thresholds, regime):
    """Move `regime` (lanes,) int32 one day on, by inverse law of its row of the transition matrix."""
    a0, b0, c0, d0 = thresholds[0, 0], thresholds[1, 0], thresholds[2, 0], thresholds[3, 0]
    a1, b1, c1, d1 = thresholds[0, 1], thresholds[1, 1], thresholds[2, 1], thresholds[3, 1]
    a2, b2, c2, d2 = thresholds[0, 2], thresholds[1, 2], thresholds[2, 2], thresholds[3, 2]
    for i in range(regime.shape[0]):
        u = np.int32(words[row, i] >> ONE_BIT)
        k = regime[i]
        step0 = np.int32(u > pick(k, a0, b0, c0, d0))
        step1 = np.int32(u > pick(k, a1, b1, c1, d1))
        step2 = np.int32(u > pick(k, a2, b2, c2, d2))
        regime[i] = step0 + step1 + step2


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
def index_day(market, regime, e, row, x, r):
    """x = m[s] + rho (x - mbar) + sd[s] e and r = exp(x) - 1, both (lanes,) float32; x holds yesterday's.

    The innovations are row `row` of `e` (rows, lanes) float32.
    """
    m0, m1, m2, m3 = market.mean[0], market.mean[1], market.mean[2], market.mean[3]
    s0, s1, s2, s3 = market.sd[0], market.sd[1], market.sd[2], market.sd[3]
    rho, center = market.autocorrelation, market.center
    large = 0
    for i in range(x.shape[0]):
        k = regime[i]
        mean = fma(rho, x[i] - center, pick(k, m0, m1, m2, m3))
        x[i] = fma(pick(k, s0, s1, s2, s3), e[row, i], mean)
        large |= abs(x[i]) >= HALF_LN2
    if large:
        for i in range(x.shape[0]):
            r[i] = expm1(x[i])
    else:
        for i in range(x.shape[0]):
            r[i] = expm1_small(x[i])
