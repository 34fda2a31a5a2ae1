"""Moments, probabilities, quantiles and shortfalls of simulated laws, against the sorted sample."""

import math

import numpy as np
import pytest
import reference
from examples import market, run
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import bins
from simulator.distribution import Distribution
from simulator.engine.simulate import simulate

LEVELS = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
SINGLE = 2.0**-23  # values are rounded to single precision before they are binned


def law_of(values):
    """The law that a run over `values` would keep."""
    values = np.asarray(values, float)
    counts = np.bincount(bins.bin_of(values), minlength=bins.COUNT)
    squares = math.fsum(values**2)
    below = int((values < 0).sum())
    return Distribution(len(values), math.fsum(values), squares, values.min(), values.max(), below, counts)


samples = st.lists(st.floats(-1, 50), min_size=1, max_size=60)


@given(samples, st.floats(0, 1))
@settings(deadline=None)
def test_quantiles_are_within_the_stated_bound(values, p):
    """Of an order statistic; where p n is a whole number but for rounding, of that one or the next."""
    found = law_of(values).quantile(p)
    rank, ordered = p * len(values), np.sort(values)
    near = {math.ceil(rank - 1e-9), math.ceil(rank), math.ceil(rank + 1e-9)}
    allowed = [ordered[min(max(k, 1), len(values)) - 1] for k in near]
    assert any(abs(found - one) <= bins.error_bound(one) + SINGLE * abs(one) for one in allowed)
    assert min(values) <= found <= max(values)


@given(samples, st.lists(st.floats(0, 1), min_size=2, max_size=10))
@settings(deadline=None)
def test_quantiles_rise(values, ps):
    assert (np.diff(law_of(values).quantile(np.sort(ps))) >= 0).all()


def test_quantiles_of_a_large_sample_equal_numpys():
    values = np.expm1(np.random.default_rng(1).normal(0, 0.5, 100_000))
    expected = np.quantile(values, LEVELS, method="inverted_cdf")
    assert (np.abs(law_of(values).quantile(LEVELS) - expected) <= bins.error_bound(expected)).all()


@given(samples)
@settings(deadline=None)
def test_moments_and_probability(values):
    law = law_of(values)
    assert law.mean == pytest.approx(np.mean(values), rel=1e-14, abs=1e-14)
    assert law.prob_below_zero == np.mean(np.array(values) < 0)
    if len(values) > 1:
        assert law.sd == pytest.approx(np.std(values, ddof=1), rel=1e-5, abs=1e-6)  # by sums, so it cancels
        assert law.stderr == law.sd / math.sqrt(len(values))


