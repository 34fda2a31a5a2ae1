"""The inverted law of growth against a closed form and against a slower, finer inversion."""

import math

import numpy as np
import pytest
from examples import SKEWED, market
from laws import ExactLaw
from scipy import stats

from simulator.growth_law import MOST_FREQUENCIES, growth_law, wiped

INVERSION = 2e-7  # of a probability: what the frequencies and the days' normals that are left out hold
REACH = 4  # of the law's standard deviations to either side
DAYS = (2, 3, 21, 252)


@pytest.mark.parametrize(("leverage", "carry"), [(1.0, 0.0), (3.0, -0.1), (-3.0, 0.15), (-1.0, 0.02), (0.5, 0.01)])
@pytest.mark.parametrize(
    "one", [market(1), market(2), market(3), market(4), market(3, initial="regime3"), market(2, drift=-0.4)]
)
def test_the_law_is_that_of_a_finer_inversion(one, leverage, carry):
    for days in DAYS:
        finer = ExactLaw(one, days, leverage, carry)
        values = np.expm1(finer.center + np.linspace(-REACH, REACH, 41) * finer.reach / 14)
        found = growth_law(one, leverage, carry, days).cdf(values)
        assert np.abs(found - finer.cdf(values)).max() < INVERSION, days


@pytest.mark.parametrize("days", [1, 2, 40, 2520])
def test_one_regime_is_log_normal(days):
    one = market(1, vols=[0.3], drift=0.1)
    sd = 0.3 * math.sqrt(days / 252)
    mean = 0.1 * days / 252 - sd**2 / 2
    values = np.expm1(mean + sd * np.linspace(-5, 5, 21))
    expected = stats.norm.cdf((np.log1p(values) - mean) / sd)
    assert np.abs(growth_law(one, 1.0, 0.0, days).cdf(values) - expected).max() < INVERSION


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_a_day_is_a_mixture_of_normals(leverage):
    one, values = market(3), np.linspace(-0.2, 0.2, 9)
    moves = np.log1p((values - 0.1 / 252) / leverage)
    below = stats.norm.cdf((moves[:, None] - one.daily_means()) / one.daily_sds()) @ one.initial_law()
    found = growth_law(one, leverage, 0.1, 1).cdf(values)
    np.testing.assert_allclose(found, below if leverage > 0 else 1 - below, rtol=0, atol=1e-12)


@pytest.mark.parametrize("leverage", [1.0, 3.0, -3.0])
@pytest.mark.parametrize("days", [1, 2, 252])
def test_chances_rise_from_0_to_1_however_far_out(leverage, days):
    found = growth_law(market(3), leverage, 0.0, days).cdf(np.array([-5, -1, -0.9999, 0, 50, 1e9, np.inf]))
    assert (np.diff(found) >= -INVERSION).all() and ((found >= 0) & (found <= 1)).all()
    np.testing.assert_allclose(found[[0, 1, 2, -2, -1]], [0, 0, 0, 1, 1], rtol=0, atol=INVERSION)


def test_no_law_without_normal_days_or_where_a_day_may_take_all():
    for unknown in (market(2, dof=5), market(2, autocorrelation=0.1), SKEWED):
        assert growth_law(unknown, 1.0, 0.0, 5) is None
    wild = market(2, vols=[0.2, 1.5])
    assert growth_law(wild, 3.0, 0.0, 5) is None and growth_law(wild, -3.0, 0.0, 5) is None
    assert growth_law(wild, 1.0, 0.0, 5) is not None


def test_no_law_where_the_inversion_would_need_too_many_frequencies():
    """Regimes far apart in volatility or in drift; a day needs no inversion."""
    apart = market(2, vols=[0.02, 1.0])
    assert growth_law(apart, 1.0, 0.0, 2) is None and growth_law(apart, 1.0, 0.0, 1) is not None
    drifting = market(2, vols=[0.01, 0.02], drift="regime", log_drifts=[4.0, -4.0])
    assert growth_law(drifting, 1.0, 0.0, 2520) is None and growth_law(drifting, 1.0, 0.0, 2) is not None
    kept = growth_law(market(4, vols=[0.03, 0.1, 0.5, 1.0]), 1.0, 0.0, 2)
    assert 256 < kept.frequencies <= MOST_FREQUENCIES


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_the_chance_of_a_day_that_takes_all(leverage):
    """1 + L r + carry <= 0 for r beyond -(1 + carry) / L."""
    edge = math.log(1 - 1.01 / leverage)
    expected = stats.norm.cdf(edge, 0.01, 0.2) if leverage > 0 else stats.norm.sf(edge, 0.01, 0.2)
    assert wiped(0.01, 0.2, leverage, 0.01) == pytest.approx(expected, rel=1e-9)
    assert wiped(0.0, 0.2, 1.0, 0.0) == wiped(0.0, 0.2, 0.5, 0.0) == 0
    assert wiped(0.0, 0.2, -1.0, -3.0) == 1
