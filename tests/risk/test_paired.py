"""Differences on common paths: which are resolved, and how many are by luck."""

from math import nan, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from simulator.distribution import Estimate
from simulator.risk.paired import family_errors, is_resolved

NORMAL = NormalDist()


def test_one_difference_is_judged_at_1_96_errors_and_more_by_more():
    assert family_errors(1) == pytest.approx(1.96, abs=1e-4)
    assert family_errors(40) == pytest.approx(NORMAL.inv_cdf(1 - 0.05 / 80))
    assert family_errors(0) == family_errors(1)


def test_of_many_true_zeros_any_is_beyond_the_bound_in_one_of_twenty_runs_at_most():
    z = np.random.default_rng(6).standard_normal((4000, 30))
    beyond = (np.abs(z) > family_errors(30)).any(axis=1).mean()
    assert 0.03 < beyond < 0.05 + 4.5 * sqrt(0.05 * 0.95 / 4000)


@pytest.mark.parametrize(
    ("mean", "stderr", "resolved"),
    [(0.03, 0.01, True), (-0.03, 0.01, True), (0.015, 0.01, False), (1e-16, 0.0, False), (0.1, nan, False)],
)
def test_what_is_resolved(mean, stderr, resolved):
    assert is_resolved(Estimate(mean, stderr), 2.0) is resolved
