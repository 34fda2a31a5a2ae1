"""The index of any kind of market: the numbers it needs, and one day of it for all lanes."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import (
    NEXT_OPEN,
    NOTHING,
    draw_within,
    garch_bars,
    garch_spread,
    keep_closes,
    past_bars,
    regime_bars,
)
from simulator.kernels.bootstrap import (
    RETURN_ROWS,
    VARIANCE_ROWS,
    Bootstrap,
    Memory,
    first_blocks,
    first_days,
    next_blocks,
    next_days,
    past_day,
    remember,
    scaled_day,
)
from simulator.kernels.elementary import HALF_LN2, expm1, expm1_small
from simulator.kernels.garch import Garch, draw_residuals, garch_day, skewed
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.markov import Markov, first_regime, innovations, next_regime, regime_day
from simulator.kernels.rng import CALL_WORDS, DAYS, FILL_WORDS, NORMALS, REGIMES, SECOND, normals, philox_words
from simulator.kernels.second import (
    Second,
    second_blocks,
    second_garch_day,
    second_past_day,
    second_regime_day,
    second_scaled_day,
)
from simulator.kernels.stats import LANES

MARKOV, GARCH, BOOTSTRAP = 0, 1, 2
ZERO, MAGNITUDE = np.int32(0), np.int32(0x7FFFFFFF)
HALF_LN2_BITS = np.int32(HALF_LN2.view(np.int32))
SLOT_NORMALS, SLOT_REGIMES, SLOT_DAYS = np.uint64(NORMALS), np.uint64(REGIMES), np.uint64(DAYS)
SLOT_SECOND = np.uint64(SECOND)


class Market(NamedTuple):
    """A market of any kind in daily raw numbers; of the three kinds only that of `kind` is read."""

    kind: int
    markov: Markov
    garch: Garch
    bootstrap: Bootstrap
    second: Second


class Beside(NamedTuple):
    """What lanes carry of a second index, of no width where there is none.

    u : float32 (8, lanes), of eight days, its own normals.  y : float32 (lanes,), log return.
    shift : float32 (lanes,), of the block that a lane is in.
    """

    u: np.ndarray
    y: np.ndarray
    shift: np.ndarray


class State(NamedTuple):
    """What lanes carry from day to day: (LANES,) but for words, normals and the second index's simple returns,
    (8, LANES), of eight days."""

    words: np.ndarray
    z: np.ndarray
    x: np.ndarray
    place: np.ndarray  # int32: the regime, or the day of the past
    variance: np.ndarray
    scale: np.ndarray
    shift: np.ndarray
    memory: Memory
    beside: Beside
    second: np.ndarray


@allocating
def before_first_day(market):
    """The state before day 1."""
    beside = LANES if market.second.known else 0
    scaled = market.kind == BOOTSTRAP and market.bootstrap.scaled
    width = LANES if scaled else 0
    memory = Memory(np.empty((VARIANCE_ROWS, width)), np.empty((RETURN_ROWS, width)))
    if scaled:
        remember(market.bootstrap, memory)
    return State(
        np.empty((FILL_WORDS, LANES), np.uint32),
        np.empty((FILL_WORDS, LANES), np.float32),
        np.full(LANES, market.markov.last, np.float32),
        np.zeros(LANES, np.int32),
        np.full(LANES, market.garch.first, np.float32),
        np.empty(LANES, np.float64),
        np.empty(LANES, np.float32),
        memory,
        Beside(np.empty((FILL_WORDS, beside), np.float32), np.empty(beside, np.float32), np.empty(beside, np.float32)),
        np.empty((FILL_WORDS, beside), np.float32),
    )


@kernel
def draw_second(seed, first_path, first_day, words, beside):
    """Draw what eight days of a second index need beside the first; `words` is room."""
    philox_words(seed, first_path, np.uint64(first_day // CALL_WORDS), SLOT_SECOND, words)
    normals(words, beside.u)


@kernel
def markov_days(market, second, seed, first_path, first_day, days, state, r, watch, bars):
    words, z, x, regime, beside = state.words, state.z, state.x, state.place, state.beside
    call, many = np.uint64(first_day // CALL_WORDS), market.regimes > 1
    thresholds, table = market.thresholds, market.table
    if second.known:
        draw_second(seed, first_path, first_day, words, beside)
    philox_words(seed, first_path, call, SLOT_NORMALS, words)
    normals(words, z)
    if many:
        philox_words(seed, first_path, call, SLOT_REGIMES, words)
    for row in range(days):
        if many:
            if first_day + row == 0:
                first_regime(words, market.first, regime)
            else:
                next_regime(words, row, thresholds, regime)
        if table.shape[1] > 0:
            innovations(z, row, table, regime)
        if second.known:
            if second.table.shape[1] > 0:
                innovations(beside.u, row, second.table, regime)
            second_regime_day(second, regime, z, beside.u, row, beside.y)
            simple_returns(beside.y, state.second[row])
        regime_day(market, regime, z, row, x)
        simple_returns(x, r[row])
        if watch != NOTHING:
            keep_closes(x, bars.close[row])
        if watch >= NEXT_OPEN:
            regime_bars(market, regime, x, row, bars)


@kernel
def garch_days(market, second, seed, first_path, first_day, days, n, state, r, watch, bars):
    words, z, x, variance, beside = state.words, state.z, state.x, state.variance, state.beside
    call, table, residuals = np.uint64(first_day // CALL_WORDS), market.table, market.residuals
    drawn = residuals.shape[0] > 0
    if second.known:
        draw_second(seed, first_path, first_day, words, beside)
    philox_words(seed, first_path, call, SLOT_DAYS if drawn else SLOT_NORMALS, words)
    if not drawn:
        normals(words, z)
    capped = 0
    for row in range(days):
        if drawn:
            draw_residuals(words, row, residuals, z)
        else:
            skewed(z, row, table)
        if watch >= NEXT_OPEN:
            garch_spread(market, variance, row, bars)
        if second.known:
            if second.table.shape[1] > 0:
                innovations(beside.u, row, second.table, state.place)  # one law for all: `place` is 0 here
            second_garch_day(second, market.cap, variance, z, beside.u, row, beside.y)
            simple_returns(beside.y, state.second[row])
        capped += garch_day(market, z, row, n, variance, x)
        simple_returns(x, r[row])
        if watch != NOTHING:
            keep_closes(x, bars.close[row])
        if watch >= NEXT_OPEN:
            garch_bars(market, x, row, bars)
    return capped


@kernel
def bootstrap_days(market, second, seed, first_path, first_day, days, state, r, watch, bars):
    words, z, x, position, beside = state.words, state.z, state.x, state.place, state.beside
    scale, shift, memory = state.scale, state.shift, state.memory
    if first_day == 0 and market.scaled:
        philox_words(seed, first_path, np.uint64(0), SLOT_NORMALS, words)
        normals(words, z)
    philox_words(seed, first_path, np.uint64(first_day // CALL_WORDS), SLOT_DAYS, words)
    for row in range(days):
        day = first_day + row
        if day == 0:
            first_days(words, market.days.shape[0], position)
        else:
            next_days(words, row, market, position)
        if market.scaled:
            if day == 0:
                first_blocks(market, z, position, scale, shift)
            else:
                next_blocks(market, words, row, day, memory, position, scale, shift)
            scaled_day(market, day, position, scale, shift, memory, x)
            if second.known:
                second_blocks(second, market, words, row, day, position, scale, beside.shift)
                second_scaled_day(second, market, position, scale, beside.shift, beside.y)
        else:
            past_day(market, position, x)
            if second.known:
                second_past_day(second, position, beside.y)
        if second.known:
            simple_returns(beside.y, state.second[row])
        simple_returns(x, r[row])
        if watch != NOTHING:
            keep_closes(x, bars.close[row])
        if watch >= NEXT_OPEN:
            past_bars(market, position, scale, shift, row, bars)


@kernel
def index_days(market, seed, first_path, first_day, days, n, state, r, watch, bars):
    """The simple returns of all lanes over up to eight days; give how often one of the first `n` was capped.

    Where the market has a second index, its simple returns are then in `state.second`, float32 (8, lanes).

    Parameters
    ----------
    market : Market
    first_day : int
        From 0, a multiple of eight: the words of one call serve four days, those of one filling eight.
    r : float32 (8, lanes), of which the first `days` rows are filled
    watch : int
        How positions are watched, of `kernels.bars`: what of `bars` is filled; r is the same whatever it is.
    bars : Bars
    """
    if watch >= NEXT_OPEN and market.kind != BOOTSTRAP:
        draw_within(seed, first_path, first_day, watch, bars)
    if market.kind == MARKOV:
        markov_days(market.markov, market.second, seed, first_path, first_day, days, state, r, watch, bars)
    elif market.kind == GARCH:
        return garch_days(market.garch, market.second, seed, first_path, first_day, days, n, state, r, watch, bars)
    else:
        bootstrap_days(market.bootstrap, market.second, seed, first_path, first_day, days, state, r, watch, bars)
    return 0


@kernel
def simple_returns(x, r):
    """r = exp(x) - 1, both (lanes,) float32."""
    widest = ZERO
    for i in range(x.shape[0]):  # magnitudes of floats are ordered as their bits are, whose maximum vectorises
        widest = max(widest, np.int32(np.float32(x[i]).view(np.int32) & MAGNITUDE))
    if widest >= HALF_LN2_BITS:
        for i in range(x.shape[0]):
            r[i] = expm1(x[i])
    else:
        for i in range(x.shape[0]):
            r[i] = expm1_small(x[i])
