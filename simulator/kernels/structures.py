"""The path loop of structures: eight days of what they are in, then what each of them makes of those days."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import NOTHING, room_for_bars
from simulator.kernels.book import live, open_book
from simulator.kernels.call_spreads import live_spreads, no_marks
from simulator.kernels.course import move_indexes, room_for_days
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES


class Found(NamedTuple):
    """What became of the paths.

    profits, drawdowns : float64 (rows, paths); drawdowns of spreads are those of the closes before their last.
    ends : uint8 (rows, paths).  days : int32 (rows, paths).
    growths, peaks : float64 (spreads, paths), of the first index at a spread's last close, and the highest mark before.
    """

    profits: np.ndarray
    drawdowns: np.ndarray
    ends: np.ndarray
    days: np.ndarray
    growths: np.ndarray
    peaks: np.ndarray


@kernel
def report(book, rows, column, n, found):
    """Write what became of the first `n` lanes into the columns from `column` on."""
    for s in range(rows.shape[0]):
        for i in range(n):
            found.profits[rows[s], column + i] = book.value[s, i] - 1.0
            found.drawdowns[rows[s], column + i] = book.drawdown[s, i]
            found.ends[rows[s], column + i] = book.end[s, i]
            found.days[rows[s], column + i] = book.day[s, i]


@allocating
def structure_lanes(seed, first_path, n, column, market, instruments, course, rules, hold, spreads, found):
    """Simulate LANES paths from `first_path` on and write what became of the first `n`."""
    last_day, watch = course.earned.shape[0], np.int64(NOTHING)
    state, bars, book = before_first_day(market), room_for_bars(watch), open_book(rules)
    days, marks = room_for_days(instruments, state.second), no_marks(spreads)
    for first_day in range(0, last_day, FILL_WORDS):
        count = min(FILL_WORDS, last_day - first_day)
        index_days(market, seed, first_path, first_day, count, n, state, days.r, watch, bars)
        move_indexes(first_day, count, state.second, instruments, course, days)
        for s in range(rules.weights.shape[0]):
            for row in range(min(count, hold - first_day)):
                live(s, first_day + row, row, rules, instruments, course, days, book)
        for row in range(count):
            live_spreads(first_day + row, n, column, days.first[row], spreads, marks, found)
    report(book, rules.rows, column, n, found)


@kernel
def run_structures(seed, first_path, n_paths, market, instruments, course, rules, hold, spreads, found):
    """Simulate `n_paths` paths from number `first_path` on, which are also the columns that they fill.

    Parameters
    ----------
    seed, first_path : uint64
    n_paths : int
    market : kernels.market.Market
    instruments : Instruments
    course : Course
        Of as many days as there are.
    rules : Rules
    hold : int
        The day that open trades end.
    spreads : Spreads
    found : Found
        Written to.
    """
    for start in range(0, n_paths, LANES):
        n, column = min(LANES, n_paths - start), np.int64(first_path) + start
        first = first_path + np.uint64(start)
        structure_lanes(seed, first, n, column, market, instruments, course, rules, hold, spreads, found)
