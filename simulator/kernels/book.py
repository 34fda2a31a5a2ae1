"""What a structure holds, and one day of it.

A structure holds legs and cash, in dollars for each dollar at risk. On a day cash earns or a loan costs, each short leg
pays for what it was worth at the last close, and the legs move; equity is cash and legs. At the close, in this order: a
trade whose equity is 0 or less is over, one that is called on its margin is, one at its stop, one at its target; then
a hedge is bought, and legs are brought back to their weights.
"""

from typing import NamedTuple

import numpy as np

from simulator.kernels.jit import allocating, kernel
from simulator.kernels.stats import LANES

HELD, STOPPED, TARGET, CALLED, RUINED = range(5)  # how a trade ends


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
