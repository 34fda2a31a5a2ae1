"""The closes that forecasts are made at."""

import numpy as np
import pytest

from simulator.errors import LetfError
from simulator.history.forecast import FEWEST_YEARS
from simulator.history.origins import first_fitted, month_origins

DAYS = np.busday_offset("2020-01-15", np.arange(300), roll="forward")  # to 2021-03-09


def months(*names):
    return np.array(names, dtype="datetime64[M]")


def test_an_origin_is_the_last_close_before_a_month():
    found = month_origins(DAYS, *months("2020-02", "2020-06"))
    assert DAYS[found.at].astype(str).tolist() == ["2020-01-31", "2020-02-28", "2020-03-31", "2020-04-30", "2020-05-29"]
    assert (found.months == np.arange("2020-02", "2020-07", dtype="datetime64[M]")).all()


def test_by_default_three_months_are_left_at_either_end():
    found = month_origins(DAYS)
    assert (found.months[0], found.months[-1]) == tuple(months("2020-04", "2020-12"))


def test_the_year_is_that_of_the_holds_first_day():
    found = month_origins(DAYS, *months("2020-12", "2021-02"))
    assert found.years.tolist() == [2020, 2021, 2021]


def test_the_default_start_waits_until_models_have_their_years():
    assert month_origins(DAYS, earliest=np.datetime64("2020-09")).months[0] == np.datetime64("2020-09")
    assert month_origins(DAYS, earliest=np.datetime64("2019-09")).months[0] == np.datetime64("2020-04")
    assert first_fitted(DAYS) == np.datetime64(f"{2020 + FEWEST_YEARS}-01")
    with pytest.raises(LetfError, match=r"no origin from 2027-01 to 2020-12: .* models are fitted from 2027-01 on"):
        month_origins(DAYS, earliest=np.datetime64("2027-01"))
    given = month_origins(DAYS, *months("2020-05", "2020-06"), earliest=np.datetime64("2027-01"))
    assert len(given.at) == 2  # who asks for earlier months knows which models fewer years are enough for


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2019-12", None, "from 2019-12 has no entry; the prices allow 2020-02 to 2021-03"),
        (None, "2021-04", "to 2021-04 has no entry; the prices allow 2020-02 to 2021-03"),
        ("2020-08", "2020-07", "from 2020-08 is after to 2020-07"),
    ],
)
def test_months_without_prices_are_refused(start, end, message):
    given = [month and np.datetime64(month) for month in (start, end)]
    with pytest.raises(LetfError, match=message):
        month_origins(DAYS, *given)


def test_prices_of_a_few_months_have_no_origin():
    for count in (5, 60, 120):
        with pytest.raises(LetfError, match="the common prices go from 2020-01-15"):
            month_origins(DAYS[:count])
    with pytest.raises(LetfError, match="from 2020-02 has no entry; no month begins in the prices"):
        month_origins(DAYS[:5], np.datetime64("2020-02"))
