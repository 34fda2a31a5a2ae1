"""Stops and targets: whether a position is sold on a day, and at what price; `kernels.levels` says where they lie."""

from math import copysign, expm1, log1p
from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import AT_CLOSE, BARS, NEXT_OPEN, Bars, columns, gather, narrow
from simulator.kernels.bridges import outcome_within
from simulator.kernels.foresee import Closer, look_closer, room_for_closer
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.levels import AT_OPEN, BOTH, HOLDING, REACHED, STOPPED, UNSURE, place, roughly
from simulator.kernels.near import find_bars, find_bridges, find_closes, nearest
from simulator.kernels.stats import LANES

KIND = STOPPED | REACHED


class Today(NamedTuple):
    """A day of the first `n` lanes, as all funds see it.

    watch : int, of `kernels.bars`.  day : int, from 0.  row : int, its row of `bars`.
    growth : float64 (LANES,), of the index.  navs : float64 (funds, LANES).
    """

    watch: int
    day: int
    row: int
    n: int
    growth: np.ndarray
    navs: np.ndarray
    bars: Bars


class Left(NamedTuple):
    """What became of the lanes' positions, (funds, LANES).

    how : int32, HOLDING, STOPPED, REACHED, or minus what is ordered at a close for the next open.  day : int32, from 0.
    value : float64, what it was sold for.  both : int32, whether the bar of that day reached both.
    """

    how: np.ndarray
    day: np.ndarray
    value: np.ndarray
    both: np.ndarray


class Looks(NamedTuple):
    """Room for a look at lanes, (LANES,): index and fund at the last close and margins, float32; and the columns of
    those near a level, uint32."""

    growth: np.ndarray
    nav: np.ndarray
    margins: np.ndarray
    near: np.ndarray
    closer: Closer


@allocating
def enter(funds, watched):
    """Positions just bought; no room where none are sold."""
    width = LANES if watched else 0
    return Left(
        np.zeros((funds, width), np.int32),
        np.zeros((funds, width), np.int32),
        np.zeros((funds, width)),
        np.zeros((funds, width), np.int32),
    )


@allocating
def room_for_looks(watched):
    """Room for looks at lanes; none where none are sold."""
    width = LANES if watched else 0
    growth, nav = np.empty(width, np.float32), np.empty(width, np.float32)
    return Looks(growth, nav, np.empty(width, np.float32), np.empty(width, np.uint32), room_for_closer(width))


@kernel
def sell_within(today, position, near, outcomes, left, exit_days):
    """Sell the lanes in the columns `near` as `outcomes` say: at a level, or at an open beyond it."""
    bars, row, growth, nav, fund = today.bars, today.row, today.growth, today.navs[position.fund], position.fund
    side, base = copysign(1.0, position.leverage), 1.0 + position.carry
    for k in range(near.shape[0]):
        outcome, j = outcomes[k], near[k]
        lane, opened = bars.lanes[j], bars.open[row, j]
        if outcome == HOLDING:
            continue
        lower, upper = place(position, growth[lane], nav[lane])
        if outcome == UNSURE:
            a, b, o, c = log1p(side * lower), log1p(side * upper), opened, bars.close[row, lane]
            low, high, spread, word = bars.low[row, j], bars.high[row, j], bars.spread[row, j], bars.words[row, j]
            outcome = outcome_within(
                today.watch, side * o, side * c, side * a, side * b, side * low, side * high, spread, word
            )
            if outcome == HOLDING:
                continue
        kind = outcome & KIND
        move = expm1(opened) if outcome & AT_OPEN else side * (lower if kind == STOPPED else upper)
        left.how[fund, lane], left.day[fund, lane], left.both[fund, lane] = kind, today.day, (outcome & BOTH) != HOLDING
        left.value[fund, lane] = nav[lane] * max(0.0, base + position.leverage * move)
        exit_days[fund, kind - 1, today.day] += 1


@kernel
def look_within(today, position, left, exit_days, looks):
    """Sell the lanes that meet a level on this day."""
    watch, bars, row, rough = today.watch, today.bars, today.row, roughly(position)
    growth, nav = looks.growth, looks.nav
    narrow(today.growth, bars, growth)
    narrow(today.navs[position.fund], bars, nav)
    how = gather(left.how[position.fund], bars, bars.room.place)
    closes = gather(bars.close[row], bars, bars.room.move)
    margins = looks.margins[: columns(bars.held[0])]
    if watch == BARS:
        find_bars(rough, growth, nav, bars.low[row], bars.high[row], how, margins)
    else:
        find_bridges(rough, growth, nav, bars.open[row], closes, bars.spread[row], bars.words[row], how, margins)
    near = looks.near[: nearest(margins, bars.held[0], looks.near)]
    look_closer(watch, rough, growth, nav, closes, bars, row, near, looks.closer)
    sell_within(today, position, near, looks.closer.outcomes, left, exit_days)


@kernel
def sell_at_open(today, position, left, exit_days):
    """Sell the lanes that ordered it at the last close."""
    bars, nav, how, base = today.bars, today.navs[position.fund], left.how[position.fund], 1.0 + position.carry
    for j in range(bars.held[0]):
        lane = bars.lanes[j]
        if how[lane] < HOLDING:
            how[lane], left.day[position.fund, lane] = -how[lane], today.day
            growth = max(0.0, base + position.leverage * expm1(bars.open[today.row, j]))
            left.value[position.fund, lane] = nav[lane] * growth
            exit_days[position.fund, how[lane] - 1, today.day] += 1


@kernel
def look_at_close(today, position, left, exit_days, looks):
    """Sell the lanes beyond a level at the close, or order it for the next open; the stop comes first."""
    bars, side = today.bars, copysign(1.0, position.leverage)
    growth = gather(today.growth, bars, bars.room.level)
    nav = gather(today.navs[position.fund], bars, bars.room.value)
    how = gather(left.how[position.fund], bars, bars.room.place)
    margins = looks.margins[: columns(bars.held[0])]
    find_closes(position, growth, nav, how, margins)
    for j in looks.near[: nearest(margins, bars.held[0], looks.near)]:
        stop = nav[j] <= position.stop or side * (growth[j] - position.index_stop) <= 0.0
        target = nav[j] >= position.target or side * (growth[j] - position.index_target) >= 0.0
        if not (stop or target):
            continue
        lane, outcome = bars.lanes[j], STOPPED if stop else REACHED
        if today.watch == NEXT_OPEN:
            left.how[position.fund, lane] = -outcome
            continue
        left.how[position.fund, lane], left.day[position.fund, lane] = outcome, today.day
        left.value[position.fund, lane] = nav[j]
        exit_days[position.fund, outcome - 1, today.day] += 1


@kernel
def before_close(today, position, left, exit_days, looks):
    """Sell what a day sells before its close; growth and navs are those of the last close."""
    if today.watch == NEXT_OPEN:
        sell_at_open(today, position, left, exit_days)
    elif today.watch > NEXT_OPEN:
        look_within(today, position, left, exit_days, looks)


@kernel
def at_close(today, position, left, exit_days, looks):
    """Sell, or order to, what is beyond a level at the close."""
    if AT_CLOSE <= today.watch <= NEXT_OPEN:
        look_at_close(today, position, left, exit_days, looks)
