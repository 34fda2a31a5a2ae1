"""Stops and targets: whether a position is sold on a day, where, and at what price.

Within a day a fund is linear in the index since the last close, its carry paid overnight: it is worth b where the
index has moved by r* = (b / V - 1 - carry) / L. All is told in s log(1 + r), s the sign of L, so that the stop a lies
below and the target b above.
"""

from math import exp, expm1, log1p
from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import AT_CLOSE, BARS, NEXT_OPEN
from simulator.kernels.elementary import expm1 as expm1_single
from simulator.kernels.elementary import log_single
from simulator.kernels.jit import kernel
from simulator.kernels.stats import LANES

HOLDING, STOPPED, REACHED = 0, 1, 2
STOP_ORDERED, TARGET_ORDERED = -STOPPED, -REACHED  # at a close, for the next open
FAR = 1e30  # the level of a stop or a target that is not there
LEAST_MOVE, MOST_MOVE = 1e-6 - 1.0, 1e6  # of the index in a day; no level lies beyond
SLACK, PROBABLY = np.float32(4e-6), np.float32(1e-5)  # of levels and of chances in single precision: more is looked at
LEAST_SPREAD = np.float32(1e-20)
ONE, TWO = np.float32(1), np.float32(2)
WORD_TO_UNIT = 2.0**-32
TO_UNIT = np.float32(WORD_TO_UNIT)
SMALLEST_TERM, MOST_TERMS = 1e-13, 2000


class Levels(NamedTuple):
    """Where the positions of each fund are sold, float64 (funds,), since entry; +-1e30: nowhere.

    stop, target : value of the fund.  index_stop, index_target : growth of the index.
    """

    stop: np.ndarray
    target: np.ndarray
    index_stop: np.ndarray
    index_target: np.ndarray


class Left(NamedTuple):
    """What became of the lanes' positions, (funds, LANES).

    how : int32, HOLDING, STOPPED, REACHED, or what is ordered.  day : int32, from 0.
    value : float64, what it was sold for.  both : int32, whether the bar of that day reached both.
    """

    how: np.ndarray
    day: np.ndarray
    value: np.ndarray
    both: np.ndarray


class Barriers(NamedTuple):
    """Room for a day of one fund, (LANES,): where the levels lie, and which lanes may meet one.

    stop, target : float64, s r*.  near : int32.
    """

    stop: np.ndarray
    target: np.ndarray
    near: np.ndarray


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
def room_for_barriers(watched):
    width = LANES if watched else 0
    return Barriers(np.empty(width), np.empty(width), np.empty(width, np.int32))


@kernel
def place(levels, leverage, carry, growth, nav, fund, barriers):
    """The index's moves since the last close, times s, at which stop and target are met; of fund and index the nearer.

    growth : float64 (LANES,), of the index.  nav : float64 (funds, LANES), values of the funds at the last close.
    """
    stop, target = levels.stop[fund], levels.target[fund]
    index_stop, index_target = levels.index_stop[fund], levels.index_target[fund]
    sign, share, base = (1.0 if leverage > 0 else -1.0), 1.0 / abs(leverage), 1.0 + carry
    for i in range(LANES):
        value, level = 1.0 / max(nav[fund, i], 1.0 / FAR), 1.0 / growth[i]
        lower = max((stop * value - base) * share, sign * (index_stop * level - 1.0))
        upper = min((target * value - base) * share, sign * (index_target * level - 1.0))
        barriers.stop[i] = sign * min(max(sign * lower, LEAST_MOVE), MOST_MOVE)
        barriers.target[i] = sign * min(max(sign * upper, LEAST_MOVE), MOST_MOVE)


@kernel
def find_bridges(sign, row, bars, how, barriers):
    """Mark the lanes whose day may meet a level: U below P(stop met) + P(target met), or an open beyond one.

    exp(-2 (o - a) (c - a) / v) is above 1, and so above any U, where the close lies beyond the level.
    """
    s = np.float32(sign)
    for i in range(LANES):
        a = s * log_single(ONE + s * np.float32(barriers.stop[i])) + SLACK
        b = s * log_single(ONE + s * np.float32(barriers.target[i])) - SLACK
        start, end = s * bars.open[row, i], s * bars.close[row, i]
        scale = -TWO / max(bars.spread[row, i], LEAST_SPREAD)
        met = expm1_single(scale * ((start - a) * (end - a))) + expm1_single(scale * ((b - start) * (b - end)))
        uniform = np.float32(bars.words[row, i]) * TO_UNIT
        probable = np.int32(uniform < met + TWO + PROBABLY)  # expm1 was 1 too little, twice
        gap = np.int32(start <= a) | np.int32(start >= b)
        barriers.near[i] = (probable | gap) & np.int32(how[i] == HOLDING)


