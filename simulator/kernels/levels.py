"""Where stops and targets lie on a day, as moves of the index.

Within a day a fund is linear in the index since the last close, its carry paid overnight: it is worth b where the
index has moved by r* = (b / V - 1 - carry) / L. All is told in s log(1 + r), s the sign of L, so that the stop a lies
below and the target b above.
"""

from math import copysign
from typing import NamedTuple

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel

# What becomes of a position on a day is one of the first three, and may have the others added: it was sold at the open;
# its bar reached both levels; single precision cannot tell
HOLDING, STOPPED, REACHED = np.int32(0), np.int32(1), np.int32(2)
AT_OPEN, BOTH, UNSURE = np.int32(4), np.int32(8), np.int32(16)
FAR = 1e30  # the level of a stop or a target that is not there
LEAST_MOVE, MOST_MOVE = np.float32(1e-6 - 1), np.float32(1e6)  # of the index in a day; no level lies beyond
LEAST_VALUE = np.float32(1e-30)
LEAST_SPREAD = np.float32(1e-20)
SLACK = np.float32(4e-6)  # of a level's logarithm in single precision: several times its error
FARTHEST = np.float32(0.35)  # a level's move beyond which single precision takes it to be here, where few lanes come
ONE, TWO = np.float32(1), np.float32(2)
THIRD, FIFTH, SEVENTH = np.float32(1 / 3), np.float32(1 / 5), np.float32(1 / 7)


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
def place(position, growth, nav):
    """The index's moves since the last close at which stop and target are met; of fund and index the nearer."""
    side, share, value = copysign(1.0, position.leverage), 1.0 / abs(position.leverage), 1.0 / max(nav, LEAST_VALUE)
    base, level = 1.0 + position.carry, 1.0 / growth
    lower = max((position.stop * value - base) * share, side * (position.index_stop * level - 1.0))
    upper = min((position.target * value - base) * share, side * (position.index_target * level - 1.0))
    return side * min(max(side * lower, LEAST_MOVE), MOST_MOVE), side * min(max(side * upper, LEAST_MOVE), MOST_MOVE)


@kernel
def roughly(position):
    """What single precision needs of a position: four levels and a base, times 1 / |L| or s; s; and the slack, of a
    level's error."""
    side, share = copysign(1.0, position.leverage), 1.0 / abs(position.leverage)
    return (
        np.float32(share * position.stop),
        np.float32(share * position.target),
        np.float32(-share * (1.0 + position.carry)),
        np.float32(side * position.index_stop),
        np.float32(side * position.index_target),
        np.float32(side),
        np.float32(SLACK * max(share, 1.0)),
    )


@kernel
def place_singly(rough, growth, nav):
    """`place`'s moves, times s, none beyond 0.35; `rough` is what `roughly` gives. All are float32: a double among them
    would halve the lanes of a register."""
    stop, target, base, index_stop, index_target, s, _ = rough
    value, level = ONE / max(nav, LEAST_VALUE), ONE / growth
    lower = max(fma(stop, value, base), fma(index_stop, level, -s))
    upper = min(fma(target, value, base), fma(index_target, level, -s))
    return max(lower, -FARTHEST), min(upper, FARTHEST)


@kernel
def log_near(d, s):
    """s log(1 + s d) of a float32 |d| <= 0.35, as 2 artanh(s d / (2 + s d)) to its seventh power: within 4e-7."""
    z = d / fma(s, d, TWO)
    square = z * z
    return TWO * z * fma(fma(fma(SEVENTH, square, FIFTH), square, THIRD), square, ONE)
