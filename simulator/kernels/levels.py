"""Where stops and targets lie on a day, as moves of the index, and which lanes may meet one.

Within a day a fund is linear in the index since the last close, its carry paid overnight: it is worth b where the
index has moved by r* = (b / V - 1 - carry) / L. All is told in s log(1 + r), s the sign of L, so that the stop a lies
below and the target b above.
"""

from math import copysign
from typing import NamedTuple

import numpy as np

from simulator.kernels.elementary import log_uniform
from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel
from simulator.kernels.stats import LANES

HOLDING = np.int32(0)  # of a position that is not sold
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


class Levels(NamedTuple):
    """Where the positions of each fund are sold, float64 (funds,), since entry; +-1e30: nowhere.

    stop, target : value of the fund.  index_stop, index_target : growth of the index.
    """

    stop: np.ndarray
    target: np.ndarray
    index_stop: np.ndarray
    index_target: np.ndarray


class Position(NamedTuple):
    """One fund's position: the fund's number, its daily multiple and carry, and its `Levels`."""

    fund: int
    leverage: float
    carry: float
    stop: float
    target: float
    index_stop: float
    index_target: float


@kernel
def position_in(fund, leverages, carries, levels):
    """The position in the fund of that number."""
    return Position(
        fund,
        leverages[fund],
        carries[fund],
        levels.stop[fund],
        levels.target[fund],
        levels.index_stop[fund],
        levels.index_target[fund],
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
def place_exactly(position, growth, nav):
    """`place` of one lane in double precision: of a growth and a value at the last close."""
    leverage, carry = position.leverage, position.carry
    stop, target, index_stop, index_target = position.stop, position.target, position.index_stop, position.index_target
    sign, value, level = copysign(1.0, leverage), 1.0 / max(nav, LEAST_VALUE), 1.0 / growth
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
def roughly(position):
    """What `place` needs of a fund, in single precision."""
    return (
        np.float32(position.stop),
        np.float32(position.target),
        np.float32(position.index_stop),
        np.float32(position.index_target),
        np.float32(copysign(1.0, position.leverage)),
        np.float32(1.0 / abs(position.leverage)),
        np.float32(position.carry),
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
        near[i] = (met | (o <= a) | (o >= b) | (words[i] < FEW_WORDS)) & (how[i] == HOLDING)


@kernel
def find_bars(rough, growth, nav, lows, highs, how, near):
    """Mark the lanes, all (LANES,), whose bar reaches a level."""
    s = rough[4]
    for i in range(LANES):
        a, b = place_roughly(rough, growth[i], nav[i])
        low, high = s * lows[i], s * highs[i]
        near[i] = ((min(low, high) <= a) | (max(low, high) >= b)) & (how[i] == HOLDING)
