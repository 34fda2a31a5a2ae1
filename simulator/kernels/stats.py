"""Streaming statistics of a block of paths: sums, extremes, signs and histograms.

Statistics have one row each, in this order: the index return; then for each fund its return, its divergence from L
times the index, and the three parts of the divergence: compounding, volatility drag, carry. Of a part only the sums
are kept.
"""

from typing import NamedTuple

import numpy as np

from simulator.bins import CENTER, LINEAR_LIMIT, OFFSET, PER_OCTAVE, PER_SIDE, RANGE, SHIFT
from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel

LANES = 1024
PARTIAL = 32  # sums and extremes are kept for every 32nd lane apart, so that they vectorise; `Laws` folds them
INDEX = np.int64(0)  # row of the index return; no literal, for which `observe` would be compiled once more
TIE = 1e-12  # a divergence closer to 0 than this is rounding, not a loss

SCALE = np.float32(PER_OCTAVE / LINEAR_LIMIT)
LIMIT = np.float32(LINEAR_LIMIT)
BEYOND = np.float32(2 * RANGE)
SIDE = np.int32(PER_SIDE)
MIDDLE = np.int32(CENTER)
ONE = np.int32(1)
BITS_SHIFT = np.int32(SHIFT)
BITS_OFFSET = np.int32(OFFSET)


class Tally(NamedTuple):
    """What the statistics of a block are added to; axis 0 the horizon.

    sums : float64 (horizons, 1 + 5 funds, 2, PARTIAL), of the values and of their squares.
    extremes : float64 (horizons, 1 + 2 funds, 2, PARTIAL), least and greatest values.
    below : int64 (horizons, 1 + 2 funds), values below 0.
    counts : uint32 (horizons, 1 + 2 funds, bins), half the cache that int64 takes; `Laws` empties them in time.
    capped : int64 (1,), days on which a path's volatility was capped.
    """

    sums: np.ndarray
    extremes: np.ndarray
    below: np.ndarray
    counts: np.ndarray
    capped: np.ndarray


class Scratch(NamedTuple):
    """Working memory of one call, so that no observation allocates: (LANES,), float64 but for the bins' uint32."""

    values: np.ndarray
    multiple: np.ndarray
    compounded: np.ndarray
    bins: np.ndarray


@kernel
def add_value(value, k, sums):
    """Add a value and its square to place `k` of `sums` (2, PARTIAL)."""
    sums[0, k] += value
    sums[1, k] = fma(value, value, sums[1, k])


@kernel
def widen(value, k, extremes):
    """Widen place `k` of `extremes` (2, PARTIAL), least and greatest, to a value."""
    extremes[0, k] = min(extremes[0, k], value)
    extremes[1, k] = max(extremes[1, k], value)


@kernel
def add_sums(values, n, sums):
    """Add the first `n` of `values` and their squares to `sums` (2, PARTIAL)."""
    whole = n - n % PARTIAL
    for start in range(0, whole, PARTIAL):
        for k in range(PARTIAL):
            add_value(values[start + k], k, sums)
    for k in range(n - whole):
        add_value(values[whole + k], k, sums)


@kernel
def add_moments(values, n, sums, extremes):
    """The same, and widen `extremes` (2, PARTIAL) to the first `n` of `values`, in one pass."""
    whole = n - n % PARTIAL
    for start in range(0, whole, PARTIAL):
        for k in range(PARTIAL):
            add_value(values[start + k], k, sums)
            widen(values[start + k], k, extremes)
    for k in range(n - whole):
        add_value(values[whole + k], k, sums)
        widen(values[whole + k], k, extremes)


@kernel
def find_bins(values, bins):
    """Bin of each value (LANES,) as uint32, which no index takes for negative; the layout is `simulator.bins`, the last
    bin takes NaN."""
    for i in range(LANES):
        single = np.float32(values[i])
        magnitude = abs(single) if abs(single) < BEYOND else BEYOND  # BEYOND for NaN too: the index stays in range
        linear = np.int32(magnitude * SCALE)
        octave = np.int32(np.int32(np.float32(magnitude).view(np.int32) >> BITS_SHIFT) - BITS_OFFSET)
        side = min(linear if magnitude < LIMIT else octave, SIDE)
        bins[i] = np.uint32(np.int32(MIDDLE - ONE - side) if single < 0 else np.int32(MIDDLE + side))


@kernel
def observe(values, n, tie, horizon, statistic, bins, tally):
    """Add the first `n` values (LANES,) to one statistic; those above -tie do not count as below 0."""
    find_bins(values, bins)
    counts = tally.counts[horizon, statistic]
    for i in range(n):
        counts[bins[i]] += 1
    below = 0
    for i in range(n):
        below += values[i] < -tie
    tally.below[horizon, statistic] += below
    add_moments(values, n, tally.sums[horizon, statistic], tally.extremes[horizon, statistic])


@kernel
def power(base, exponent, result):
    """result = base ** exponent, (LANES,); whole exponents by products in order, which vectorise."""
    whole = int(abs(exponent))
    if whole != abs(exponent):
        for i in range(LANES):
            result[i] = base[i] ** exponent
        return
    for i in range(LANES):
        result[i] = base[i]
    for _ in range(whole - 1):
        for i in range(LANES):
            result[i] *= base[i]
    if exponent < 0:
        for i in range(LANES):
            result[i] = 1.0 / result[i]


@kernel
def observe_index(growth, n, horizon, scratch, tally):
    """Add the index return of the first `n` lanes at horizon number `horizon`; growth is prod(1 + r)."""
    values = scratch.values
    for i in range(LANES):
        values[i] = growth[i] - 1.0
    observe(values, n, 0.0, horizon, INDEX, scratch.bins, tally)


@kernel
def observe_fund(growth, nav, frictionless, leverage, n, horizon, fund, scratch, tally):
    """Add return, divergence and its parts of fund number `fund`.

    growth, nav, frictionless : float64 (LANES,), prod(1 + r), prod G and F0 = prod max(0, 1 + L r).
    """
    first, part = 1 + 2 * fund, tally.extremes.shape[1] + 3 * fund
    values, multiple, compounded = scratch.values, scratch.multiple, scratch.compounded
    power(growth, leverage, compounded)
    for i in range(LANES):
        multiple[i] = leverage * (growth[i] - 1.0)
        values[i] = nav[i] - 1.0
    observe(values, n, 0.0, horizon, first, scratch.bins, tally)
    for i in range(LANES):
        values[i] = (nav[i] - 1.0) - multiple[i]
    observe(values, n, TIE, horizon, first + 1, scratch.bins, tally)
    for i in range(LANES):
        values[i] = (compounded[i] - 1.0) - multiple[i]
    add_sums(values, n, tally.sums[horizon, part])
    for i in range(LANES):
        values[i] = frictionless[i] - compounded[i]
    add_sums(values, n, tally.sums[horizon, part + 1])
    for i in range(LANES):
        values[i] = nav[i] - frictionless[i]
    add_sums(values, n, tally.sums[horizon, part + 2])
