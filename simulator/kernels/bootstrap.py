"""One day of an index that lives through its past again, for all lanes."""

from math import exp, log
from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.growth import WIDEST, log_growth
from simulator.kernels.jit import kernel

WINDOWS = (2, 5, 22, 66)  # days that a forecast of volatility looks back, the longest last
LONGEST, WEEK = WINDOWS[-1], 5
VARIANCE_ROWS, RETURN_ROWS = LONGEST + 1, WEEK + 1  # of running sums that are kept
LEAST_VARIANCE = 1e-8  # of a day; below it a day's variance is a gap in the prices
HALF = np.uint64(32)
SPREAD_BITS = 14  # of a fraction: 2^32 times the most days, 100,000, in these units still fits 64 bits
SPREAD_SHIFT = np.uint64(32 + SPREAD_BITS)
ONE = np.int32(1)


class Bootstrap(NamedTuple):
    """A stationary bootstrap of daily log returns in raw numbers.

    days : float32 (n,), log returns; where they are scaled, before scale and drift.
    opens, lows, highs : float32 (n,), log moves since the close before, as `days`; (0,): not known.
    threshold : uint32, a word below it ends the block.
    spread : uint64, n times the mean length of a block, in units of 2^-14: (word * spread) >> 46 is the next block's
        first day.
    scaled : bool; all below is used only then.
    drift : float32, log of the index's mean growth.
    scale : float64, what every volatility is multiplied by.
    growth, first_growth : float32 (8,), q of `log_growth` for days of blocks over `vols` and `first_vols`.
    vols, first_vols : float64 (n,), daily volatility forecast before each day: a block that starts there is divided by
        it, or the path's first by the other.
    variances : float64 (n,), what each day's variance was.
    coefficients : float64 (6,), constant, log mean variance over each of `WINDOWS`, return of the last week.
    limits : float64 (2,), least and greatest forecast of log variance.
    first, error_sd : float64, the first block's forecast of log variance and the spread of its error.
    past_variances : float64 (66,).  past_returns : float64 (5,), those of the last days, oldest first.
    """

    days: np.ndarray
    opens: np.ndarray
    lows: np.ndarray
    highs: np.ndarray
    threshold: np.uint32
    spread: np.uint64
    scaled: bool
    drift: np.float32
    scale: float
    growth: np.ndarray
    first_growth: np.ndarray
    vols: np.ndarray
    first_vols: np.ndarray
    variances: np.ndarray
    coefficients: np.ndarray
    limits: np.ndarray
    first: float
    error_sd: float
    past_variances: np.ndarray
    past_returns: np.ndarray


class Memory(NamedTuple):
    """What lanes remember of their last days: running sums, row `day % rows` up to the end of that day.

    variances : float64 (67, lanes), of the day's variances.  returns : float64 (6, lanes), of log returns before drift.
    """

    variances: np.ndarray
    returns: np.ndarray


@kernel
def first_days(words, count, position):
    """Draw each lane's first day, one of `count`, from row 0 of `words`."""
    days = np.uint64(count)
    for i in range(position.shape[0]):
        position[i] = np.int32((np.uint64(words[0, i]) * days) >> HALF)


@kernel
def next_days(words, row, market, position):
    """Move `position` (lanes,) int32 one day on, the last day followed by the first; or to a new block's first day."""
    count = np.int32(market.days.shape[0])
    for i in range(position.shape[0]):
        word = words[row, i]
        onward = np.int32(position[i] + ONE)
        onward = np.int32(0) if onward == count else onward
        start = np.int32((np.uint64(word) * market.spread) >> SPREAD_SHIFT)
        position[i] = start if word < market.threshold else onward


@kernel
def remember(market, memory):
    """Fill the memory with the days before the first, which are all lanes' own."""
    memory.variances[0], memory.returns[0] = 0.0, 0.0
    for row in range(1, VARIANCE_ROWS):
        memory.variances[row] = memory.variances[row - 1, 0] + market.past_variances[row - 1]
    for row in range(1, RETURN_ROWS):
        memory.returns[row] = memory.returns[row - 1, 0] + market.past_returns[row - 1]


@kernel
def forecast(market, memory, day, lane):
    """Log variance of the days from `day` on, by the lane's own last 66: a regression on log mean variances
    (Corsi 2009, Journal of Financial Econometrics 7, in logs) and the last week's return."""
    c = market.coefficients
    last = (day - 1) % VARIANCE_ROWS
    value = c[0]
    for k in range(len(WINDOWS)):
        before = (day - 1 - WINDOWS[k]) % VARIANCE_ROWS
        mean = (memory.variances[last, lane] - memory.variances[before, lane]) / WINDOWS[k]
        value += c[1 + k] * log(max(mean, LEAST_VARIANCE))
    last, before = (day - 1) % RETURN_ROWS, (day - 1 - WEEK) % RETURN_ROWS
    value += c[1 + len(WINDOWS)] * (memory.returns[last, lane] - memory.returns[before, lane])
    return min(max(value, market.limits[0]), market.limits[1])


@kernel
def block_shift(drift, vol, growth):
    """The shift of a block whose days have the volatility `vol`, a day: the drift without what volatility adds."""
    return drift - log_growth(np.float32(min(vol, WIDEST)), growth)


@kernel
def begin_block(market, log_variance, vols, growth, lane, position, scale, shift):
    """Scale and shift of a lane's new block: forecast over divisor, and `block_shift`."""
    vol = exp(log_variance / 2)
    scale[lane] = vol / vols[position[lane]]
    shift[lane] = block_shift(market.drift, market.scale * vol, growth)


@kernel
def first_blocks(market, z, position, scale, shift):
    """Begin all lanes' first blocks: today's forecast times exp(eta / 2), eta normal from row 0 of `z`."""
    for i in range(position.shape[0]):
        log_variance = market.first + market.error_sd * z[0, i]
        begin_block(market, log_variance, market.first_vols, market.first_growth, i, position, scale, shift)


@kernel
def next_blocks(market, words, row, day, memory, position, scale, shift):
    """Begin the blocks of the lanes whose last one has ended."""
    for i in range(position.shape[0]):
        if words[row, i] < market.threshold:
            log_variance = forecast(market, memory, day, i)
            begin_block(market, log_variance, market.vols, market.growth, i, position, scale, shift)


@kernel
def past_day(market, position, x):
    """x = the day's log return, (lanes,) float32."""
    for i in range(x.shape[0]):
        x[i] = market.days[position[i]]


@kernel
def scaled_day(market, day, position, scale, shift, memory, x):
    """x = shift + scale times the day's log return, (lanes,) float32; what it was joins the memory."""
    variances, returns = memory.variances, memory.returns
    row, before = day % VARIANCE_ROWS, (day - 1) % VARIANCE_ROWS
    for i in range(x.shape[0]):
        variances[row, i] = variances[before, i] + scale[i] * scale[i] * market.variances[position[i]]
    row, before = day % RETURN_ROWS, (day - 1) % RETURN_ROWS
    for i in range(x.shape[0]):
        move = scale[i] * market.days[position[i]]
        returns[row, i] = returns[before, i] + move
        x[i] = fma(np.float32(market.scale), np.float32(move), shift[i])