@kernel
def find_bars(sign, row, bars, how, barriers):
    """Mark the lanes whose bar may meet a level."""
    s = np.float32(sign)
    for i in range(LANES):
        a = s * log_single(ONE + s * np.float32(barriers.stop[i])) + SLACK
        b = s * log_single(ONE + s * np.float32(barriers.target[i])) - SLACK
        low, high = s * bars.low[row, i], s * bars.high[row, i]
        met = np.int32(min(low, high) <= a) | np.int32(max(low, high) >= b)
        barriers.near[i] = met & np.int32(how[i] == HOLDING)


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
        even = exp(-2.0 * (k + 1) * width * ((k + 1) * width + c - o) / v)
        total += odd - even
        if odd < SMALLEST_TERM:
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
def sell_within(watch, leverage, carry, day, row, n, bars, nav, fund, barriers, left, exit_days):
    """Sell the first `n` lanes of those marked that meet a level on this day: at the level, or at an open beyond it."""
    sign, base = (1.0 if leverage > 0 else -1.0), 1.0 + carry
    for i in range(n):
        if not barriers.near[i]:
            continue
        a, b = sign * log1p(sign * barriers.stop[i]), sign * log1p(sign * barriers.target[i])
        o, c = sign * bars.open[row, i], sign * bars.close[row, i]
        move, both = expm1(bars.open[row, i]), np.int32(0)
        if o <= a:
            outcome = STOPPED
        elif o >= b:
            outcome = REACHED
        else:
            if watch == BARS:
                first, second = sign * bars.low[row, i], sign * bars.high[row, i]
                low, high = min(first, second), max(first, second)
                outcome, both = bar_outcome(low, high, a, b), np.int32(low <= a and high >= b)
            else:
                u = (bars.words[row, i] + 0.5) * WORD_TO_UNIT
                outcome = bridge_outcome(o, c, a, b, max(bars.spread[row, i], LEAST_SPREAD), u)
            move = sign * (barriers.stop[i] if outcome == STOPPED else barriers.target[i])
        if outcome != HOLDING:
            left.how[fund, i], left.day[fund, i], left.both[fund, i] = outcome, day, both
            left.value[fund, i] = nav[fund, i] * max(0.0, base + leverage * move)
            exit_days[fund, outcome - 1, day] += 1


@kernel
def sell_at_open(leverage, carry, day, row, n, bars, nav, fund, left, exit_days):
    """Sell the first `n` lanes that ordered it at the last close."""
    for i in range(n):
        if left.how[fund, i] < HOLDING:
            left.how[fund, i], left.day[fund, i] = -left.how[fund, i], day
            left.value[fund, i] = nav[fund, i] * max(0.0, 1.0 + carry + leverage * expm1(bars.open[row, i]))
            exit_days[fund, left.how[fund, i] - 1, day] += 1


@kernel
def look_at_close(watch, levels, leverage, day, n, growth, nav, fund, left, exit_days):
    """Sell the first `n` lanes beyond a level at the close, or order it for the next open; the stop comes first."""
    sign = 1.0 if leverage > 0 else -1.0
    for i in range(n):
        if left.how[fund, i] != HOLDING:
            continue
        stop = nav[fund, i] <= levels.stop[fund] or sign * (growth[i] - levels.index_stop[fund]) <= 0.0
        target = nav[fund, i] >= levels.target[fund] or sign * (growth[i] - levels.index_target[fund]) >= 0.0
        if not (stop or target):
            continue
        outcome = STOPPED if stop else REACHED
        if watch == NEXT_OPEN:
            left.how[fund, i] = -outcome
            continue
        left.how[fund, i], left.day[fund, i], left.value[fund, i] = outcome, day, nav[fund, i]
        exit_days[fund, outcome - 1, day] += 1


@kernel
def before_close(watch, levels, leverage, carry, day, row, n, growth, bars, nav, fund, barriers, left, exit_days):
    """Sell what a day sells before its close; growth and nav are those of the last close."""
    if watch == NEXT_OPEN:
        sell_at_open(leverage, carry, day, row, n, bars, nav, fund, left, exit_days)
    elif watch > NEXT_OPEN:
        place(levels, leverage, carry, growth, nav, fund, barriers)
        sign = 1.0 if leverage > 0 else -1.0
        if watch == BARS:
            find_bars(sign, row, bars, left.how[fund], barriers)
        else:
            find_bridges(sign, row, bars, left.how[fund], barriers)
        sell_within(watch, leverage, carry, day, row, n, bars, nav, fund, barriers, left, exit_days)


@kernel
def at_close(watch, levels, leverage, day, n, growth, nav, fund, left, exit_days):
    """Sell, or order to, what is beyond a level at the close."""
    if AT_CLOSE <= watch <= NEXT_OPEN:
        look_at_close(watch, levels, leverage, day, n, growth, nav, fund, left, exit_days)
