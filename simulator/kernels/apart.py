"""How often two indexes part: days on which the first rises far and the second falls."""

import numpy as np

from simulator.kernels.jit import allocating, kernel
from simulator.kernels.market import before_first_day, index_days
from simulator.kernels.rng import FILL_WORDS
from simulator.kernels.stats import LANES


@kernel
def count_apart(r, second, rise, counts):
    """counts += 1 where `r` is `rise` or more and `second` below 0, all (lanes,)."""
    for i in range(counts.shape[0]):
        counts[i] += np.int32(r[i] >= rise) & np.int32(second[i] < 0)


@allocating
def days_apart(seed, first_path, groups, market, days, rise, bars, sums):
    """Add sum and sum of squares over `groups` times LANES paths of their number of such days to `sums` (2,)."""
    for group in range(groups):
        state, r = before_first_day(market), np.empty((FILL_WORDS, LANES), np.float32)
        counts = np.zeros(LANES, np.int32)
        for first_day in range(0, days, FILL_WORDS):
            rows = min(FILL_WORDS, days - first_day)
            first = first_path + np.uint64(group * LANES)
            index_days(market, seed, first, first_day, rows, LANES, state, r, 0, bars)
            for row in range(rows):
                count_apart(r[row], state.second[row], rise, counts)
        for i in range(LANES):
            sums[0] += counts[i]
            sums[1] += counts[i] * counts[i]
