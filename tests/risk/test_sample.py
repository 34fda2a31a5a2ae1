"""Figures of values at hand: against plain loops, closed forms, and the errors against many seeds."""

from math import floor, isnan, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from simulator.distribution import FEWEST_IN_TAIL
from simulator.risk.sample import Sample, standard_error

FIGURES = ("mean", "prob_loss", "expected_shortfall", "starr")
ROUNDING = 1e-12  # of double sums of some thousand values near 1
SEEDS, PATHS = 400, 2000
SPREAD = 0.16  # of a standard deviation from 400 seeds: 4.5 of its relative errors 1 / sqrt(2 * 399)
NORMAL = NormalDist()


def draws(seed, n=PATHS):
    """Profits of two structures that share most of what moves them, the second with a heavy loss."""
    z = np.random.default_rng(seed).standard_normal((2, n))
    first = 0.01 + 0.1 * z[0]
    return Sample(first, 0.003), Sample(np.maximum(2.5 * first + 0.05 * z[1] ** 2 - 0.04, -0.6), 0.003)


def plain_shortfall(values):
    """Mean loss of the worst 5 %, a path counted in part where the 5 % cut through it."""
    ordered, wanted, total = sorted(values), 0.05 * len(values), 0.0
    for value in ordered[: floor(wanted)]:
        total -= value
    rest = wanted - floor(wanted)
    return (total - (rest * ordered[floor(wanted)] if rest > ROUNDING else 0.0)) / wanted


@pytest.mark.parametrize("n", [7, 41, 1000, 1013])
def test_figures_are_those_of_plain_loops(n):
    values = np.random.default_rng(n).standard_normal(n)
    sample = Sample(values, 0.01)
    mean = sum(values) / n
    assert sample.mean.mean == pytest.approx(mean, abs=ROUNDING)
    assert sample.sd == pytest.approx(sqrt(sum((value - mean) ** 2 for value in values) / (n - 1)))
    assert sample.prob_loss.mean == sum(value < 0 for value in values) / n
    shortfall = plain_shortfall(values)
    assert sample.expected_shortfall.mean == pytest.approx(shortfall)
    assert sample.starr.mean == pytest.approx((mean - 0.01) / (shortfall + 0.01))


def test_quantiles_lie_between_order_statistics():
    values = np.random.default_rng(2).standard_normal(5000)
    shares = (0.0, 0.01, 0.25, 0.5, 0.987, 1.0)
    found = [quantile.mean for quantile in Sample(values).quantiles(shares)]
    np.testing.assert_allclose(found, np.quantile(values, shares), rtol=ROUNDING)


def test_a_quantile_is_as_sure_as_its_density_says():
    n, p = 200_000, 0.05
    (found,) = Sample(np.random.default_rng(3).standard_normal(n)).quantiles((p,))
    z = NORMAL.inv_cdf(p)
    assert found.stderr == pytest.approx(sqrt(p * (1 - p) / n) / NORMAL.pdf(z), rel=0.1)  # the spacings' own noise
    assert abs(found.mean - z) < 4.5 * found.stderr


def test_the_error_of_a_quantile_is_not_known_where_the_sample_ends():
    low, middle = Sample(np.arange(300.0)).quantiles((0.01, 0.5))
    assert isnan(low.stderr) and middle.stderr > 0


@pytest.mark.parametrize("figure", FIGURES)
def test_influences_average_nothing_and_spread_as_the_error_says(figure):
    for sample in draws(4):
        influence = getattr(sample, f"{figure}_influence")()
        assert abs(influence.mean()) < 1e-9
        assert standard_error(influence) == pytest.approx(getattr(sample, figure).stderr, rel=1e-3)


def test_errors_and_paired_errors_are_those_of_many_seeds():
    values, errors, gaps, paired = [], [], [], []
    for seed in range(SEEDS):
        both = draws(seed)
        found = [[getattr(sample, name) for name in FIGURES] for sample in both]
        parts = [[getattr(sample, f"{name}_influence")() for name in FIGURES] for sample in both]
        values.append([one.mean for one in found[1]])
        errors.append([one.stderr for one in found[1]])
        gaps.append([b.mean - a.mean for a, b in zip(*found, strict=True)])
        paired.append([standard_error(b - a) for a, b in zip(*parts, strict=True)])
    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(values, axis=0, ddof=1), rtol=SPREAD)
    np.testing.assert_allclose(np.mean(paired, axis=0), np.std(gaps, axis=0, ddof=1), rtol=SPREAD)


@pytest.mark.parametrize("share", [0.1, 0.5, 3.0])
def test_cash_beside_changes_no_starr(share):
    cash = 0.01
    sample, _ = draws(5)
    mixed = Sample(share * sample.values + (1 - share) * cash, cash)
    assert mixed.starr.mean == pytest.approx(Sample(sample.values, cash).starr.mean)
    assert mixed.starr.stderr == pytest.approx(Sample(sample.values, cash).starr.stderr)


def test_what_never_ends_below_cash_has_no_starr():
    sample = Sample(np.linspace(0.02, 0.05, 1000), cash=0.01)
    assert isnan(sample.starr.mean) and isnan(sample.starr.stderr)


def test_few_paths_say_nothing_of_the_tail():
    sample = Sample(np.linspace(-1, 1, 20 * FEWEST_IN_TAIL - 1))
    assert isnan(sample.expected_shortfall.stderr) and isnan(sample.starr.stderr) and sample.mean.stderr > 0


def test_one_path_has_no_errors():
    sample = Sample(np.array([-0.1]))
    assert sample.expected_shortfall.mean == pytest.approx(0.1)
    assert all(isnan(value) for value in (sample.sd, sample.mean.stderr, sample.prob_loss.stderr))
