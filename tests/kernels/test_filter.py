"""The filters and the smoother against slow twins and against all regime sequences."""

import itertools
import math

import numpy as np
import pytest
import reference

from simulator.kernels.filter import garch_filter, hamilton_filter, kim_smoother

ROUNDING = 1e-12  # relative; sums of some hundred terms in another order


def twin_filter(log_densities, transition, initial):
    """Log-likelihood and filtered laws by Bayes' rule on logarithms."""
    predicted = [math.log(p) if p > 0 else -math.inf for p in initial]
    total, filtered = 0.0, []
    for row in log_densities:
        joint = [p + d for p, d in zip(predicted, row, strict=True)]
        top = max(joint)
        day = top + math.log(math.fsum(math.exp(j - top) for j in joint))
        total += day
        filtered.append([math.exp(j - day) for j in joint])
        law = [math.fsum(f * a[k] for f, a in zip(filtered[-1], transition, strict=True)) for k in range(len(row))]
        predicted = [math.log(p) if p > 0 else -math.inf for p in law]
    return total, np.array(filtered)


def every_sequence(log_densities, transition, initial):
    """Log-likelihood, smoothed laws and expected moves from the joint chance of each sequence of regimes."""
    days, count = log_densities.shape
    total, smoothed, moves = 0.0, np.zeros((days, count)), np.zeros((count, count))
    for sequence in itertools.product(range(count), repeat=days):
        chance = initial[sequence[0]] * math.prod(transition[i, j] for i, j in itertools.pairwise(sequence))
        chance *= math.exp(math.fsum(log_densities[t, k] for t, k in enumerate(sequence)))
        total += chance
        for t, k in enumerate(sequence):
            smoothed[t, k] += chance
        for i, j in itertools.pairwise(sequence):
            moves[i, j] += chance
    return math.log(total), smoothed / total, moves / total


def run(log_densities, transition, initial):
    filtered, smoothed = np.empty_like(log_densities), np.empty_like(log_densities)
    moves = np.empty_like(transition)
    value = hamilton_filter(log_densities, transition, initial, filtered)
    kim_smoother(filtered, transition, smoothed, moves)
    return value, filtered, smoothed, moves


def example(count, days, spread=2.0):
    rng = np.random.default_rng(100 * count + days)
    transition = rng.dirichlet(np.full(count, 0.7), count)
    return rng.normal(0, spread, (days, count)), transition, rng.dirichlet(np.ones(count))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_likelihood_smoothed_laws_and_moves_are_those_of_all_sequences(count):
    problem = example(count, 7)
    value, _, smoothed, moves = run(*problem)
    expected, expected_smoothed, expected_moves = every_sequence(*problem)
    assert value == pytest.approx(expected, rel=ROUNDING)
    np.testing.assert_allclose(smoothed, expected_smoothed, rtol=1e-11)
    np.testing.assert_allclose(moves, expected_moves, rtol=1e-11)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_filter_is_its_twin(count):
    problem = example(count, 300)
    value, filtered, _, _ = run(*problem)
    expected, expected_filtered = twin_filter(*problem)
    assert value == pytest.approx(expected, rel=ROUNDING)
    np.testing.assert_allclose(filtered, expected_filtered, rtol=1e-9)


@pytest.mark.parametrize("shift", [-5000.0, 5000.0])
def test_densities_that_underflow_or_overflow_only_shift_the_likelihood(shift):
    log_densities, transition, initial = example(3, 50)
    plain, shifted = run(log_densities, transition, initial), run(log_densities + shift, transition, initial)
    assert shifted[0] == pytest.approx(plain[0] + 50 * shift, rel=ROUNDING)
    for a, b in zip(plain[1:], shifted[1:], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)


def test_densities_far_apart_are_the_twins():
    problem = example(3, 200, spread=400.0)
    value, filtered, smoothed, moves = run(*problem)
    assert value == pytest.approx(twin_filter(*problem)[0], rel=ROUNDING)
    for law in (filtered, smoothed):
        np.testing.assert_allclose(law.sum(axis=1), 1, rtol=ROUNDING)
    assert moves.sum() == pytest.approx(199)


