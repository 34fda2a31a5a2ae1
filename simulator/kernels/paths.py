"""The only path loop: days outside, lanes of paths inside, one phase after another."""

import numpy as np

from simulator.kernels.fund import fund_growth, index_growth
from simulator.kernels.jit import kernel
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES, Scratch, observe_fund, observe_index


@kernel
def run_lanes(seed, first_path, n, market, leverages, carries, horizons, tally):
    """Simulate paths `first_path` to `first_path + n - 1` (n <= LANES) and add what they did to `tally`."""
    funds = leverages.shape[0]
    state = before_first_day(market)
    r = np.empty((FILL_WORDS, LANES), np.float32)
    growth = np.ones(LANES)
    navs = np.ones((funds, LANES))
    frictionless = np.ones((funds, LANES))
    scratch = Scratch(np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES, np.int32))

    due = 0
    for first_day in range(0, horizons[-1], FILL_WORDS):
        days = min(FILL_WORDS, horizons[-1] - first_day)
        tally.capped[0] += index_days(market, seed, first_path, first_day, days, n, state, r)
        for row in range(days):
            index_growth(r[row], growth)
            for fund in range(funds):
                fund_growth(r[row], leverages[fund], carries[fund], navs, frictionless, fund)
            if first_day + row + 1 == horizons[due]:
                observe_index(growth, n, due, scratch, tally)
                for fund in range(funds):
                    observe_fund(growth, navs[fund], frictionless[fund], leverages[fund], n, due, fund, scratch, tally)
                due += 1


@kernel
def run_block(seed, first_path, n_paths, market, leverages, carries, horizons, tally):
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
    tally : kernels.stats.Tally
        Added to.
    """
    for start in range(0, n_paths, LANES):
        n = min(LANES, n_paths - start)
        run_lanes(seed, first_path + np.uint64(start), n, market, leverages, carries, horizons, tally)
