"""The stationary bootstrap's counts: their law, and quantiles by them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.history.block_bootstrap import (
    interval,
    resampled_quantiles,
    stationary_counts,
    stationary_days,
)


@given(st.integers(1, 60), st.floats(1, 100), st.integers(1, 5), st.integers(0, 9))
def test_each_resample_is_as_long_as_the_sample(n, mean_block, draws, seed):
    counts = stationary_counts(n, mean_block, draws, seed)
    assert counts.shape == (draws, n) and counts.min() >= 0
    assert (counts.sum(axis=1) == n).all()


def test_the_same_seed_gives_the_same_counts():
    assert (stationary_counts(50, 5) == stationary_counts(50, 5)).all()
    assert (stationary_counts(50, 5, seed=1) != stationary_counts(50, 5, seed=2)).any()


def slow_stationary(rng, n, mean_block):
    """Politis and Romano's procedure, a day at a time."""
    at = rng.integers(n)
    counts = np.zeros(n, int)
    for _ in range(n):
        counts[at] += 1
        at = rng.integers(n) if rng.random() < 1 / mean_block else (at + 1) % n
    return counts


@pytest.mark.parametrize("mean_block", [1, 4, 25])
def test_the_spread_of_means_is_that_of_the_slow_twin(mean_block):
    """Of an autocorrelated series, where blocks matter. 4,000 draws know a deviation to 1.2 %: four of these."""
    rng = np.random.default_rng(5)
    values = np.convolve(rng.normal(size=139), np.ones(20), "valid")
    slow = np.array([slow_stationary(rng, 120, mean_block) for _ in range(4000)])
    fast = stationary_counts(120, mean_block, 4000)
    assert (fast @ values / 120).std() == pytest.approx((slow @ values / 120).std(), rel=0.07)
    assert fast.var() == pytest.approx(slow.var(), rel=0.07)


@given(st.integers(1, 60), st.floats(1, 100), st.integers(1, 90), st.integers(0, 9))
def test_a_resample_in_order_has_days_of_the_sample(n, mean_block, count, seed):
    days = stationary_days(n, mean_block, count, np.random.default_rng(seed))
    assert days.shape == (count,) and days.min() >= 0 and days.max() < n
    assert (days == stationary_days(n, mean_block, count, np.random.default_rng(seed))).all()


@pytest.mark.parametrize("mean_block", [1, 4, 25])
def test_a_resample_in_order_is_made_of_blocks_from_anywhere(mean_block):
    """Each day follows the one before but for one in `mean_block`, and every day is as likely as any other."""
    days = stationary_days(40, mean_block, 100_000, np.random.default_rng(3))
    follows = np.mean((days[1:] - days[:-1]) % 40 == 1)
    share = 1 - 1 / mean_block * (1 - 1 / 40)  # a join may lead to the next day too
    assert abs(follows - share) < 4 * np.sqrt(share * (1 - share) / 100_000) + 1e-12
    counts = np.bincount(days, minlength=40)
    assert np.abs(counts / 2500 - 1).max() < 4 * np.sqrt(2 * mean_block / 2500)  # days of a block come together


def test_resamples_in_order_spread_means_as_the_counts_do():
    rng = np.random.default_rng(5)
    values = np.convolve(rng.normal(size=139), np.ones(20), "valid")
    ordered = np.array([values[stationary_days(120, 25, 120, rng)].mean() for _ in range(4000)])
    assert ordered.std() == pytest.approx((stationary_counts(120, 25, 4000) @ values / 120).std(), rel=0.07)


def test_quantiles_are_those_of_the_repeated_values():
    rng = np.random.default_rng(6)
    values, counts = rng.normal(size=80), stationary_counts(80, 7, 30)
    probabilities = [0.01, 0.05, 0.5, 0.95, 1.0]
    slow = [np.quantile(np.repeat(values, row), probabilities, method="inverted_cdf") for row in counts]
    np.testing.assert_array_equal(resampled_quantiles(values, counts, probabilities), slow)


def test_interval_is_the_middle():
    assert interval(np.arange(1001.0), 0.9) == pytest.approx((50, 950), rel=1e-12)


@pytest.mark.parametrize(("n", "mean_block"), [(0, 5), (10, 0.5), (10, float("nan"))])
def test_out_of_range(n, mean_block):
    with pytest.raises(LetfError, match="must be"):
        stationary_counts(n, mean_block)
