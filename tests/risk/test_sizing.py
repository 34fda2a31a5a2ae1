"""Kelly fractions against closed forms and brute force; amounts of money that keep a budget."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import law_of
from scipy import stats

from simulator import bins
from simulator.distribution import Estimate
from simulator.errors import LetfError
from simulator.risk.sizing import kelly, sizes

BINNING = 2e-3  # of a fraction: returns are known to a bin's width, 0.1 % of themselves
SOLVED = 1e-12  # of a fraction: bisection to a float's last digits, and the rounding of the slope


def two_outcomes(win, loss, p, n=10_000):
    """`win` with chance p, else -`loss`."""
    wins = round(p * n)
    return law_of([win] * wins + [-loss] * (n - wins))


@pytest.mark.parametrize(("win", "loss", "p"), [(1.0, 1.0, 0.55), (2.0, 1.0, 0.4), (0.25, 0.5, 0.7)])
def test_a_bet_with_two_outcomes_has_the_textbook_fraction(win, loss, p):
    """f = p / loss - (1 - p) / win; the values are edges of bins, so nothing is lost to them."""
    found = kelly(two_outcomes(win, loss, p), 0.0)
    assert found.fraction == pytest.approx(p / loss - (1 - p) / win, abs=SOLVED) and found.bound is None


@pytest.mark.parametrize("rho", [-0.01, 0.0, 0.02])
def test_cash_that_earns_moves_the_textbook_fraction(rho):
    """f = (1 + rho) (p / (loss + rho) - (1 - p) / (win - rho)): the bet in excess of cash, discounted."""
    win, loss, p = 0.5, 0.25, 0.45
    exact = (1 + rho) * (p / (loss + rho) - (1 - p) / (win - rho))
    assert kelly(two_outcomes(win, loss, p), rho).fraction == pytest.approx(exact, abs=SOLVED)


def test_small_moves_have_the_mean_over_the_variance():
    """Merton's mu / sigma^2 for log-normal returns; the next order is some sigma^2 of it."""
    sigma, mu = 0.03, 0.0003
    n = 100_000
    logs = stats.norm.ppf((np.arange(n) + 0.5) / n, mu - sigma**2 / 2, sigma)
    found = kelly(law_of(np.expm1(logs)), 0.0)
    assert found.fraction == pytest.approx(mu / sigma**2, rel=BINNING + sigma**2)


def best_fraction(values, rho):
    """The fraction that the values themselves ask for, by bisection of the slope."""
    excess, low, high = values - rho, 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (excess / (1 + rho + middle * excess)).mean() > 0 else (low, middle)
    return low


returns = st.lists(st.floats(-0.95, 3), min_size=2, max_size=40)


@given(returns, st.floats(-0.05, 0.1))
@settings(deadline=None, max_examples=150)
def test_the_fraction_is_that_of_the_sample_within_its_bins(values, rho):
    """Each path and the mean may move by a bin's width, the slope by (1 + rho) / (1 + rho + f (R - rho))^2 of that."""
    values = np.array(values)
    best = best_fraction(values, rho)
    growth = 1 + rho + best * (values - rho)
    moved = (bins.error_bound(values) + bins.error_bound(values).mean()) * (1 + rho) / growth**2
    curvature = (((values - rho) / growth) ** 2).mean()
    allowed = 2 * moved.mean() / max(curvature, 1e-30)  # twice: to first order
    found = kelly(law_of(values), rho).fraction
    assert abs(found - best) <= allowed + SOLVED


def test_no_fraction_of_a_fine_grid_grows_faster():
    values = np.maximum(np.random.default_rng(1).standard_t(4, 20_000) * 0.1 + 0.004, -1)
    found = kelly(law_of(values), 0.001).fraction
    grid = np.linspace(0, 0.999, 1_000)
    rates = [np.log(1.001 + fraction * (values - 0.001)).mean() for fraction in grid]
    assert 0.1 < found < 0.9 and found == pytest.approx(grid[np.argmax(rates)], rel=BINNING, abs=grid[1])


def test_the_error_is_the_spread_over_samples():
    """Of 400 samples the standard deviation is known to 3.5 %; 4 such errors."""
    rng = np.random.default_rng(2)
    found = [kelly(law_of(np.expm1(rng.normal(0.0, 0.2, 10_000))), 0.0) for _ in range(400)]
    assert all(one.bound is None for one in found)
    spread = np.std([one.fraction for one in found])
    assert np.mean([one.stderr for one in found]) == pytest.approx(spread, rel=4 * 0.035)


def test_a_fund_that_earns_less_than_cash_is_left_alone():
    found = kelly(two_outcomes(0.1, 0.1, 0.5), 0.01)
    assert (found.fraction, found.bound, found.resolved) == (0.0, "none", True) and isnan(found.stderr)