@given(samples, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
@settings(deadline=None)
def test_expected_shortfall_shares_the_quantiles_own_mass(values, level):
    expected = reference.expected_shortfall(np.array(values), 1 - level)
    widest = bins.error_bound(values).max() + SINGLE * max(map(abs, values))
    assert abs(law_of(values).expected_shortfall(level).mean - expected) <= 2 * widest


def test_expected_shortfall_of_a_large_sample_is_far_finer_than_a_bin():
    """Paths are taken as spread evenly in their bin, so errors of the bins cancel."""
    values = np.expm1(np.random.default_rng(1).normal(0, 0.5, 100_000))
    found, expected = law_of(values).expected_shortfall(0.95).mean, reference.expected_shortfall(values, 0.05)
    assert abs(found - expected) < bins.error_bound(expected) / 20


def test_expected_shortfall_by_hand():
    """Worst 25 % of five: the worst, and a quarter of the second."""
    law = law_of([-0.5, -0.25, 0, 0.25, 0.5])
    assert law.expected_shortfall(0.75).mean == pytest.approx((0.5 + 0.25 * 0.25) / 1.25, abs=1e-3)
    assert law.value_at_risk(0.75) == pytest.approx(0.25, abs=1e-3)


def test_value_at_risk_of_a_sure_gain_is_negative():
    law = law_of(np.linspace(0.1, 0.2, 100))
    assert law.value_at_risk(0.95) == pytest.approx(-0.104, abs=2e-3)
    assert law.expected_shortfall(0.95).mean == pytest.approx(-0.102, abs=2e-3)


def test_one_path():
    law = law_of([0.1])
    assert law.mean == 0.1
    assert (law.quantile(LEVELS) == 0.1).all()
    assert math.isnan(law.sd) and math.isnan(law.stderr)
    assert np.isnan(law.quantile_stderr(LEVELS)).all()
    assert law.expected_shortfall(0.95).mean == pytest.approx(-0.1)
    assert math.isnan(law.expected_shortfall(0.95).stderr)


@pytest.mark.parametrize("point", [-1.0, 0.0, 0.1, 123.456])
def test_point_mass(point):
    law = law_of([point] * 50)
    assert (law.quantile(LEVELS) == point).all()
    assert law.sd == law.stderr == 0
    assert (law.quantile_stderr(LEVELS) == 0).all()
    assert law.expected_shortfall(0.95).mean == pytest.approx(-point)
    assert law.expected_shortfall(0.95).stderr == pytest.approx(0, abs=1e-9)


def test_an_atom_among_others():
    """A wiped fund: 3 % of the paths at exactly -1."""
    law = law_of(np.concatenate([np.full(30, -1.0), np.linspace(0, 1, 970)]))
    assert law.quantile(0.01) == law.quantile(0.03) == -1
    assert law.quantile(0.035) > 0
    assert law.expected_shortfall(0.97).mean == pytest.approx(1)


def test_beyond_the_range_a_quantile_is_infinite():
    law = law_of([-1.0, 0.0, 1e5, 2e5])
    assert law.quantile(0.5) == pytest.approx(0, abs=2e-5)
    assert law.quantile(0.75) == np.inf
    assert np.isnan(law.quantile_stderr(0.75))
    low = law_of([-1e6, -1e6, 0.0, 1.0])
    assert low.quantile(0.25) == -np.inf
    assert low.value_at_risk(0.75) == low.expected_shortfall(0.75).mean == np.inf
    assert math.isnan(low.expected_shortfall(0.75).stderr)


def test_a_gain_beyond_the_range_is_no_loss():
    law = law_of([1e5, 2e5])
    assert law.value_at_risk(0.95) == law.expected_shortfall(0.95).mean == -np.inf


REPEATS, PATHS = 400, 1000
SPREAD_ERROR = 0.15  # the spread of 400 repeats is itself known to 1 / sqrt(800) = 3.5 %; four of those


@pytest.fixture(scope="module")
def repeats():
    """TNA-like returns over 21 days of 400 small runs that differ in the seed alone."""
    runs = [run(market(3), 3.0, horizons=(21,), paths=PATHS, seed=seed) for seed in range(REPEATS)]
    return [simulate(spec, threads=1).fund_return("F3", 21) for spec in runs]


FIGURES = {
    "mean": lambda law: (law.mean, law.stderr),
    "probability": lambda law: (law.prob_below_zero, law.prob_below_zero_stderr),
    "shortfall 95 %": lambda law: (law.expected_shortfall(0.95).mean, law.expected_shortfall(0.95).stderr),
    "median": lambda law: (law.quantile(0.5), law.quantile_stderr(0.5)),
    "quantile 5 %": lambda law: (law.quantile(0.05), law.quantile_stderr(0.05)),
    "quantile 95 %": lambda law: (law.quantile(0.95), law.quantile_stderr(0.95)),
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_standard_errors_are_the_spread_of_repeated_runs(repeats, figure):
    values, errors = np.array([figure(law) for law in repeats]).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(ddof=1), rel=SPREAD_ERROR)


COVERED = 0.8  # of samples, by two standard errors: 95 % where the normal law is near, less in a short, skewed tail


@pytest.mark.parametrize("n", [20, 100, 500, 2000])
def test_errors_of_small_samples_are_right_or_not_given(n):
    """A heavy left tail like a fund's; an error that is shown must hold the truth as often as it says."""
    truth = law_of(-np.exp(np.random.default_rng(0).normal(size=400_000)))
    hits = {}
    for seed in range(200):
        law = law_of(-np.exp(np.random.default_rng([1, seed]).normal(size=n)))
        shortfall = law.expected_shortfall(0.95)
        hits.setdefault("ES", []).append((shortfall.mean - truth.expected_shortfall(0.95).mean, shortfall.stderr))
        for p in LEVELS:
            hits.setdefault(p, []).append((law.quantile(p) - truth.quantile(p), law.quantile_stderr(p)))
    for offs, errors in (np.array(pairs, float).T for pairs in hits.values()):
        if not np.isnan(errors).any():
            assert (np.abs(offs) <= 2 * errors).mean() > COVERED
    assert np.isnan(np.array(hits["ES"], float)[:, 1]).all() == (n < 400)
    assert np.isnan(np.array(hits[0.01], float)[:, 1]).all() == (n < 600)


def test_a_count_of_none_or_all_has_an_error():
    """Half a path in n: a run cannot know that something never happens."""
    for values in (np.full(1000, 0.5), np.full(1000, -0.5)):
        assert law_of(values).prob_below_zero_stderr == pytest.approx(0.5**0.5 / 1000, rel=2e-3)
    assert math.isnan(law_of([0.5]).prob_below_zero_stderr)
