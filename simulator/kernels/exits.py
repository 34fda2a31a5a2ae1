"""Stops and targets: whether a position is sold on a day, and at what price; `kernels.levels` says where they lie."""

from math import copysign, exp, expm1, log1p
from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import AT_CLOSE, BARS, NEXT_OPEN, Bars
from simulator.kernels.jit import kernel
from simulator.kernels.levels import HOLDING, LEAST_SPREAD, find_bars, find_bridges, place_exactly, roughly
from simulator.kernels.stats import LANES

STOPPED, REACHED = 1, 2
WORD_TO_UNIT = 2.0**-32
SMALLEST_TERM, MOST_TERMS = 1e-13, 2000


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


@kernel
def enter(funds, watched):
    """Positions just bought; no room where none are sold."""
    width = LANES if watched else 0
    return Left(
        np.zeros((funds, width), np.int32),
        np.zeros((funds, width), np.int32),
        np.zeros((funds, width)),
        np.zeros((funds, width), np.int32),
    )


@kernel
def met_first(o, c, a, b, v):
    """Chance that a Brownian bridge from o to c of variance v meets a before b, where a < o < b.

    A1 - B2 + A3 - ..., the chances that it meets a; b and then a; a, b and then a; ... each by reflection: Anderson
    (1960), Annals of Mathematical Statistics 31, section 4. The close must not lie beyond a: there the bridge meets a
    for certain, and what is asked is `met_first` of b, mirrored.
    """
    width, total = b - a, 0.0
    for k in range(MOST_TERMS):
        odd = exp(-2.0 * (k * width + o - a) * (k * width + c - a) / v)
        total += odd
        if odd < SMALLEST_TERM:
            break
        even = exp(-2.0 * (k + 1) * width * ((k + 1) * width + c - o) / v)
        total -= even
        if even < SMALLEST_TERM:
            break
    return min(max(total, 0.0), 1.0)


@kernel
def bridge_outcome(o, c, a, b, v, u):
    """What a bridge from o, between a and b, to c does with a uniform u: STOPPED, REACHED or HOLDING."""
    stop = 1.0 - met_first(-o, -c, -b, -a, v) if c <= a else met_first(o, c, a, b, v)
    if u < stop:
        return STOPPED
    target = 1.0 - stop if c <= a or c >= b else met_first(-o, -c, -b, -a, v)
    return REACHED if u < stop + target else HOLDING


@kernel
def bar_outcome(low, high, a, b):
    """What a bar does, the stop first where it reaches both."""
    if low <= a:
        return STOPPED
    return REACHED if high >= b else HOLDING


@kernel
def sell_within(today, position, near, left, exit_days):
    """Sell the lanes of those marked that meet a level on this day: at the level, or at an open beyond it."""
    bars, growth, nav, row, fund = today.bars, today.growth, today.navs[position.fund], today.row, position.fund
    sign, base = copysign(1.0, position.leverage), 1.0 + position.carry
    for i in range(today.n):
        if not near[i]:
            continue
        lower, upper = place_exactly(position, growth[i], nav[i])
        a, b = sign * log1p(sign * lower), sign * log1p(sign * upper)
        o, c = sign * bars.open[row, i], sign * bars.close[row, i]
        both = np.int32(0)
        if o <= a or o >= b:
            outcome, move = STOPPED if o <= a else REACHED, expm1(bars.open[row, i])
        else:
            if today.watch == BARS:
                first, second = sign * bars.low[row, i], sign * bars.high[row, i]
                low, high = min(first, second), max(first, second)
                outcome, both = bar_outcome(low, high, a, b), np.int32(low <= a and high >= b)
            else:
                u = (bars.words[row, i] + 0.5) * WORD_TO_UNIT
                outcome = bridge_outcome(o, c, a, b, max(bars.spread[row, i], LEAST_SPREAD), u)
            move = sign * (lower if outcome == STOPPED else upper)
        if outcome != HOLDING:
            left.how[fund, i], left.day[fund, i], left.both[fund, i] = outcome, today.day, both
            left.value[fund, i] = nav[i] * max(0.0, base + position.leverage * move)
            exit_days[fund, outcome - 1, today.day] += 1


@kernel
def sell_at_open(today, position, left, exit_days):
    """Sell the lanes that ordered it at the last close."""
    opens, nav, fund, base = today.bars.open[today.row], today.navs[position.fund], position.fund, 1.0 + position.carry
    for i in range(today.n):
        if left.how[fund, i] < HOLDING:
            left.how[fund, i], left.day[fund, i] = -left.how[fund, i], today.day
            left.value[fund, i] = nav[i] * max(0.0, base + position.leverage * expm1(opens[i]))
            exit_days[fund, left.how[fund, i] - 1, today.day] += 1


@kernel
def look_at_close(today, position, left, exit_days):
    """Sell the lanes beyond a level at the close, or order it for the next open; the stop comes first."""
    growth, nav, fund, sign = today.growth, today.navs[position.fund], position.fund, copysign(1.0, position.leverage)
    for i in range(today.n):
        if left.how[fund, i] != HOLDING:
            continue
        stop = nav[i] <= position.stop or sign * (growth[i] - position.index_stop) <= 0.0
        target = nav[i] >= position.target or sign * (growth[i] - position.index_target) >= 0.0
        if not (stop or target):
            continue
        outcome = STOPPED if stop else REACHED
        if today.watch == NEXT_OPEN:
            left.how[fund, i] = -outcome
            continue
        left.how[fund, i], left.day[fund, i], left.value[fund, i] = outcome, today.day, nav[i]
        exit_days[fund, outcome - 1, today.day] += 1


@kernel
def before_close(today, position, near, left, exit_days):
    """Sell what a day sells before its close; growth and navs are those of the last close."""
    if today.watch == NEXT_OPEN:
        sell_at_open(today, position, left, exit_days)
    elif today.watch > NEXT_OPEN:
        bars, row, nav, how = today.bars, today.row, today.navs[position.fund], left.how[position.fund]
        rough = roughly(position)
        if today.watch == BARS:
            find_bars(rough, today.growth, nav, bars.low[row], bars.high[row], how, near)
        else:
            opens, closes, spreads, words = bars.open[row], bars.close[row], bars.spread[row], bars.words[row]
            find_bridges(rough, today.growth, nav, opens, closes, spreads, words, how, near)
        sell_within(today, position, near, left, exit_days)


@kernel
def at_close(today, position, left, exit_days):
    """Sell, or order to, what is beyond a level at the close."""
    if AT_CLOSE <= today.watch <= NEXT_OPEN:
        look_at_close(today, position, left, exit_days)
