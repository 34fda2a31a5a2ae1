"""The path loop of structures: eight days of what they are in, then what each of them makes of those days.

A structure holds legs and cash, in dollars for each dollar at risk. On a day cash earns or a loan costs, each short leg
pays for what it was worth at the last close, and the legs move; equity is cash and legs. At the close, in this order: a
trade whose equity is 0 or less is over, one that is called on its margin is, one at its stop, one at its target; then
a hedge is bought, and legs are brought back to their weights.
"""

from math import expm1, log1p
from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import NOTHING, room_for_bars
from simulator.kernels.fund import day_growth, index_growth
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES

HELD, STOPPED, TARGET, CALLED, RUINED = range(5)  # how a trade ends
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


class Rules(NamedTuple):
    """Structures of legs.

    rows : int64 (structures,), of what is found of them.
    weights, hedges : float64 (structures, instruments), at entry, and what is added by the hedge.
    falls : float64 (structures,), growth of the second index at or below which the hedge is bought; below 0, never.
    rebalance : int64 (structures,), days; 0, never.
    stops, targets : float64 (structures,), equity.
    maintenance : float64 (structures,), of short legs, and of long ones on a loan; 0, none.
    """

    rows: np.ndarray
    weights: np.ndarray
    hedges: np.ndarray
    falls: np.ndarray
    rebalance: np.ndarray
    stops: np.ndarray
    targets: np.ndarray
    maintenance: np.ndarray


class Spreads(NamedTuple):
    """Call spreads, marked at every close before their last.

    rows : int64 (spreads,), of what is found of them.
    ends : int64 (spreads,), the day, from 1, at whose close each is over.
    grids : float64 (spreads, 2), the least growth of the index in `values`, and how many of them to one of growth.
    values : float64 (spreads, days, points), of the premium.
    """

    rows: np.ndarray
    ends: np.ndarray
    grids: np.ndarray
    values: np.ndarray


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


class Book(NamedTuple):
    """What lanes hold: (structures, LANES) but for legs, (structures, instruments, LANES).

    equity : at the last close, while a trade is open and after: what happens to legs and cash then is not looked at.
    value : equity at which a trade ended, or that of the last close.
    bought : 1 where the hedge is.  end, day : int32.
    """

    legs: np.ndarray
    cash: np.ndarray
    equity: np.ndarray
    value: np.ndarray
    peak: np.ndarray
    drawdown: np.ndarray
    bought: np.ndarray
    end: np.ndarray
    day: np.ndarray


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
def open_book(rules):
    """Legs at their weights, at the close before day 1."""
    structures, instruments = rules.weights.shape
    book = Book(
        np.zeros((structures, instruments, LANES)),
        np.ones((structures, LANES)),
        np.ones((structures, LANES)),
        np.ones((structures, LANES)),
        np.ones((structures, LANES)),
        np.zeros((structures, LANES)),
        np.zeros((structures, LANES)),
        np.zeros((structures, LANES), np.int32),
        np.zeros((structures, LANES), np.int32),
    )
    for s in range(structures):
        rebalance(rules, s, book)
    return book


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
def pay(earned, paid, cash):
    """cash *= earned, a loan paid."""
    for i in range(LANES):
        cash[i] *= earned if cash[i] >= 0.0 else paid


@kernel
def move_leg(fee, growth, leg, cash, equity):
    """Pay the fee of a short leg, let the leg grow, and add what it is worth to the equity."""
    if fee > 0.0:
        for i in range(LANES):
            charge = fee * min(leg[i], 0.0)
            cash[i] += charge
            equity[i] += charge
    for i in range(LANES):
        leg[i] *= growth[i]
        equity[i] += leg[i]


@kernel
def require(maintenance, legs, cash, margin):
    """margin = maintenance times the value of the short legs, and of the long ones where cash is a loan."""
    for i in range(LANES):
        margin[i] = 0.0
    if maintenance > 0.0:
        for k in range(legs.shape[0]):
            for i in range(LANES):
                long = max(legs[k, i], 0.0) if cash[i] < 0.0 else 0.0
                margin[i] += maintenance * (long - min(legs[k, i], 0.0))


@kernel
def look(day, stop, target, equity, margin, value, peak, drawdown, end, days):
    """Look at the equity at a close; a trade that has ended stays as it is."""
    for i in range(LANES):
        worth, is_open = equity[i], end[i] == HELD
        highest = max(peak[i], worth)
        fallen = max(drawdown[i], 1.0 - worth / highest)
        outcome = np.int32(TARGET) if worth >= target else np.int32(HELD)
        outcome = np.int32(STOPPED) if worth <= stop else outcome
        outcome = np.int32(CALLED) if worth < margin[i] else outcome
        outcome = np.int32(RUINED) if worth <= 0.0 else outcome
        value[i] = worth if is_open else value[i]
        peak[i] = highest if is_open else peak[i]
        drawdown[i] = fallen if is_open else drawdown[i]
        days[i] = day if is_open else days[i]
        end[i] = outcome if is_open else end[i]


