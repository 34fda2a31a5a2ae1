"""Histories made of another's days: what each day keeps, and where it comes from."""

from dataclasses import replace

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history.forecast import index_points
from simulator.history.resample import resampled
from simulator.history.series import Series

DAYS = 1500
ROUNDING = 1e-11  # of prices that are summed up of 1,500 log returns
BARE = prices(index_returns(DAYS), "MADE.csv")
RNG = np.random.default_rng(8)
MADE = replace(
    BARE,
    open=BARE.close * np.exp(RNG.normal(0, 0.004, DAYS + 1)),
    high=BARE.close * 1.02,
    low=np.where(np.arange(DAYS + 1) % 7, BARE.close * 0.97, np.nan),
)
INDEX = Series(dates=MADE.dates, values=20 + np.arange(DAYS + 1) / 100, source="VIX.csv", sha256="v" * 64)


def drawn(history, original):
    """Which day of the original each day is, by its return: all are different."""
    order = np.argsort(original.log_returns())
    at = np.searchsorted(original.log_returns()[order], history.log_returns() - 1e-9)
    return order[at]


def test_a_day_keeps_its_moves_since_the_close_before_and_its_index():
    history, index = resampled(MADE, INDEX, np.random.default_rng(1), 30)
    days = drawn(history, MADE)
    np.testing.assert_allclose(history.log_returns(), MADE.log_returns()[days], atol=ROUNDING)
    for name in ("open", "high", "low"):
        found, own = (getattr(one, name)[1:] / one.close[:-1] for one in (history, MADE))
        np.testing.assert_allclose(found, own[days], rtol=ROUNDING)
    np.testing.assert_array_equal(index_points(history, index), INDEX.values[1:][days])
    np.testing.assert_array_equal(history.dates, MADE.dates)
    joins = np.mean((days[1:] - days[:-1]) % DAYS != 1)
    assert joins == pytest.approx(1 / 30, abs=4 * np.sqrt(1 / 30 / DAYS))


def test_the_same_random_numbers_give_the_same_history():
    one, other, third = (resampled(MADE, None, np.random.default_rng(seed))[0].close for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, other)
    assert (one != third).any()


def test_closes_alone_stay_alone():
    history, index = resampled(BARE, None, np.random.default_rng(1))
    assert index is history.open is history.high is history.low is None


def test_days_without_the_index_are_not_drawn():
    known = slice(900, None)
    late = replace(INDEX, dates=INDEX.dates[known], values=INDEX.values[known])
    history, index = resampled(MADE, late, np.random.default_rng(1))
    days = drawn(history, MADE)
    assert days.min() >= 899 and len(np.unique(days)) > 300
    np.testing.assert_array_equal(index.values, INDEX.values[1:][days])


def test_an_index_of_other_days_is_refused():
    years = np.timedelta64(9000, "D")
    with pytest.raises(LetfError, match=r"MADE\.csv: the volatility index has no value on any of its days; give"):
        resampled(MADE, replace(INDEX, dates=INDEX.dates + years), np.random.default_rng(1))
