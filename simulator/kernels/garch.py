"""One day of a GJR-GARCH index, for all lanes."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.growth import log_growth
from simulator.kernels.jit import kernel
from simulator.kernels.markov import KNOTS_PER_UNIT, TABLE_SEGMENTS

HALF = np.uint64(32)


class Garch(NamedTuple):
    """A GJR-GARCH market in daily raw numbers.

    first, cap : float32, day 1's variance and the largest volatility.
    omega, alpha, gamma, beta : float32.
    drift : float32, log of the index's mean growth.
    growth : float32 (8,), q of `log_growth` for z.
    table : float32 (2, segments, 4), cubics that turn |normal| into z, by its sign: above 0, below; (2, 0, 4): none.
    residuals : float32 (n,), what z is drawn from; (0,): nothing.
    overnight_share : float32, share of the day's variance before the open.
    """

    first: np.float32
    cap: np.float32
    omega: np.float32
    alpha: np.float32
    gamma: np.float32
    beta: np.float32
    drift: np.float32
    growth: np.ndarray
    table: np.ndarray
    residuals: np.ndarray
    overnight_share: np.float32


@kernel
def skewed(z, row, table):
    """Replace the normals in one row of `z` (rows, lanes) float32 by skewed innovations, by a cubic between knots."""
    for i in range(z.shape[1]):
        position = abs(z[row, i]) * KNOTS_PER_UNIT
        segment = min(np.int32(position), np.int32(TABLE_SEGMENTS - 1))
        f = position - np.float32(segment)
        side = np.int32(z[row, i] < 0)
        e = table[side, segment, 3]
        e = fma(e, f, table[side, segment, 2])
        e = fma(e, f, table[side, segment, 1])
        z[row, i] = fma(e, f, table[side, segment, 0])


@kernel
def draw_residuals(words, row, residuals, z):
    """Fill one row of `z` (rows, lanes) float32 with residuals, the floor(n word / 2^32)-th."""
    count = np.uint64(residuals.shape[0])
    for i in range(z.shape[1]):
        z[row, i] = residuals[np.int32((np.uint64(words[row, i]) * count) >> HALF)]


@kernel
def garch_day(market, z, row, n, variance, x):
    """One day's log return x from its `variance`, which moves on to tomorrow's; give how many of the first
    `n` lanes were capped.

    sd = min(sqrt(variance), cap), e = sd z, x = drift - log E exp(sd z) + e and
    variance = omega + (alpha + gamma [e < 0]) e^2 + beta sd^2 (Glosten, Jagannathan and Runkle 1993, eq. 3).

    Parameters
    ----------
    z : float32 (rows, lanes), of which `row` is today's
    variance, x : float32 (lanes,), filled
    """
    limit = market.cap * market.cap
    capped = 0
    for i in range(n):
        capped += variance[i] > limit
    for i in range(x.shape[0]):
        square = min(variance[i], limit)
        sd = sqrt(square)
        e = sd * z[row, i]
        x[i] = (market.drift - log_growth(sd, market.growth)) + e
        news = market.alpha + market.gamma if e < 0 else market.alpha
        variance[i] = fma(news, e * e, fma(market.beta, square, market.omega))
    return capped
