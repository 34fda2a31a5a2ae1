"""The spread of sums of days that hang together, against the sum written out, and statsmodels' own."""

import numpy as np
import pytest

from simulator.history.newey_west import long_run_covariance

ROUNDING = 1e-12
LAGS = 5


@pytest.fixture
def rows():
    """Two columns of a moving average, means taken out."""
    noise = np.random.default_rng(1).standard_normal((302, 2)) @ np.array([[1.0, 0.4], [0.0, 0.8]])
    moved = noise[2:] + 0.7 * noise[1:-1] - 0.2 * noise[:-2]
    return moved - moved.mean(axis=0)


def test_it_is_the_weighted_sum_of_all_pairs_of_near_days(rows):
    slow = np.zeros((2, 2))
    for s in range(len(rows)):
        for t in range(max(0, s - LAGS), min(len(rows), s + LAGS + 1)):
            slow += (1 - abs(s - t) / (LAGS + 1)) * np.outer(rows[s], rows[t])
    np.testing.assert_allclose(long_run_covariance(rows, LAGS), slow, rtol=ROUNDING)


def test_it_is_that_of_a_mean_by_statsmodels(rows):
    from statsmodels.regression.linear_model import OLS

    theirs = OLS(rows[:, 0], np.ones(len(rows))).fit(cov_type="HAC", cov_kwds={"maxlags": LAGS}).bse[0]
    ours = np.sqrt(long_run_covariance(rows[:, :1], LAGS)[0, 0]) / len(rows)
    assert ours == pytest.approx(theirs, rel=1e-10)  # both in double precision


def test_fewer_days_than_lags_use_what_there_are(rows):
    few = rows[:3]
    weights = 1 - np.abs(np.subtract.outer(np.arange(3), np.arange(3))) / (LAGS + 1)
    np.testing.assert_allclose(long_run_covariance(few, LAGS), few.T @ weights @ few, rtol=ROUNDING)
