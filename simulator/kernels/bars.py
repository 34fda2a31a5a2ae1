"""The bar of a day: the open between two closes, and what lies between open and close."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel
from simulator.kernels.markov import pick
from simulator.kernels.rng import BARRIERS, CALL_WORDS, FILL_WORDS, OPENS, normals, philox_words
from simulator.kernels.stats import LANES

# How positions are watched: not at all, held to the end, sold at closes, at the next open, or within the day: where the
# way from open to close is a bridge, and where past days bring their low and high. A later one needs all of a day that
# the earlier ones do.
NOTHING, HELD, AT_CLOSE, NEXT_OPEN, BRIDGE, BARS = range(6)
SLOT_OPENS, SLOT_BARRIERS = np.uint64(OPENS), np.uint64(BARRIERS)


class Bars(NamedTuple):
    """What lanes do within eight days, (8, LANES): log moves since the close before, float32.

    close : x.  open.  low, high : of markets that draw past days.
    spread : variance of the way from open to close, of the other markets.
    words : uint32, by which a bridge that may have met a barrier did, or did not.
    """

    close: np.ndarray
    open: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread: np.ndarray
    words: np.ndarray


@kernel
def room_for_bars(watch):
    """Room for eight days' bars; none where nothing is watched."""
    width = LANES if watch != NOTHING else 0
    return Bars(
        np.empty((FILL_WORDS, width), np.float32),
        np.empty((FILL_WORDS, width), np.float32),
        np.empty((FILL_WORDS, width), np.float32),
        np.empty((FILL_WORDS, width), np.float32),
        np.empty((FILL_WORDS, width), np.float32),
        np.empty((FILL_WORDS, width), np.uint32),
    )


@kernel
def draw_within(seed, first_path, first_day, watch, bars):
    """Draw what eight days need beside their closes: normals into `bars.open`, which `regime_bars` and `garch_bars`
    turn into opens, and the words of a bridge."""
    call = np.uint64(first_day // CALL_WORDS)
    philox_words(seed, first_path, call, SLOT_OPENS, bars.words)
    normals(bars.words, bars.open)
    if watch == BRIDGE:
        philox_words(seed, first_path, call, SLOT_BARRIERS, bars.words)


@kernel
def open_move(share, spread, z, x):
    """o given x: normal of mean W x and variance W (1 - W) sd^2, W the overnight share, spread = (1 - W) sd^2."""
    return fma(sqrt(share * spread), z, share * x)


@kernel
def regime_bars(market, regime, x, row, bars):
    """Row `row` of the opens and the variances to the close."""
    shares, spreads = market.overnight_share, market.spread
    for i in range(x.shape[0]):
        share, spread = pick(regime[i], shares), pick(regime[i], spreads)
        bars.spread[row, i] = spread
        bars.open[row, i] = open_move(share, spread, bars.open[row, i], x[i])


@kernel
def garch_spread(market, variance, row, bars):
    """Row `row` of the variances from open to close, before the day moves `variance` on."""
    limit, intraday = market.cap * market.cap, np.float32(1) - market.overnight_share
    for i in range(variance.shape[0]):
        bars.spread[row, i] = intraday * min(variance[i], limit)


@kernel
def garch_bars(market, x, row, bars):
    """Row `row` of the opens, after `garch_spread`."""
    share = market.overnight_share
    for i in range(x.shape[0]):
        bars.open[row, i] = open_move(share, bars.spread[row, i], bars.open[row, i], x[i])


@kernel
def past_bars(market, position, scale, shift, row, bars):
    """Row `row` of opens, lows and highs: those of the past days drawn, moved as their closes are."""
    for i in range(position.shape[0]):
        k = position[i]
        if market.scaled:
            factor = np.float32(market.scale)
            bars.open[row, i] = fma(factor, np.float32(scale[i] * market.opens[k]), shift[i])
            bars.low[row, i] = fma(factor, np.float32(scale[i] * market.lows[k]), shift[i])
            bars.high[row, i] = fma(factor, np.float32(scale[i] * market.highs[k]), shift[i])
        else:
            bars.open[row, i] = market.opens[k]
            bars.low[row, i] = market.lows[k]
            bars.high[row, i] = market.highs[k]


@kernel
def keep_closes(x, closes):
    """closes = x, (lanes,) float32."""
    for i in range(x.shape[0]):
        closes[i] = x[i]
