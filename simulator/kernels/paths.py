"""The only path loop: days outside, lanes of paths inside, one phase after another."""

import numpy as np

from simulator.kernels.fund import fund_growth, index_growth
from simulator.kernels.jit import kernel
from simulator.kernels.market import first_regime, index_day, innovations, next_regime
from simulator.kernels.rng import CALL_WORDS, FILL_WORDS, NORMALS, REGIMES, normals, philox_words
from simulator.kernels.stats import LANES, Scratch, observe_fund, observe_index

SLOT_NORMALS, SLOT_REGIMES = np.uint64(NORMALS), np.uint64(REGIMES)


@kernel
def run_lanes(seed, first_path, n, market, leverages, carries, horizons, tally):
    """Simulate paths `first_path` to `first_path + n - 1` (n <= LANES) and add what they did to `tally`."""
    funds = leverages.shape[0]
    words = np.empty((FILL_WORDS, LANES), np.uint32)
    z = np.empty((FILL_WORDS, LANES), np.float32)
    regime = np.zeros(LANES, np.int32)
    x = np.full(LANES, market.last, np.float32)
    r = np.empty(LANES, np.float32)
    growth = np.ones(LANES)
    navs = np.ones((funds, LANES))
    frictionless = np.ones((funds, LANES))
    scratch = Scratch(np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES, np.int32))

    due = 0
    for day in range(horizons[-1]):
        row = day % FILL_WORDS
        if row == 0:
            call = np.uint64(day // CALL_WORDS)
            philox_words(seed, first_path, call, SLOT_NORMALS, words)
            normals(words, z)
            if market.regimes > 1:
                philox_words(seed, first_path, call, SLOT_REGIMES, words)
        if market.regimes > 1:
            if day == 0:
                first_regime(words, market.first, regime)
            else:
                next_regime(words, row, market.thresholds, regime)
        if market.table.shape[1] > 0:
            innovations(z, row, market.table, regime)
        index_day(market, regime, z, row, x, r)
        index_growth(r, growth)
        for fund in range(funds):
            fund_growth(r, leverages[fund], carries[fund], navs, frictionless, fund)
        if day + 1 == horizons[due]:
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
    market : kernels.market.Markov
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
