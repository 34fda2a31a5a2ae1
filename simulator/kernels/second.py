"""One day of a second index, for all lanes: what it does on a day of the first."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from simulator.kernels.bootstrap import block_shift
from simulator.kernels.fma import fma
from simulator.kernels.growth import log_growth
from simulator.kernels.jit import kernel
from simulator.kernels.markov import pick


class Second(NamedTuple):
    """A second index in daily raw numbers; of what a kind of market does not read, nothing is reached.

    known : bool, whether there is one.
    mean, slope, spread : tuple of float32 by regime, as many as the market's: log drift, beta times the first's
        volatility, and the volatility of what is its own.
    drift : float32, log of its mean growth.
    beta, ratio : float32, moves for the first's and volatility of its own over the first's.
    growth : float32 (8,), q of `log_growth`: of a GARCH day for its innovation, of a block's days for theirs.
    first_growth : float32 (8,), that of a path's first block.
    table : float32 (4, segments, 4), cubics that turn a normal into u, as `Markov.table`; (4, 0, 4): none.
    days : float32 (n,), log returns of the past; where they are scaled, before scale and drift.
    """

    known: bool
    mean: tuple
    slope: tuple
    spread: tuple
    drift: np.float32
    beta: np.float32
    ratio: np.float32
    growth: np.ndarray
    first_growth: np.ndarray
    table: np.ndarray
    days: np.ndarray


@kernel
def second_regime_day(second, regime, e, u, row, y):
    """y = m[s] + beta[s] sd[s] e + v[s] u, (lanes,) float32; `e` and `u` (rows, lanes), of which `row` is today's."""
    means, slopes, spreads = second.mean, second.slope, second.spread
    for i in range(y.shape[0]):
        k = regime[i]
        own = fma(pick(k, spreads), u[row, i], pick(k, means))
        y[i] = fma(pick(k, slopes), e[row, i], own)


@kernel
def second_garch_day(second, cap, variance, z, u, row, y):
    """y = drift - log E exp(sd (beta z + ratio u)) + sd (beta z + ratio u), sd that of the first index's day.

    `variance` (lanes,) is today's, so this comes before `garch_day`.
    """
    limit = cap * cap
    for i in range(y.shape[0]):
        sd = sqrt(min(variance[i], limit))
        move = fma(second.beta, z[row, i], second.ratio * u[row, i])
        y[i] = fma(sd, move, second.drift - log_growth(sd, second.growth))


@kernel
def second_past_day(second, position, y):
    """y = the log return of the day that the first index lives through again."""
    for i in range(y.shape[0]):
        y[i] = second.days[position[i]]


@kernel
def second_blocks(second, market, words, row, day, position, scale, shift):
    """The shift of the lanes whose block begins today, from its drift and its days' volatility."""
    first = day == 0
    vols, growth = (market.first_vols, second.first_growth) if first else (market.vols, second.growth)
    for i in range(position.shape[0]):
        if first or words[row, i] < market.threshold:
            shift[i] = block_shift(second.drift, market.scale * (scale[i] * vols[position[i]]), growth)


@kernel
def second_scaled_day(second, market, position, scale, shift, y):
    """y = shift + scale times the log return of the day that the first index lives through again."""
    for i in range(y.shape[0]):
        move = np.float32(scale[i] * second.days[position[i]])
        y[i] = fma(np.float32(market.scale), move, shift[i])
