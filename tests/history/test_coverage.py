"""Coverage, PIT histograms, and the play of chance around a perfect forecaster."""

import numpy as np
import pytest

from simulator.history.coverage import LEVELS, PIT_BINS, inside, luck, pit_shares

MONTH = 21
ORIGINS = MONTH * np.arange(188)


def test_inside_is_between_the_quantiles_ends_included():
    pit = np.array([0.0, 0.05, 0.0500001, 0.5, 0.95, 0.9500001, np.nan])
    assert np.array_equal(inside(pit, 0.9), [0, 1, 1, 1, 1, 0, np.nan], equal_nan=True)


def test_pit_shares_count_what_is_known():
    pit = np.array([0.0, 0.05, 0.1, 0.999, 1.0, np.nan, 0.55, np.nan])
    expected = np.zeros(PIT_BINS)
    expected[[0, 1, 5, 9]] = np.array([2, 1, 1, 2]) / 6
    assert pit_shares(pit) == pytest.approx(expected)


def test_apart_holds_are_a_binomial():
    found = luck(ORIGINS, 21)
    levels = np.array(LEVELS)
    exact = np.sqrt(levels * (1 - levels) / len(ORIGINS))
    # 4,000 histories know a standard deviation to 1.1 %, in the skewed tail at 98 % to some 2 %
    assert found.coverage_sd == pytest.approx(exact, rel=0.06)
    assert (found.coverage[0] < levels).all() and (found.coverage[1] > levels).all()


def test_overlap_is_worth_what_the_facts_say():
    """The standard deviation of a perfect forecaster's 90 % coverage over 188 months: 2.2 points to 2.8 at 63 days."""
    sds = [100 * luck(ORIGINS, days).coverage_sd[LEVELS.index(0.9)] for days in (21, 42, 63)]
    assert sds[0] == pytest.approx(2.2, abs=0.15) and sds[2] == pytest.approx(2.8, abs=0.15)
    assert sds[0] < sds[1] < sds[2]


def test_overlap_widens_the_band_of_the_pit():
    apart, overlapping = luck(ORIGINS, 21).pit, luck(ORIGINS, 126).pit
    assert ((overlapping[1] - overlapping[0]) > (apart[1] - apart[0])).all()
    # binomial 95 % band of a tenth of 188: 0.1 +- 1.96 sqrt(0.09 / 188), in steps of 1 / 188
    half = 1.96 * np.sqrt(0.09 / 188)
    assert apart[0] == pytest.approx(np.full(PIT_BINS, 0.1 - half), abs=1.5 / 188)
    assert apart[1] == pytest.approx(np.full(PIT_BINS, 0.1 + half), abs=1.5 / 188)


def test_the_same_origins_give_the_same_band():
    assert (luck(ORIGINS[:30], 42).pit == luck(ORIGINS[:30], 42).pit).all()
