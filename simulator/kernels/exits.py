"""Stops and targets: whether a position is sold on a day, where, and at what price.

Within a day a fund is linear in the index since the last close, its carry paid overnight: it is worth b where the
index has moved by r* = (b / V - 1 - carry) / L. All is told in s log(1 + r), s the sign of L, so that the stop a lies
below and the target b above.
"""

from math import exp, expm1, log1p
from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import AT_CLOSE, BARS, NEXT_OPEN
from simulator.kernels.elementary import log_uniform
from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel
from simulator.kernels.stats import LANES

HOLDING, STOPPED, REACHED = 0, 1, 2
HELD_ON = np.int32(HOLDING)
STOP_ORDERED, TARGET_ORDERED = -STOPPED, -REACHED  # at a close, for the next open
FAR = 1e30  # the level of a stop or a target that is not there
LEAST_MOVE, MOST_MOVE = np.float32(1e-6 - 1), np.float32(1e6)  # of the index in a day; no level lies beyond
LEAST_VALUE = np.float32(1e-30)
SLACK = np.float32(4e-6)  # of a level's logarithm in single precision: lanes so close are looked at
FARTHEST = np.float32(0.35)  # a level's move beyond which it is taken to be here, where few lanes come
SURE, PERHAPS = np.float32(0.02), np.float32(3.95)  # exp(-0.02) + exp(-3.95) is 1 within a thousandth, and below it
FEW_WORDS = np.uint32(64)  # words of so small a uniform that half a word more or less matters
LEAST_SPREAD = np.float32(1e-20)
ONE, TWO = np.float32(1), np.float32(2)
THIRD, FIFTH, SEVENTH = np.float32(1 / 3), np.float32(1 / 5), np.float32(1 / 7)
ONE_BIT = np.uint32(1)
WORD_TO_UNIT = 2.0**-32
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
def place(stop, target, index_stop, index_target, sign, share, carry, value, level):
    """The index's moves since the last close, times s, at which stop and target are met; of fund and index the nearer.

    In single precision or double, as `value` and `level`: 1 / V and 1 / I at the last close; `share` is 1 / |L|.
    """
    base = ONE + carry
    lower = max((stop * value - base) * share, sign * (index_stop * level - ONE))
    upper = min((target * value - base) * share, sign * (index_target * level - ONE))
    return sign * min(max(sign * lower, LEAST_MOVE), MOST_MOVE), sign * min(max(sign * upper, LEAST_MOVE), MOST_MOVE)


@kernel
def place_exactly(levels, leverage, carry, growth, nav, fund, lane):
    """`place` of one lane in double precision."""
    sign, value, level = (1.0 if leverage > 0 else -1.0), 1.0 / max(nav[fund, lane], LEAST_VALUE), 1.0 / growth[lane]
    stop, target = levels.stop[fund], levels.target[fund]
    index_stop, index_target = levels.index_stop[fund], levels.index_target[fund]
    return place(stop, target, index_stop, index_target, sign, 1.0 / abs(leverage), carry, value, level)


@kernel
def log1p_near(r):
    """log(1 + r) of a float32 within +-0.35, as 2 artanh(r / (2 + r)) to its seventh power: an error below 4e-7."""
    r = min(max(r, -FARTHEST), FARTHEST)
    z = r / (TWO + r)
    square = z * z
    return TWO * z * fma(fma(fma(SEVENTH, square, FIFTH), square, THIRD), square, ONE)


@kernel
def place_roughly(rough, growth, nav):
    """Logarithms of `place`'s moves in single precision, moved towards each other by more than their error, which is
    that of a fund's level over |L|."""
    stop, target, index_stop, index_target, s, share, carry = rough
    value, level = ONE / max(np.float32(nav), LEAST_VALUE), ONE / np.float32(growth)
    lower, upper = place(stop, target, index_stop, index_target, s, share, carry, value, level)
    slack = SLACK * max(share, ONE)
    return s * log1p_near(s * lower) + slack, s * log1p_near(s * upper) - slack


@kernel
def roughly(levels, leverage, carry, fund):
    """What `place` needs of a fund, in single precision."""
    return (
        np.float32(levels.stop[fund]),
        np.float32(levels.target[fund]),
        np.float32(levels.index_stop[fund]),
        np.float32(levels.index_target[fund]),
        np.float32(1.0 if leverage > 0 else -1.0),
        np.float32(1.0 / abs(leverage)),
        np.float32(carry),
    )


