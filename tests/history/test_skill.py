"""Skill as a ratio of sums, and intervals that know what is paired."""

import numpy as np
import pytest

from simulator.history.block_bootstrap import Interval, stationary_counts
from simulator.history.skill import resampled, share, skill

ROUNDING = 1e-12


@pytest.fixture(scope="module")
def scores():
    """Baseline and model scores of 120 origins in 3 cells."""
    rng = np.random.default_rng(1)
    baseline = rng.gamma(2, 0.05, size=(120, 3))
    return baseline * rng.uniform(0.7, 1.1, size=(120, 3)), baseline


def test_skill_is_one_minus_the_ratio_of_sums_averaged_over_cells(scores):
    model, baseline = scores
    cells = [1 - sum(model[:, c]) / sum(baseline[:, c]) for c in range(3)]
    assert skill(*scores, stationary_counts(120, 12, 50)).estimate == pytest.approx(np.mean(cells), abs=ROUNDING)


def test_the_interval_is_of_the_resampled_skills(scores):
    model, baseline = scores
    resamples = stationary_counts(120, 12, 200, seed=3)
    slow = []
    for counts in resamples.astype(int):
        rows = np.repeat(np.arange(120), counts)
        slow.append(np.mean([1 - model[rows, c].sum() / baseline[rows, c].sum() for c in range(3)]))
    found = skill(*scores, resamples)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])), abs=ROUNDING)
    assert found.low < found.estimate < found.high and found.excludes(0.0) and not found.excludes(found.estimate)


def test_pairing_makes_a_constant_advantage_certain(scores):
    baseline = scores[1]
    found = skill(0.9 * baseline, baseline, stationary_counts(120, 12, 200))
    assert found == pytest.approx((0.1, 0.1, 0.1), abs=ROUNDING)


def test_what_is_not_known_counts_in_neither_sum(scores):
    model, baseline = (x.copy() for x in scores)
    resamples = stationary_counts(120, 12, 100)
    model[110:, 2] = np.nan
    kept = skill(model, baseline, resamples)
    baseline[110:, 2] = 1e9
    assert skill(model, baseline, resamples) == kept


def test_a_cell_without_outcomes_has_no_skill(scores):
    nothing = np.full((120, 1), np.nan)
    assert np.isnan(skill(nothing, nothing, stationary_counts(120, 12, 20))).all()


def test_share_of_what_is_known():
    events = np.tile([[1, 1], [0, np.nan], [1, 0], [np.nan, np.nan]], (4, 1))
    resamples = np.tile([[1.0, 1, 1, 1], [2, 0, 2, 0], [0, 4, 0, 0], [0, 0, 0, 4]], (1, 4))
    found = share(events, resamples)
    assert found.estimate == 3 / 5
    # the usable resamples give 3/5, 6/8 and 0
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile([0, 0.6, 0.75], [0.025, 0.975])))


def test_an_interval_that_touches_zero_does_not_exclude_it():
    assert Interval(0.1, 0.01, 0.2).excludes() and Interval(-0.1, -0.2, -0.01).excludes()
    unknown = Interval(np.nan, np.nan, np.nan)
    assert not unknown.excludes()
    assert not Interval(0.1, 0.0, 0.2).excludes() and not Interval(0.1, -0.01, 0.2).excludes()


def test_blocks_widen_the_interval_of_dependent_scores():
    rng = np.random.default_rng(6)
    slow = np.repeat(rng.normal(size=20), 12)[:, None]
    baseline = np.ones_like(slow)
    model = 1 - 0.1 * slow
    wide, narrow = (skill(model, baseline, stationary_counts(240, block, 2000)) for block in (12, 1))
    # the mean of 20 independent years varies sqrt(12) times as much as that of 240 independent months
    assert 2 < (wide.high - wide.low) / (narrow.high - narrow.low) < np.sqrt(12)


@pytest.mark.parametrize(("known", "told"), [(1, False), (11, False), (12, True)])
def test_origins_that_fill_no_block_have_no_interval(known, told):
    baseline = np.full((20, 2), 2.0)
    baseline[known:] = np.nan
    for found in (skill(baseline / 2, baseline, resampled(20)), share(baseline / 2, resampled(20))):
        assert found.estimate in (0.5, 1.0) and found.excludes(0.0) == told
        assert np.isnan([found.low, found.high]).all() == (not told)