def test_a_fund_that_always_grows_faster_takes_all():
    found = kelly(two_outcomes(0.1, 0.01, 0.9), 0.0)
    assert (found.fraction, found.bound, found.resolved) == (1.0, "all", True) and isnan(found.stderr)


def test_ruin_keeps_from_all():
    """A chance of one in ten thousand to lose everything, else a gain: the growth at f = 1 is -inf."""
    found = kelly(law_of([-1.0] + [0.5] * 9_999), 0.0)
    assert found.bound is None and found.fraction == pytest.approx(0.9999 - 0.0001 / 0.5, abs=SOLVED)


@pytest.mark.parametrize(
    ("law", "bound"),
    [
        (two_outcomes(0.1, 0.1, 0.499, 1_000), "none"),
        (two_outcomes(0.25, 0.2, 0.557, 1_000), "all"),  # the slope at 1 is 0 where p is 5/9
        (two_outcomes(0.1, 0.1, 0.501, 1_000), None),
    ],
)
def test_a_slope_within_its_error_is_not_resolved(law, bound):
    found = kelly(law, 0.0)
    bounds = {"none": 0.0, "all": 1.0}
    assert found.bound == bound and not found.resolved
    assert found.fraction == bounds[bound] if bound else 0 < found.fraction < 1


def test_inside_by_more_than_its_error_is_resolved():
    assert kelly(two_outcomes(1.0, 1.0, 0.6), 0.0).resolved


def test_one_path_has_no_error():
    found = kelly(law_of([0.1]), 0.0)
    assert found.bound == "all" and not found.resolved and isnan(found.stderr)


def test_paths_that_are_all_alike_are_sure():
    found = kelly(law_of([0.1] * 9), 0.0)
    assert (found.fraction, found.bound, found.resolved) == (1.0, "all", True)


@pytest.mark.parametrize("rho", [-1.0, inf, nan, 1e7])
def test_cash_that_loses_everything_is_refused(rho):
    with pytest.raises(LetfError, match=r"rho must be in \(-1, 1e\+06\], got"):
        kelly(two_outcomes(0.1, 0.1, 0.5), rho)


def test_a_law_of_no_returns_is_refused():
    with pytest.raises(LetfError, match=r"returns from -1 on, all finite, got -1\.5 to 0\.1"):
        kelly(law_of([-1.5, 0.1]), 0.0)


FIGURES = {
    "mean_return": Estimate(0.01, 0.001),
    "expected_shortfall_95": Estimate(0.25, 0.005),
    "exit_expected_shortfall_95": Estimate(0.125, 0.001),
    "stop_fill_mean": Estimate(-0.16, 0.0),
    "stop_fill_5": Estimate(-0.2, 0.01),
}


def test_the_loss_of_the_amount_is_the_budget():
    found = sizes(FIGURES, 500.0)
    assert {name: one.amount for name, one in found.items()} == pytest.approx(
        {"expected_shortfall_95": 2000, "exit_expected_shortfall_95": 4000, "stop_fill_mean": 3125, "stop_fill_5": 2500}
    )
    assert all(one.loss.mean * one.amount == pytest.approx(500) for one in found.values())
    assert [one.stderr for one in found.values()] == pytest.approx([2000 * 0.02, 4000 * 0.008, 0, 2500 * 0.05])


def test_the_error_of_an_amount_is_the_spread_over_samples():
    """Of 400 samples the standard deviation is known to 3.5 %; 4 such errors."""
    rng, samples = np.random.default_rng(3), []
    for _ in range(400):
        loss = law_of(rng.normal(-0.01, 0.1, 2_000)).expected_shortfall(0.95)
        samples.append(sizes({"expected_shortfall_95": loss}, 1.0)["expected_shortfall_95"])
    spread = np.std([one.amount for one in samples])
    assert np.mean([one.stderr for one in samples]) == pytest.approx(spread, rel=4 * 0.035)


def test_a_gain_bounds_no_amount():
    gain = {"expected_shortfall_95": Estimate(-0.01, 0.001), "stop_fill_mean": Estimate(0.0, 0.1)}
    assert all(one.amount is None and one.stderr is None for one in sizes(gain, 500.0).values())


def test_what_is_not_known_has_no_size():
    unknown = FIGURES | {"stop_fill_mean": Estimate(nan, nan), "stop_fill_5": Estimate(-0.2, nan)}
    found = sizes(unknown, 500.0)
    assert "stop_fill_mean" not in found and isnan(found["stop_fill_5"].stderr)


@pytest.mark.parametrize("money", [0, -5.0, nan, inf])
def test_a_budget_of_nothing_is_refused(money):
    with pytest.raises(LetfError, match=r"risk budget must be in \(0, 1e\+15\], got"):
        sizes(FIGURES, money)
