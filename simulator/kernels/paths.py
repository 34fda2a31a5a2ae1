"""The path loop of a run: days outside, lanes of paths inside, one phase after another."""

import numpy as np

from simulator.kernels.bars import HELD, NOTHING, room_for_bars
from simulator.kernels.exits import Today, at_close, before_close, enter
from simulator.kernels.fund import fund_growth, index_growth
from simulator.kernels.jit import kernel
from simulator.kernels.levels import position_in
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.positions import no_past, observe_position, remember_fund, remember_index
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES, Scratch, observe_fund, observe_index


@kernel
def run_lanes(seed, first_path, n, market, leverages, carries, horizons, trade, tally, positions):
    """Simulate paths `first_path` to `first_path + n - 1` (n <= LANES) and add what they did to the tallies."""
    funds, watch, last_day = leverages.shape[0], trade.watch, horizons[-1]
    state = before_first_day(market)
    r = np.empty((FILL_WORDS, LANES), np.float32)
    growth = np.ones(LANES)
    navs = np.ones((funds, LANES))
    frictionless = np.ones((funds, LANES))
    scratch = Scratch(np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES, np.uint32))
    bars, past = room_for_bars(watch), no_past(funds, watch)
    left, near = enter(funds, watch > HELD), np.empty(LANES, np.bool_)

    due = 0
    for first_day in range(0, last_day, FILL_WORDS):
        days = min(FILL_WORDS, last_day - first_day)
        tally.capped[0] += index_days(market, seed, first_path, first_day, days, n, state, r, watch, bars)
        for row in range(days):
            day = first_day + row
            today = Today(watch, day, row, n, growth, navs, bars)
            if watch > HELD:
                for fund in range(funds):
                    position = position_in(fund, leverages, carries, trade.levels)
                    before_close(today, position, near, left, positions.exit_days)
            index_growth(r[row], growth)
            for fund in range(funds):
                fund_growth(r[row], leverages[fund], carries[fund], navs, frictionless, fund)
            if watch != NOTHING:
                remember_index(r[row], bars.close[row], past)
                for fund in range(funds):
                    remember_fund(navs, fund, past)
                    position = position_in(fund, leverages, carries, trade.levels)
                    at_close(today, position, left, positions.exit_days)
            if day + 1 == horizons[due]:
                observe_index(growth, n, due, scratch, tally)
                for fund in range(funds):
                    observe_fund(growth, navs[fund], frictionless[fund], leverages[fund], n, due, fund, scratch, tally)
                    if watch != NOTHING:
                        position = position_in(fund, leverages, carries, trade.levels)
                        is_last = day + 1 == last_day
                        observe_position(today, position, due, is_last, trade, past, left, scratch, positions)
                due += 1


@kernel
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
        run_lanes(seed, first, n, market, leverages, carries, horizons, trade, tally, positions)
