"""The path loop of a run: days outside, lanes of paths inside, one phase after another."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.bars import HELD, NOTHING, Bars, look_at_lanes, room_for_bars
from simulator.kernels.exits import Left, Looks, Today, at_close, before_close, enter, room_for_looks
from simulator.kernels.fund import fund_growth, index_growth
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.levels import position_in
from simulator.kernels.market import State, before_first_day, index_days
from simulator.kernels.positions import Past, no_past, observe_position, remember_fund, remember_index
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES, Scratch, observe_fund, observe_index


class Lanes(NamedTuple):
    """Working memory of LANES paths: r float32 (8, LANES), growth float64 (LANES,), the others (funds, LANES)."""

    state: State
    r: np.ndarray
    growth: np.ndarray
    navs: np.ndarray
    frictionless: np.ndarray
    scratch: Scratch
    bars: Bars
    past: Past
    left: Left
    looks: Looks


@allocating
def lanes_before(market, funds, watch):
    """Lanes before their first day."""
    return Lanes(
        before_first_day(market),
        np.empty((FILL_WORDS, LANES), np.float32),
        np.ones(LANES),
        np.ones((funds, LANES)),
        np.ones((funds, LANES)),
        Scratch(np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES, np.uint32)),
        room_for_bars(watch),
        no_past(funds, watch),
        enter(funds, watch > HELD),
        room_for_looks(watch > HELD),
    )


@kernel
def run_lanes(seed, first_path, n, market, leverages, carries, horizons, trade, lanes, tally, positions):
    """Simulate paths `first_path` to `first_path + n - 1` (n <= LANES) and add what they did to the tallies."""
    funds, watch, last_day = leverages.shape[0], trade.watch, horizons[-1]
    state, r, growth, navs, frictionless = lanes.state, lanes.r, lanes.growth, lanes.navs, lanes.frictionless
    scratch, bars, past, left, looks = lanes.scratch, lanes.bars, lanes.past, lanes.left, lanes.looks
    due = np.int64(0)  # of a literal, all that it is given to would be compiled twice
    for first_day in range(0, last_day, FILL_WORDS):
        days = min(FILL_WORDS, last_day - first_day)
        if watch > HELD:
            look_at_lanes(left.how, n, bars)
        tally.capped[0] += index_days(market, seed, first_path, first_day, days, n, state, r, watch, bars)
        for row in range(days):
            day = first_day + row
            today = Today(watch, day, row, n, growth, navs, bars)
            if watch > HELD:
                for fund in range(funds):
                    position = position_in(fund, leverages, carries, trade.levels)
                    before_close(today, position, left, positions.exit_days, looks)
            index_growth(r[row], growth)
            for fund in range(funds):
                fund_growth(r[row], leverages[fund], carries[fund], navs, frictionless, fund)
            if watch != NOTHING:
                remember_index(r[row], bars.close[row], past)
                for fund in range(funds):
                    remember_fund(navs, fund, past)
                    position = position_in(fund, leverages, carries, trade.levels)
                    at_close(today, position, left, positions.exit_days, looks)
            if day + 1 == horizons[due]:
                observe_index(growth, n, due, scratch, tally)
                for fund in range(funds):
                    observe_fund(growth, navs[fund], frictionless[fund], leverages[fund], n, due, fund, scratch, tally)
                    if watch != NOTHING:
                        position = position_in(fund, leverages, carries, trade.levels)
                        is_last = day + 1 == last_day
                        observe_position(today, position, due, is_last, trade, past, left, scratch, positions)
                due += 1


@allocating
def run_block(seed, first_path, n_paths, market, leverages, carries, horizons, trade, tally, positions):
    """Simulate `n_paths` paths from number `first_path` on.

    Parameters
    ----------
    seed, first_path : uint64
        Key and first path of the random numbers.
    n_paths : int
    market : kernels.market.Market
    leverages, carries : float64 (funds,)
        Daily multiple and daily carry.
    horizons : int64 (horizons,)
        Holding periods in days, rising.
    trade : kernels.positions.Trade
        How positions are held; its `watch` may be NOTHING.
    tally : kernels.stats.Tally
        Added to.
    positions : kernels.positions.PositionTally
        Added to where positions are watched.
    """
    for start in range(0, n_paths, LANES):
        n = min(LANES, n_paths - start)
        first = first_path + np.uint64(start)
        lanes = lanes_before(market, leverages.shape[0], trade.watch)
        run_lanes(seed, first, n, market, leverages, carries, horizons, trade, lanes, tally, positions)
