"""Rates accrue by calendar days; percent and fractions are told apart; missing days are refused."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prices import weekdays, write_series

from simulator.errors import LetfError
from simulator.history.rates import MOST_DAYS, Rates, read_rates

FIRST = np.datetime64("2023-12-28")
CALENDAR = FIRST + np.arange(40)


def file(folder, values, dates=CALENDAR, name="RATE.csv"):
    return write_series(folder, name, dates, values)


def slow_annual(dates, by_day, year):
    """Night by night: what a rate comes to between two closes, times 252."""
    found = []
    for previous, today in pairwise(dates):
        nights = np.arange(previous, today)
        found.append(252 * sum(by_day[max(day for day in by_day if day <= night)] / year for night in nights))
    return found


@given(
    st.lists(st.floats(-0.01, 0.2), min_size=40, max_size=40), st.sets(st.integers(1, 39)), st.sets(st.integers(1, 29))
)
def test_each_night_is_paid_at_the_rate_of_the_day_before(values, kept, traded):
    rows = [0, *sorted(kept)]
    rates = Rates(dates=CALENDAR[rows], values=np.array(values)[rows], year=360, source="RATE.csv", sha256="")
    dates = CALENDAR[[0, *sorted(traded), 30]]
    holes = np.diff([*rows, max(rows[-1], 30)])
    if holes.max() > MOST_DAYS:
        return
    by_day = dict(zip(rates.dates, rates.values.tolist(), strict=True))
    np.testing.assert_allclose(rates.annual(dates), slow_annual(dates, by_day, 360), rtol=1e-12, atol=1e-15)


def test_known_accruals(tmp_path):
    """A Friday's rate is paid for three nights over 360."""
    days = np.array(["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09"], "datetime64[D]")
    rates = read_rates(file(tmp_path, [5.0, 6.0, 7.0, 8.0], days))
    np.testing.assert_allclose(rates.annual(days) * 360 / 252, [0.05, 3 * 0.06, 0.07], rtol=1e-12)


def test_units(tmp_path):
    percent = read_rates(file(tmp_path, np.full(40, 5.33)))
    fraction = read_rates(file(tmp_path, np.full(40, 0.0533)), "fraction")
    np.testing.assert_allclose(percent.values, fraction.values, rtol=1e-12)
    assert percent.notes == fraction.notes == ()


def test_a_bill_is_converted(tmp_path):
    """365 d / (360 - 91 d), paid over 365 days a year."""
    rates = read_rates(file(tmp_path, np.full(40, 5.2)), kind="bill")
    assert rates.values[0] == pytest.approx(365 * 0.052 / (360 - 91 * 0.052), rel=1e-12)
    assert rates.annual(CALENDAR[:2])[0] == pytest.approx(252 * rates.values[0] / 365, rel=1e-12)


def test_a_bill_taken_for_an_overnight_rate_is_noted(tmp_path):
    path = file(tmp_path, np.full(40, 5.2), name="DTB3.csv")
    assert "--rates-kind bill" in read_rates(path).notes[0]
    assert read_rates(path, kind="bill").notes == ()


def test_percent_said_to_be_fractions(tmp_path):
    with pytest.raises(LetfError, match=r"a rate of 5\.33 as a fraction is 533% a year; the file is in percent"):
        read_rates(file(tmp_path, np.linspace(0.05, 5.33, 40)), "fraction")


@pytest.mark.parametrize("values", [np.linspace(0.0008, 0.0533, 40), np.full(40, 0.04)])
def test_fractions_taken_for_percent(tmp_path, values):
    path = file(tmp_path, values)
    with pytest.raises(LetfError, match=r"no rate is above 0.0[0-9]+ % a year; fractions.* --rates-unit fraction"):
        read_rates(path)
    believed = read_rates(path, "percent")
    assert believed.values.max() == values.max() / 100 and "--rates-unit fraction" in believed.notes[0]


def test_low_rates_in_hundredths_of_a_percent_are_believed_with_a_note(tmp_path):
    rates = read_rates(file(tmp_path, np.round(np.linspace(0.07, 0.13, 40), 2)))
    assert rates.values.max() == 0.0013 and "--rates-unit fraction" in rates.notes[0]


def test_rates_beyond_reason(tmp_path):
    with pytest.raises(LetfError, match="a rate of 533 % a year; short rates are below 50%"):
        read_rates(file(tmp_path, np.full(40, 533.0)))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.arange(5, 40), "the first rate is of 2024-01-02; rates are needed from 2023-12-28 to 2024-02-06"),
        (np.arange(30), "the last rate is of 2024-01-26; rates are needed from 2023-12-28 to 2024-02-06"),
        (np.delete(np.arange(40), np.arange(10, 18)), "no rate between 2024-01-06 and 2024-01-15; rates are needed"),
    ],
)
def test_rates_missing_for_part_of_the_span(tmp_path, rows, message):
    rates = read_rates(file(tmp_path, np.full(len(rows), 5.0), CALENDAR[rows]))
    with pytest.raises(LetfError, match=message):
        rates.annual(weekdays(29, FIRST))


def test_holes_outside_the_span_do_not_matter(tmp_path):
    rows = [*range(5), *range(20, 40)]
    rates = read_rates(file(tmp_path, np.full(25, 5.0), CALENDAR[rows]))
    assert len(rates.annual(CALENDAR[22:30])) == 7


def test_fed_funds_and_bills_nearly_agree(shared_data):
    """Over 2009-2024; a raw discount on 360 days is a different figure."""
    days = np.array(["2009-01-02", "2024-12-31"], "datetime64[D]")
    years = (days[1] - days[0]).astype(int) / 365.25
    funds, bill = (
        float(read_rates(shared_data / f"{name}.csv", kind=kind).annual(days)[0]) / 252 / years
        for name, kind in (("DFF", "overnight"), ("DTB3", "bill"))
    )
    assert funds == pytest.approx(0.0118, abs=2e-4) and bill == pytest.approx(funds, abs=5e-4)
