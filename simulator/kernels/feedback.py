"""Paths of an index whose close leveraged funds move by what they trade at it, and how often funds move far.

The days are those of `kernels.paths`; every gain sees the same draws. Kept is on how many of its days each path's
funds move beyond a threshold.
"""

from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import NOTHING, room_for_bars
from simulator.kernels.fma import fma
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES

LOWEST = -0.99  # of a day's move: an index that still has a price


class Loop(NamedTuple):
    """Funds that answer a move, and what is counted of it.

    gains : float64 (gains,), in [0, 1): the push of the close by the flow of a move of 1.
    reverts : share of the push that the next day takes back, in [0, 1].
    leverages, carries : float64 (funds,), daily multiple and daily carry of funds whose moves are counted.
    beyond : the daily move of a fund, up or down, beyond which a day counts.
    """

    gains: np.ndarray
    reverts: float
    leverages: np.ndarray
    carries: np.ndarray
    beyond: float


@kernel
def move_close(r, gain, reverts, pushed, move):
    """The move of the close, (LANES,) float64, of `r` float32 without the funds, and how far they push it.

    Before the funds trade the day moves by b = (1 + r) (1 - reverts pushed) - 1: `pushed` is the share of yesterday's
    close that was push. They answer the whole move, r' = b + gain r', so r' = b / (1 - gain), and the new share of push
    is (r' - b) / (1 + r'). Where all reverts, the price before the funds trade is the one without them.
    """
    for i in range(LANES):
        before = (1.0 + np.float64(r[i])) * (1.0 - reverts * pushed[i]) - 1.0
        whole = max(before / (1.0 - gain), LOWEST)
        move[i] = whole
        pushed[i] = (whole - before) / (1.0 + whole)


@kernel
def count_beyond(move, leverage, carry, beyond, counts):
    """Count the lanes, in `counts` (LANES,) int32, whose fund moves by more than `beyond`."""
    for i in range(LANES):
        counts[i] += np.int32(abs(fma(leverage, move[i], carry)) > beyond)


@kernel
def add_counts(counts, n, tally):
    """Add the first `n` lanes' numbers of days, and their squares, to `tally` (gains, funds, 2) int64."""
    for k in range(counts.shape[0]):
        for fund in range(counts.shape[1]):
            for i in range(n):
                days = np.int64(counts[k, fund, i])
                tally[k, fund, 0] += days
                tally[k, fund, 1] += days * days


@allocating
def feedback_lanes(seed, first_path, n, market, loop, last_day, tally, capped):
    """Simulate paths `first_path` to `first_path + n - 1` (n <= LANES) and add what they did."""
    gains, funds = loop.gains.shape[0], loop.leverages.shape[0]
    state, bars = before_first_day(market), room_for_bars(NOTHING)
    r, move = np.empty((FILL_WORDS, LANES), np.float32), np.empty(LANES)
    pushed, counts = np.zeros((gains, LANES)), np.zeros((gains, funds, LANES), np.int32)
    for first_day in range(0, last_day, FILL_WORDS):
        days = min(FILL_WORDS, last_day - first_day)
        capped[0] += index_days(market, seed, first_path, first_day, days, n, state, r, NOTHING, bars)
        for row in range(days):
            for k in range(gains):
                move_close(r[row], loop.gains[k], loop.reverts, pushed[k], move)
                for fund in range(funds):
                    count_beyond(move, loop.leverages[fund], loop.carries[fund], loop.beyond, counts[k, fund])
    add_counts(counts, n, tally)


@allocating
def run_feedback(seed, first_path, n_paths, market, loop, last_day, tally, capped):
    """Simulate `n_paths` paths from number `first_path` on.

    Parameters
    ----------
    seed, first_path : uint64
    n_paths : int
    market : kernels.market.Market
    loop : Loop
    last_day : int
        Days of a path.
    tally : int64 (gains, funds, 2)
        Added to: days on which a fund moved beyond the threshold, summed over paths, and their squares.
    capped : int64 (1,)
        Added to: days on which a path's volatility was capped.
    """
    for start in range(0, n_paths, LANES):
        n = min(LANES, n_paths - start)
        feedback_lanes(seed, first_path + np.uint64(start), n, market, loop, last_day, tally, capped)