def test_an_absorbing_regime_is_never_left():
    log_densities = example(2, 60)[0]
    log_densities[30] = [-math.inf, 0.0]
    transition = np.array([[0.9, 0.1], [0.0, 1.0]])
    problem = (log_densities, transition, np.array([1.0, 0.0]))
    value, filtered, smoothed, moves = run(*problem)
    assert value == pytest.approx(twin_filter(*problem)[0], rel=ROUNDING)
    assert np.all(filtered[30:, 1] == 1) and np.all(smoothed[30:, 1] == 1)
    assert smoothed[0, 0] == pytest.approx(1)
    assert moves[1, 0] == 0 and moves[0, 1] == pytest.approx(1)


def test_a_regime_that_cannot_be_does_not_hide_the_others():
    log_densities = np.array([[900.0, -900.0]])
    value, filtered, _, _ = run(log_densities, np.eye(2), np.array([0.0, 1.0]))
    assert value == -900 and filtered.tolist() == [[0, 1]]


def test_an_impossible_day_makes_the_likelihood_zero_and_no_law_nan():
    log_densities, transition, initial = example(3, 20)
    log_densities[7] = -math.inf
    value, filtered, smoothed, moves = run(log_densities, transition, initial)
    assert value == -math.inf
    for array in (filtered, smoothed, moves):
        assert np.isfinite(array).all()


def test_laws_sum_to_one_and_moves_agree_with_the_smoothed_laws():
    _, filtered, smoothed, moves = run(*example(4, 500))
    np.testing.assert_allclose(filtered.sum(axis=1), 1, rtol=ROUNDING)
    np.testing.assert_allclose(moves.sum(axis=1), smoothed[:-1].sum(axis=0), rtol=1e-10)
    np.testing.assert_allclose(moves.sum(axis=0), smoothed[1:].sum(axis=0), rtol=1e-10)
    assert np.array_equal(smoothed[-1], filtered[-1])


GARCH = {"omega": 2e-6, "alpha": 0.02, "gamma": 0.12, "beta": 0.9}


def garch(residuals, first, limit=0.0625, **changes):
    variances = np.empty_like(residuals)
    variances[0] = first
    last = garch_filter(residuals, *(GARCH | changes).values(), limit, variances)
    return np.append(variances, last)


@pytest.mark.parametrize("limit", [0.0625, 2e-4], ids=["never met", "often met"])
@pytest.mark.parametrize("changes", [{}, {"alpha": 0.0}, {"gamma": 0.0}, {"beta": 0.0}, {"gamma": -0.02}])
def test_garch_variances_are_their_twins(limit, changes):
    residuals = 0.013 * np.random.default_rng(5).standard_t(5, 2000)
    expected = reference.garch_variances(residuals, *(GARCH | changes).values(), limit, 1e-4)
    assert np.any(expected == limit) == (limit == 2e-4)
    np.testing.assert_allclose(garch(residuals, 1e-4, limit, **changes), expected, rtol=ROUNDING)


def test_garch_variance_of_three_days_by_hand():
    expected = [1e-4, 2e-6 + 0.02 * 1e-4 + 0.9 * 1e-4]
    expected += [2e-6 + 0.14 * 4e-4 + 0.9 * expected[1]]
    expected += [2e-6 + 0.9 * expected[2]]
    np.testing.assert_allclose(garch(np.array([0.01, -0.02, 0.0]), 1e-4), expected, rtol=ROUNDING)


@pytest.mark.parametrize("first", [1.0, np.inf])
def test_a_garch_variance_beyond_the_limit_is_the_limit(first):
    variances = garch(np.array([0.01, -0.5, 0.01]), first, limit=0.01)
    assert variances[0] == 0.01 and variances[2] == 0.01 and variances.max() == 0.01
