"""What becomes of lanes near a level, where single precision can tell: without a branch, so that it vectorises."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import BARS
from simulator.kernels.elementary import expm1
from simulator.kernels.fma import fma
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.levels import (
    AT_OPEN,
    BOTH,
    FARTHEST,
    HOLDING,
    LEAST_SPREAD,
    ONE,
    REACHED,
    STOPPED,
    TWO,
    UNSURE,
    log_near,
    place_singly,
)

STOPPED_AT_OPEN, REACHED_AT_OPEN, STOPPED_BOTH = STOPPED + AT_OPEN, REACHED + AT_OPEN, STOPPED + BOTH
OUT_OF_REACH = np.float32(17)  # of twice the product of two distances over the variance: exp(-17) is 4e-8
ERROR = np.float32(2e-6)  # of a chance, besides what its level's error does: twice what rounding and exp(-17) make
TO_UNIT = np.float32(2.0**-32)
ZERO = np.float32(0)
GROUP = 16  # lanes: a whole register, so that nothing is left over


class Closer(NamedTuple):
    """The lanes near a level, (LANES,), and what is found: an outcome of `kernels.levels`, int32; words are uint32.

    growth, nav : at the last close.  open, close, low, high : log moves.  spread, words : of a bridge.
    """

    growth: np.ndarray
    nav: np.ndarray
    open: np.ndarray
    close: np.ndarray
    low: np.ndarray
    high: np.ndarray
    spread: np.ndarray
    words: np.ndarray
    outcomes: np.ndarray


@allocating
def room_for_closer(width):
    """Room for a closer look at so many lanes."""
    return Closer(
        np.ones(width, np.float32),
        np.ones(width, np.float32),
        np.zeros(width, np.float32),
        np.zeros(width, np.float32),
        np.zeros(width, np.float32),
        np.zeros(width, np.float32),
        np.ones(width, np.float32),
        np.zeros(width, np.uint32),
        np.zeros(width, np.int32),
    )


@kernel
def take(values, near, room):
    """The values in the columns `near`."""
    for k in range(near.shape[0]):
        room[k] = values[near[k]]


@kernel
def open_outcome(above, below, clear_a, clear_b, slack):
    """What an open does that lies so far above the stop and below the target, not both by more than the slack."""
    stopped, reached = clear_a & (above < -slack), clear_b & (below < -slack)
    return STOPPED_AT_OPEN if stopped else (REACHED_AT_OPEN if reached else UNSURE)


@kernel
def one_level(outcome, start, end, far_start, far_end, scale, slack, u):
    """What a bridge does that begins and ends so far from a level and, if that is out of its reach, from the other.

    It meets the level with chance exp(-2 start end / v), or 1 where it ends beyond; `scale` is 2 / v.
    """
    alone = (far_end > slack) & ((far_start - slack) * (far_end - slack) * scale > OUT_OF_REACH)
    change = scale * slack * (start + abs(end) + slack)  # of the exponent, by the level's error
    chance = ONE + expm1(-scale * start * max(end, ZERO))
    error = fma(chance, fma(change, change, change), ERROR) if change < ONE else TWO
    found = outcome if u < chance - error else (HOLDING if u > chance + error else UNSURE)
    return found if alone else UNSURE


@kernel
def foresee_bridges(rough, n, closer):
    """Outcomes of the first `n` lanes on their way from open to close."""
    s, slack = rough[5], rough[6]
    for k in range(n):
        lower, upper = place_singly(rough, closer.growth[k], closer.nav[k])
        clear_a, clear_b = lower > -FARTHEST, upper < FARTHEST
        a, b = log_near(lower, s), log_near(upper, s)
        o, c, scale = s * closer.open[k], s * closer.close[k], TWO / max(closer.spread[k], LEAST_SPREAD)
        above, below, u = o - a, b - o, np.float32(closer.words[k]) * TO_UNIT
        stop = one_level(STOPPED, above, c - a, below, b - c, scale, slack, u) if clear_a else UNSURE
        target = one_level(REACHED, below, b - c, above, c - a, scale, slack, u) if clear_b else UNSURE
        within = stop if stop != UNSURE else target
        opened = open_outcome(above, below, clear_a, clear_b, slack)
        closer.outcomes[k] = within if (above > slack) & (below > slack) else opened


@kernel
def foresee_bars(rough, n, closer):
    """Outcomes of the first `n` lanes by their bars, the stop first where one reaches both."""
    s, slack = rough[5], rough[6]
    for k in range(n):
        lower, upper = place_singly(rough, closer.growth[k], closer.nav[k])
        clear_a, clear_b = lower > -FARTHEST, upper < FARTHEST
        a, b = log_near(lower, s), log_near(upper, s)
        o, first, second = s * closer.open[k], s * closer.low[k], s * closer.high[k]
        low, high = min(first, second) - a, b - max(first, second)
        stop, target = clear_a & (low < -slack), clear_b & (high < -slack)
        sure = (stop | (low > slack)) & (target | (high > slack))
        kind = (STOPPED_BOTH if target else STOPPED) if stop else (REACHED if target else HOLDING)
        within = kind if sure else UNSURE
        opened = open_outcome(o - a, b - o, clear_a, clear_b, slack)
        closer.outcomes[k] = within if (o - a > slack) & (b - o > slack) else opened


@kernel
def look_closer(watch, rough, growth, nav, closes, bars, row, near, closer):
    """Outcomes of the lanes in the columns `near` of row `row` of the bars; growth, nav and closes are columns too."""
    n = (near.shape[0] + GROUP - 1) // GROUP * GROUP
    take(growth, near, closer.growth)
    take(nav, near, closer.nav)
    take(bars.open[row], near, closer.open)
    if watch == BARS:
        take(bars.low[row], near, closer.low)
        take(bars.high[row], near, closer.high)
        foresee_bars(rough, n, closer)
    else:
        take(closes, near, closer.close)
        take(bars.spread[row], near, closer.spread)
        take(bars.words[row], near, closer.words)
        foresee_bridges(rough, n, closer)