@kernel
def buy_hedge(hedge, fall, second, legs, cash, bought):
    """Buy the hedge (instruments,) where the second index's growth is at or below `fall` for the first time."""
    for i in range(LANES):
        buys = 1.0 if second[i] <= fall and bought[i] == 0.0 else 0.0
        bought[i] += buys
        for k in range(hedge.shape[0]):
            legs[k, i] += buys * hedge[k]
            cash[i] -= buys * hedge[k]


@kernel
def rebalance(rules, s, book):
    """Legs of structure `s` at their weights times the equity; the rest of it is cash."""
    legs, cash, equity, bought = book.legs[s], book.cash[s], book.equity[s], book.bought[s]
    for i in range(LANES):
        cash[i] = equity[i]
    for k in range(legs.shape[0]):
        weight, hedge = rules.weights[s, k], rules.hedges[s, k]
        if weight != 0.0 or hedge != 0.0:
            for i in range(LANES):
                leg = (weight + hedge * bought[i]) * equity[i]
                legs[k, i] = leg
                cash[i] -= leg


@kernel
def live(s, day, row, rules, instruments, course, days, book):
    """One day of structure `s`; `row` is the day's of `days`."""
    legs, cash, equity = book.legs[s], book.cash[s], book.equity[s]
    pay(course.earned[day], course.paid[day], cash)
    for i in range(LANES):
        equity[i] = cash[i]
    for k in range(legs.shape[0]):
        if rules.weights[s, k] != 0.0 or rules.hedges[s, k] != 0.0:
            move_leg(instruments.fees[k], days.growth[row, k], legs[k], cash, equity)
    require(rules.maintenance[s], legs, cash, days.margin)
    stop, target = rules.stops[s], rules.targets[s]
    look(
        np.int32(day + 1),
        stop,
        target,
        equity,
        days.margin,
        book.value[s],
        book.peak[s],
        book.drawdown[s],
        book.end[s],
        book.day[s],
    )
    if rules.falls[s] >= 0.0:
        buy_hedge(rules.hedges[s], rules.falls[s], days.second[row], legs, cash, book.bought[s])
    if rules.rebalance[s] > 0 and (day + 1) % rules.rebalance[s] == 0:
        rebalance(rules, s, book)


@kernel
def mark(grid, values, growth, peak, drawdown):
    """Look at what a spread is worth where the index has grown so: a line between the points (points,) of a day."""
    low, scale, last = grid[0], grid[1], values.shape[0] - 1
    for i in range(LANES):
        place = min(max(0.0, (growth[i] - low) * scale), np.float64(last))
        j = min(np.int64(place), last - 1)
        worth = values[j] + (place - j) * (values[j + 1] - values[j])
        peak[i] = max(peak[i], worth)
        drawdown[i] = max(drawdown[i], 1.0 - worth / peak[i])


@kernel
def live_spreads(day, n, column, growth, spreads, marks, found):
    """One day of the call spreads; `marks` (2, spreads, LANES) are peaks and drawdowns."""
    for m in range(spreads.rows.shape[0]):
        peak, drawdown = marks[0, m], marks[1, m]
        if day + 1 < spreads.ends[m]:
            mark(spreads.grids[m], spreads.values[m, day], growth, peak, drawdown)
        elif day + 1 == spreads.ends[m]:
            for i in range(n):
                found.growths[m, column + i] = growth[i]
                found.peaks[m, column + i] = peak[i]
                found.drawdowns[spreads.rows[m], column + i] = drawdown[i]


@kernel
def report(book, rows, column, n, found):
    """Write what became of the first `n` lanes into the columns from `column` on."""
    for s in range(rows.shape[0]):
        for i in range(n):
            found.profits[rows[s], column + i] = book.value[s, i] - 1.0
            found.drawdowns[rows[s], column + i] = book.drawdown[s, i]
            found.ends[rows[s], column + i] = book.end[s, i]
            found.days[rows[s], column + i] = book.day[s, i]


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


@allocating
def structure_lanes(seed, first_path, n, column, market, instruments, course, rules, hold, spreads, found):
    """Simulate LANES paths from `first_path` on and write what became of the first `n`."""
    last_day, watch = course.earned.shape[0], np.int64(NOTHING)
    state, bars, book = before_first_day(market), room_for_bars(watch), open_book(rules)
    marks = np.zeros((2, spreads.rows.shape[0], LANES))
    marks[0] = 1.0
    days = Days(
        np.empty((FILL_WORDS, LANES), np.float32),
        np.empty((FILL_WORDS, instruments.leverages.shape[0], LANES)),
        np.ones((FILL_WORDS, LANES)),
        np.ones((FILL_WORDS, state.second.shape[1])),
        np.empty(LANES),
    )
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
