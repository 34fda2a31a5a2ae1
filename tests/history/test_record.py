"""An index and its funds on common days: outcomes, rates, bad input."""

from dataclasses import replace

import numpy as np
import pytest
from prices import fund, fund_returns, index_returns, prices, weekdays, without

from simulator.errors import LetfError
from simulator.history.rates import Rates
from simulator.history.record import make_record, until
from simulator.history.series import Series

DAYS = 300
INDEX = index_returns(DAYS)


@pytest.fixture(scope="module")
def record():
    """A bull and a bear fund; the bear fund is 40 days younger."""
    bull, bear = prices(fund_returns(INDEX, 3), "F3.csv"), prices(fund_returns(INDEX, -3), "F-3.csv")
    bear = without(bear, np.arange(40))
    return make_record(prices(INDEX, "IDX.csv"), (bull, bear), (fund(3), fund(-3)), rates=0.04)


def test_days_are_those_that_all_have(record):
    assert len(record.dates) == DAYS + 1 - 40 and record.dates[0] == weekdays(41)[-1]
    assert len(record.index.dates) == DAYS + 1


def test_outcomes_are_what_a_hold_returned(record):
    found = record.outcomes(np.array([0, 100]), 21)
    for row, entry in zip(found, (40, 140), strict=True):
        days = slice(entry, entry + 21)
        index = np.prod(1 + INDEX[days]) - 1
        for cell, leverage in zip(row, (3, -3), strict=True):
            gain = np.prod(1 + leverage * INDEX[days]) - 1
            assert cell == pytest.approx([gain, gain - leverage * index], abs=1e-12)


def test_an_exit_beyond_the_last_day_has_no_outcome(record):
    last = len(record.dates) - 1
    found = record.outcomes(np.array([last - 5, last - 4]), 5)
    assert np.isfinite(found[0]).all() and np.isnan(found[1]).all()


def rates(dates, values, year=360):
    return Rates(dates=np.array(dates, "datetime64[D]"), values=np.array(values), year=year, source="R.csv", sha256="0")


def test_the_rate_is_the_last_one_known_over_a_year_of_365_days(record):
    found = replace(record, rates=rates(["2012-01-02", "2012-01-06"], [0.036, 0.072]))
    days = np.array(["2012-01-05", "2012-01-06", "2012-01-09"], "datetime64[D]")
    assert found.rate(days) == pytest.approx(np.array([0.036, 0.072, 0.072]) * 365 / 360)
    assert replace(found, rates=rates(["2012-01-02"], [0.03], year=365)).rate(days[:1]) == pytest.approx(0.03)
    assert record.rate(days).tolist() == [0.04] * 3


@pytest.mark.parametrize("day", ["2012-01-01", "2012-01-10"])
def test_a_missing_rate_is_refused(record, day):
    found = replace(record, rates=rates(["2012-01-02"], [0.03]))
    with pytest.raises(LetfError, match=f"R.csv: no rate on {day} nor in the 7 days before"):
        found.rate(np.array([day], "datetime64[D]"))


def test_a_series_is_cut_after_the_day():
    series = Series(dates=weekdays(5), values=np.arange(5.0), source="V.csv", sha256="0")
    assert until(series, weekdays(3)[-1]).values.tolist() == [0, 1, 2] and until(None, weekdays(1)[0]) is None


def test_bad_input_is_one_line():
    index, bull = prices(INDEX, "IDX.csv"), prices(fund_returns(INDEX, 3), "F3.csv")
    with pytest.raises(LetfError, match="1 files of fund prices for 2 funds"):
        make_record(index, (bull,), (fund(3), fund(-3)), rates=0.0)
    with pytest.raises(LetfError, match="the funds follow IDX and SPX; score the funds of one index at a time"):
        make_record(index, (bull, bull), (fund(3), replace(fund(3), ticker="X", index="SPX")), rates=0.0)
    with pytest.raises(LetfError, match=r"beta is 3.00, but the leverage of F-3 is -3"):
        make_record(index, (bull,), (fund(-3),), rates=0.0)
    early, late = (
        without(bull, np.arange(100, DAYS + 1)),
        without(prices(fund_returns(INDEX, -3), "G.csv"), np.arange(200)),
    )
    with pytest.raises(LetfError, match=r"G.csv: no day in common with the other funds"):
        make_record(index, (early, late), (fund(3), fund(-3)), rates=0.0)
