"""CRPS and PIT from a histogram against the plain formulas on the sample itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from simulator import bins
from simulator.distribution import Distribution
from simulator.errors import LetfError
from simulator.history.crps import verify

ROUNDING = 1e-12
SIGMAS = 4
floats = st.floats(-3, 8, allow_nan=False, width=32)


def law_of(sample):
    """The law that a run of these paths would give."""
    sample = np.asarray(sample, dtype=float)
    counts = np.bincount(bins.bin_of(sample), minlength=bins.COUNT)
    below = int((sample < 0).sum())
    return Distribution(len(sample), sample.sum(), (sample**2).sum(), sample.min(), sample.max(), below, counts)


def fair_crps(law, outcome):
    return verify(law, outcome)[0]


def share_below(law, outcome):
    return verify(law, outcome)[1]


def plain_crps(sample, outcome):
    """mean |x_i - y| - sum_ij |x_i - x_j| / (2 n (n - 1)), pair by pair."""
    n, sample = len(sample), np.asarray(sample, dtype=float)
    pairs = sum(abs(a - b) for a in sample.tolist() for b in sample.tolist())
    return np.abs(sample - outcome).mean() - pairs / (2 * n * (n - 1))


def widest_bin(sample, outcome):
    return float(bins.error_bound(np.append(sample, outcome)).max())


@given(st.lists(floats, min_size=2, max_size=40), floats)
def test_the_score_is_the_plain_one_within_a_bin(sample, outcome):
    # each path is at most one bin's width off in |x - y|, and so is each half of a pair
    bound = 2 * widest_bin(sample, outcome)
    assert fair_crps(law_of(sample), outcome) == pytest.approx(plain_crps(sample, outcome), abs=bound + ROUNDING)


@pytest.mark.parametrize("outcome", [-2.5, -0.31, 0.0, 0.0107, 0.4, 6.0])
def test_many_paths_agree_far_better_than_a_bin(outcome):
    sample = 0.3 * np.random.default_rng(7).normal(size=2000)
    ordered = np.sort(sample)
    n = len(sample)
    plain = np.abs(sample - outcome).mean() - ordered @ (2 * np.arange(1, n + 1) - n - 1) / (n * (n - 1))
    # of 2,000 errors of half a bin (at most 0.0005 of a value near 1) the mean is some 40 times smaller
    assert fair_crps(law_of(sample), outcome) == pytest.approx(plain, abs=2e-5)


def test_the_mean_is_the_normal_laws_own_at_any_number_of_paths():
    """Closed form (Gneiting and Raftery 2007, eq. 21): y (2 Phi(y) - 1) + 2 phi(y) - 1 / sqrt(pi), fair from 2 on."""
    rng, y = np.random.default_rng(3), 0.7
    exact = y * (2 * norm.cdf(y) - 1) + 2 * norm.pdf(y) - 1 / np.sqrt(np.pi)
    for n in (2, 5):
        scores = [fair_crps(law_of(rng.normal(size=n)), y) for _ in range(4000)]
        assert np.mean(scores) == pytest.approx(exact, abs=SIGMAS * np.std(scores) / np.sqrt(len(scores)))


def test_paths_that_all_agree_score_their_distance():
    assert fair_crps(law_of([0.25, 0.25, 0.25]), 0.75) == 0.5
    assert fair_crps(law_of([0.25, 0.25, 0.25]), 0.25) == 0.0


def test_one_path_has_no_score():
    with pytest.raises(LetfError, match="a score needs at least 2 paths, got 1"):
        fair_crps(law_of([0.1]), 0.1)


@given(st.lists(floats, min_size=2, max_size=40), floats)
def test_the_pit_counts_the_paths_below_but_for_those_in_the_outcomes_bin(sample, outcome):
    pit, here = share_below(law_of(sample), outcome), bins.bin_of(outcome)
    sample = np.asarray(sample)
    sure, unsure = (bins.bin_of(sample) < here).sum(), (bins.bin_of(sample) == here).sum()
    # the bin of a float64 outcome may be the neighbour of its float32's: both are of its width
    assert sure / len(sample) - ROUNDING <= pit <= (sure + unsure) / len(sample) + ROUNDING


def test_the_pit_is_the_inverse_of_the_quantile():
    law = law_of(np.random.default_rng(5).normal(size=5000))
    for p in (0.01, 0.05, 0.25, 0.5, 0.9, 0.99):
        assert share_below(law, float(law.quantile(p))) == pytest.approx(p, abs=1 / law.n)


def test_the_pit_of_what_no_path_reached():
    law = law_of([-0.5, 0.5])
    assert (share_below(law, -0.6), share_below(law, 0.6), share_below(law, 0.0)) == (0.0, 1.0, 0.5)
