"""A volatility index beside prices."""

import numpy as np
import pytest
from prices import index_returns, prices, weekdays, write_series

from simulator.errors import LetfError
from simulator.history.prices import read_prices
from simulator.history.vol_index import read_vol_index

MADE = prices(index_returns(99), "MADE.csv")  # 100 days, 2012-01-02 to 2012-05-18
DAYS = weekdays(120)


def test_days_after_the_last_price_are_left_out(tmp_path):
    series = read_vol_index(write_series(tmp_path, "VIX.csv", DAYS, np.full(120, 20.0)), MADE)
    assert series.dates[-1] == MADE.dates[-1] and len(series.values) == 100


@pytest.mark.parametrize("file", ["VIX.csv", "RVX.csv"])
def test_real_ones(shared_data, file):
    series = read_vol_index(shared_data / file, read_prices(shared_data / "IWM.csv"))
    assert str(series.dates[-1]) <= "2024-12-31" and series.values.min() > 9


@pytest.mark.parametrize(
    ("days", "values", "message"),
    [
        (DAYS, np.full(120, 0.2), r"VIX.csv: the median is 0.2; points are expected, .* multiply it by 100"),
        (
            DAYS,
            np.append(np.full(119, 20.0), 150.5),
            r"VIX.csv: volatility index 150.5 on 2012-06-15 is above 150; .* points a year, as 20; is it prices\?",
        ),
        (DAYS, np.arange(120.0), "VIX.csv: volatility index 0 on 2012-01-02 is not positive"),
        (
            DAYS[:94],
            np.full(94, 20.0),
            r"no volatility index in the 5 trading days to 2012-05-18, the last of MADE.csv",
        ),
        (DAYS[110:], np.full(10, 20.0), r"it goes from 2012-06-04 to 2012-06-15"),
    ],
)
def test_what_is_no_volatility_index_is_refused(tmp_path, days, values, message):
    with pytest.raises(LetfError, match=message):
        read_vol_index(write_series(tmp_path, "VIX.csv", days, values), MADE)


def test_prices_are_no_volatility_index(shared_data):
    iwm = shared_data / "IWM.csv"
    with pytest.raises(LetfError, match=r"IWM.csv: volatility index [\d.]+ on \d{4}-\d\d-\d\d is above 150; .* prices"):
        read_vol_index(iwm, read_prices(iwm))


def test_the_highest_is_let_in(tmp_path):
    path = write_series(tmp_path, "VIX.csv", DAYS, np.append(np.full(119, 20.0), 150.0))
    assert len(read_vol_index(path, MADE).values) == 100


def test_a_week_without_one_is_borne(tmp_path):
    path = write_series(tmp_path, "VIX.csv", DAYS[:95], np.full(95, 20.0))
    assert len(read_vol_index(path, MADE).values) == 95
