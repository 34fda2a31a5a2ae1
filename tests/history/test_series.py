"""Rates and volatility indices are read as users have them; bad files are refused in one line."""

import hashlib

import numpy as np
import pytest

from simulator.errors import LetfError
from simulator.history.series import read_series

DAYS = np.array(["2024-01-02", "2024-01-03", "2024-01-05"], "datetime64[D]")
VALUES = [5.33, -0.25, 5.31]


def write(folder, text):
    path = folder / "series.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "date,value\n2024-01-02,5.33\n2024-01-03,-0.25\n2024-01-05,5.31\n",
        "observation_date,DFF\n2024-01-02,5.33\n2024-01-03,-0.25\n2024-01-04,.\n2024-01-05,5.31\n",
        "DATE,DTB3\n2024-01-01,\n2024-01-02,5.33\n2024-01-03,-0.25\n2024-01-05,5.31\n",
        "Date,Open,High,Close\n2024-01-02,1,2,5.33\n2024-01-03,1,2,-0.25\n2024-01-05,1,2,5.31\n",
    ],
)
def test_reads_the_files_that_users_have(tmp_path, text):
    path = write(tmp_path, text)
    read = read_series(path, "rate")
    assert read.dates.tolist() == DAYS.tolist() and read.dates.dtype == DAYS.dtype
    assert read.values.tolist() == VALUES
    assert (read.source, read.sha256) == ("series.csv", hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,value\n2024-01-02,five\n", "line 2, column 'value': rate 'five' is not a finite number"),
        ("date,value\n2024-01-02,inf\n", "line 2, column 'value': rate 'inf' is not a finite number"),
        ("date,value\n2024-01-02,1\n2024-01-02,2\n", "a day has one rate; keep one"),
        ("date,value\n2024-01-03,1\n2024-01-02,2\n", "dates must rise"),
        ("date,value\n02/01/2024,1\n", "is no date; write days as YYYY-MM-DD"),
        ("date,value\n2024-01-02,.\n", "no rate on any day"),
        ("date,high,low\n2024-01-02,1,2\n", "no rate column; one called 'Value' or 'Adj Close' is expected"),
        ("value\n1\n", "no date column"),
        ("", "the file is empty"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(LetfError) as caught:
        read_series(path, "rate")
    assert message in str(caught.value) and str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_real_series(shared_data):
    rates = read_series(shared_data / "DFF.csv", "rate")
    assert rates.values[rates.dates == np.datetime64("2019-12-31")] == 1.55
    assert (np.diff(rates.dates) == np.timedelta64(1, "D")).all()
    assert (read_series(shared_data / "VIX.csv", "volatility index").values > 5).all()
