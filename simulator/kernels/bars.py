"""The bar of a day: the open between two closes, and what lies between open and close."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.markov import pick
from simulator.kernels.rng import BARRIERS, CALL_WORDS, FILL_WORDS, OPENS, first_normals, words_of_lanes
from simulator.kernels.stats import LANES

# How positions are watched: not at all, held to the end, sold at closes, at the next open, or within the day: where the
# way from open to close is a bridge, and where past days bring their low and high. A later one needs all of a day that
# the earlier ones do.
NOTHING, HELD, AT_CLOSE, NEXT_OPEN, BRIDGE, BARS = range(6)
SLOT_OPENS, SLOT_BARRIERS = np.uint64(OPENS), np.uint64(BARRIERS)
COLUMNS = min(64, LANES)
MOST_GATHERED = LANES * 3 // 5  # lanes; of more it costs less to look at all than to gather them


class Room(NamedTuple):
    """Room for what lanes that are not beside each other gather, (LANES,)."""

    move: np.ndarray
    place: np.ndarray  # int32
    value: np.ndarray  # float64
    level: np.ndarray  # float64


class Bars(NamedTuple):
    """What lanes do within eight days, (8, LANES): log moves since the close before, float32.

    Closes are of all lanes; the others only of those that still hold a position, in the order of `lanes`.

    close : x.  open.  low, high : of markets that draw past days.
    spread : variance of the way from open to close, of the other markets.
    words : uint32, by which a bridge that may have met a barrier did, or did not.
    lanes : uint32 (LANES,), lanes that still hold when the eight days begin; any lanes follow up to the next COLUMNS.
    held : int64 (1,), how many; LANES where they are looked at all, as they are unless few are left.
    """

    close: np.ndarray
    open: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread: np.ndarray
    words: np.ndarray
    lanes: np.ndarray
    held: np.ndarray
    room: Room


@allocating
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
        np.empty(width, np.uint32),
        np.zeros(1, np.int64),
        Room(np.empty(width, np.float32), np.empty(width, np.int32), np.empty(width), np.empty(width)),
    )


@kernel
def look_at_lanes(how, n, bars):
    """List those of the first `n` lanes that hold a position in any fund; `how` as in `kernels.exits.Left`."""
    lanes, held = bars.lanes, np.uint32(0)
    for i in range(n):
        holds = False
        for fund in range(how.shape[0]):
            holds |= how[fund, i] <= 0
        lanes[held] = i
        held = np.uint32(held + holds)
    if held > MOST_GATHERED and n == LANES:
        held = np.uint32(LANES)
        for i in range(LANES):
            lanes[i] = i
    for j in range(held, columns(held)):
        lanes[j] = 0
    bars.held[0] = held


@kernel
def columns(held):
    """The columns of `Bars` that hold so many lanes: whole groups, which leave no rest when they are vectorised."""
    return (np.int64(held) + COLUMNS - 1) // COLUMNS * COLUMNS


@kernel
def gather(values, bars, room):
    """`values` (LANES,) of the lanes that still hold: `values` itself where all are looked at, else in `room`."""
    if bars.held[0] == LANES:
        return values
    for j in range(columns(bars.held[0])):
        room[j] = values[bars.lanes[j]]
    return room


@kernel
def narrow(values, bars, singles):
    """`values` (LANES,) of the lanes that still hold, or of all where all are looked at, as `singles`, float32."""
    if bars.held[0] == LANES:
        for i in range(LANES):
            singles[i] = np.float32(values[i])
    else:
        for j in range(columns(bars.held[0])):
            singles[j] = np.float32(values[bars.lanes[j]])


@kernel
def draw_within(seed, first_path, first_day, watch, bars):
    """Draw what eight days need beside their closes: normals into `bars.open`, which `regime_bars` and `garch_bars`
    turn into opens, and the words of a bridge."""
    call, n = np.uint64(first_day // CALL_WORDS), columns(bars.held[0])
    words_of_lanes(seed, first_path, bars.lanes, n, call, SLOT_OPENS, bars.words)
    first_normals(bars.words, n, bars.open)
    if watch == BRIDGE:
        words_of_lanes(seed, first_path, bars.lanes, n, call, SLOT_BARRIERS, bars.words)


@kernel
def open_move(share, spread, z, x):
    """o given x: normal of mean W x and variance W (1 - W) sd^2, W the overnight share, spread = (1 - W) sd^2."""
    return fma(sqrt(share * spread), z, share * x)


@kernel
def regime_bars(market, regime, x, row, bars):
    """Row `row` of the opens and the variances to the close."""
    shares, spreads = market.overnight_share, market.spread
    regime, x = gather(regime, bars, bars.room.place), gather(x, bars, bars.room.move)
    for j in range(columns(bars.held[0])):
        share, spread = pick(regime[j], shares), pick(regime[j], spreads)
        bars.spread[row, j] = spread
        bars.open[row, j] = open_move(share, spread, bars.open[row, j], x[j])


@kernel
def garch_spread(market, variance, row, bars):
    """Row `row` of the variances from open to close, before the day moves `variance` on."""
    limit, intraday = market.cap * market.cap, np.float32(1) - market.overnight_share
    variance = gather(variance, bars, bars.room.move)
    for j in range(columns(bars.held[0])):
        bars.spread[row, j] = intraday * min(variance[j], limit)


@kernel
def garch_bars(market, x, row, bars):
    """Row `row` of the opens, after `garch_spread`."""
    share, x = market.overnight_share, gather(x, bars, bars.room.move)
    for j in range(columns(bars.held[0])):
        bars.open[row, j] = open_move(share, bars.spread[row, j], bars.open[row, j], x[j])


@kernel
def past_bars(market, position, scale, shift, row, bars):
    """Row `row` of opens, lows and highs: those of the past days drawn, moved as their closes are."""
    position = gather(position, bars, bars.room.place)
    if market.scaled:
        factor = np.float32(market.scale)
        scale, shift = gather(scale, bars, bars.room.value), gather(shift, bars, bars.room.move)
        for j in range(columns(bars.held[0])):
            k = position[j]
            bars.open[row, j] = fma(factor, np.float32(scale[j] * market.opens[k]), shift[j])
            bars.low[row, j] = fma(factor, np.float32(scale[j] * market.lows[k]), shift[j])
            bars.high[row, j] = fma(factor, np.float32(scale[j] * market.highs[k]), shift[j])
    else:
        for j in range(columns(bars.held[0])):
            k = position[j]
            bars.open[row, j], bars.low[row, j], bars.high[row, j] = market.opens[k], market.lows[k], market.highs[k]


@kernel
def keep_closes(x, closes):
    """closes = x, (lanes,) float32."""
    for i in range(x.shape[0]):
        closes[i] = x[i]