@kernel
def find_bridges(rough, growth, nav, starts, ends, spreads, words, how, near):
    """Mark the lanes, all (LANES,), that may be sold on their way from open to close.

    That is an open beyond a level, or U below P(stop met) + P(target met) = exp(-y_a) + exp(-y_b), y_a = 2 (o - a)
    (c - a) / v, which is above 1, and so above any U, where the close lies beyond a. Without the exponentials: y_a or
    y_b below -log U + 0.02, or both below -log U + 3.95, as they are where neither is and their sum still is above U.
    """
    s = rough[4]
    for i in range(LANES):
        a, b = place_roughly(rough, growth[i], nav[i])
        o, c = s * starts[i], s * ends[i]
        scale = TWO / max(spreads[i], LEAST_SPREAD)
        least = -log_uniform(np.int32(words[i] >> ONE_BIT))
        above_a, above_b = scale * ((o - a) * (c - a)) - least, scale * ((b - o) * (b - c)) - least
        met = (above_a < SURE) | (above_b < SURE) | ((above_a < PERHAPS) & (above_b < PERHAPS))
        near[i] = (met | (o <= a) | (o >= b) | (words[i] < FEW_WORDS)) & (how[i] == HELD_ON)


@kernel
def find_bars(rough, growth, nav, lows, highs, how, near):
    """Mark the lanes, all (LANES,), whose bar reaches a level."""
    s = rough[4]
    for i in range(LANES):
        a, b = place_roughly(rough, growth[i], nav[i])
        low, high = s * lows[i], s * highs[i]
        near[i] = ((min(low, high) <= a) | (max(low, high) >= b)) & (how[i] == HELD_ON)


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
def sell_within(watch, levels, leverage, carry, day, row, n, growth, bars, nav, fund, near, left, exit_days):
    """Sell the first `n` lanes of those marked that meet a level on this day: at the level, or at an open beyond it."""
    sign, base = (1.0 if leverage > 0 else -1.0), 1.0 + carry
    for i in range(n):
        if not near[i]:
            continue
        lower, upper = place_exactly(levels, leverage, carry, growth, nav, fund, i)
        a, b = sign * log1p(sign * lower), sign * log1p(sign * upper)
        o, c = sign * bars.open[row, i], sign * bars.close[row, i]
        both = np.int32(0)
        if o <= a or o >= b:
            outcome, move = STOPPED if o <= a else REACHED, expm1(bars.open[row, i])
        else:
            if watch == BARS:
                first, second = sign * bars.low[row, i], sign * bars.high[row, i]
                low, high = min(first, second), max(first, second)
                outcome, both = bar_outcome(low, high, a, b), np.int32(low <= a and high >= b)
            else:
                u = (bars.words[row, i] + 0.5) * WORD_TO_UNIT
                outcome = bridge_outcome(o, c, a, b, max(bars.spread[row, i], LEAST_SPREAD), u)
            move = sign * (lower if outcome == STOPPED else upper)
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
def before_close(watch, levels, leverage, carry, day, row, n, growth, bars, nav, fund, near, left, exit_days):
    """Sell what a day sells before its close; growth and nav are those of the last close."""
    if watch == NEXT_OPEN:
        sell_at_open(leverage, carry, day, row, n, bars, nav, fund, left, exit_days)
    elif watch > NEXT_OPEN:
        rough = roughly(levels, leverage, carry, fund)
        if watch == BARS:
            find_bars(rough, growth, nav[fund], bars.low[row], bars.high[row], left.how[fund], near)
        else:
            opens, closes, spreads, words = bars.open[row], bars.close[row], bars.spread[row], bars.words[row]
            find_bridges(rough, growth, nav[fund], opens, closes, spreads, words, left.how[fund], near)
        sell_within(watch, levels, leverage, carry, day, row, n, growth, bars, nav, fund, near, left, exit_days)


@kernel
def at_close(watch, levels, leverage, day, n, growth, nav, fund, left, exit_days):
    """Sell, or order to, what is beyond a level at the close."""
    if AT_CLOSE <= watch <= NEXT_OPEN:
        look_at_close(watch, levels, leverage, day, n, growth, nav, fund, left, exit_days)
