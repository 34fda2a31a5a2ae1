"""Days of the indexes and of what structures hold: as drawn, or as a course sets them."""

from math import expm1, log1p
from typing import NamedTuple

import numpy as np

from simulator.kernels.fund import day_growth, index_growth
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES

AS_DRAWN = np.float32(np.nan)  # of a move
LEAST_RETURN = np.nextafter(np.float32(-1), np.float32(0))


class Instruments(NamedTuple):
    """What legs are in.

    second : bool (instruments,), whether it follows the second index, not the first.
    leverages, fees : float64 (instruments,), daily multiple, and what a short leg pays a day.
    carries : float64 (days, instruments).
    """

    second: np.ndarray
    leverages: np.ndarray
    fees: np.ndarray
    carries: np.ndarray


class Course(NamedTuple):
    """What is set of days.

    earned, paid : float64 (days,), growth of cash and of a loan.
    moves : float32 (2, days), simple returns of the first and the second index, or AS_DRAWN.
    scales : float64 (days,), of log returns.
    """

    earned: np.ndarray
    paid: np.ndarray
    moves: np.ndarray
    scales: np.ndarray


class Days(NamedTuple):
    """Eight days of LANES paths.

    r : float32 (8, LANES), of the first index.
    growth : float64 (8, instruments, LANES), of a day.
    first, second : float64 (8, LANES), growth of the indexes since entry; the second without columns where none is.
    margin : float64 (LANES,), room for the least equity that is not called.
    """

    r: np.ndarray
    growth: np.ndarray
    first: np.ndarray
    second: np.ndarray
    margin: np.ndarray


@allocating
def room_for_days(instruments, second_r):
    """Room for eight days, the last of which stands for the close before the first: no index has grown."""
    return Days(
        np.empty((FILL_WORDS, LANES), np.float32),
        np.empty((FILL_WORDS, instruments.leverages.shape[0], LANES)),
        np.ones((FILL_WORDS, LANES)),
        np.ones((FILL_WORDS, second_r.shape[1])),
        np.empty(LANES),
    )


@kernel
def set_day(move, scale, r):
    """r (LANES,) float32 as the course has it: the move that is set, or its log return times the scale."""
    if move == move:
        for i in range(LANES):
            r[i] = move
    elif scale != 1.0:
        for i in range(LANES):
            r[i] = max(LEAST_RETURN, np.float32(expm1(scale * log1p(np.float64(r[i])))))


@kernel
def move_on(r, before, growth):
    """growth = before (1 + r), (LANES,)."""
    for i in range(LANES):
        growth[i] = before[i]
    index_growth(r, growth)


@kernel
def move_instruments(first, second, day, instruments, growth):
    """Growths of a day, (instruments, LANES), the indexes' returns being `first` and `second`."""
    for k in range(growth.shape[0]):
        leverage, base = instruments.leverages[k], 1.0 + instruments.carries[day, k]
        r = second if instruments.second[k] else first
        for i in range(LANES):
            growth[k, i] = day_growth(np.float64(r[i]), leverage, base)


@kernel
def move_indexes(first_day, count, second_r, instruments, course, days):
    """Fill `days` for `count` days, of which the indexes' returns as drawn are known."""
    known = days.second.shape[1] > 0
    for row in range(count):
        day, before = first_day + row, FILL_WORDS - 1 if row == 0 else row - 1
        set_day(course.moves[0, day], course.scales[day], days.r[row])
        move_on(days.r[row], days.first[before], days.first[row])
        if known:
            set_day(course.moves[1, day], course.scales[day], second_r[row])
            move_on(second_r[row], days.second[before], days.second[row])
        move_instruments(days.r[row], second_r[row], day, instruments, days.growth[row])
