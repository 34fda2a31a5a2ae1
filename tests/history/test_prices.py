"""Files that users have are read; bad ones are refused in one line that says what, where and the way out."""

import hashlib
import re
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.history.prices import read_prices
from simulator.spec import files

DAYS = ["2024-01-02", "2024-01-03", "2024-01-04"]
CLOSES = [100.0, 101.5, 99.25]


def write(folder, text, name="prices.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refused(folder, text, name="prices.csv", **options):
    """The error of a bad file, which is one line that begins with the file."""
    path = write(folder, text, name)
    with pytest.raises(LetfError) as caught:
        read_prices(path, **options)
    message = str(caught.value)
    assert message.startswith(str(path)) and "\n" not in message
    return message.removeprefix(f"{path}: ")


GOOD = {
    "plain": "date,close\n2024-01-02,100\n2024-01-03,101.5\n2024-01-04,99.25\n",
    "no final newline": "date,close\n2024-01-02,100\n2024-01-03,101.5\n2024-01-04,99.25",
    "byte order mark": "\ufeffdate,close\n2024-01-02,100\n2024-01-03,101.5\n2024-01-04,99.25\n",
    "CRLF": "date,close\r\n2024-01-02,100\r\n2024-01-03,101.5\r\n2024-01-04,99.25\r\n",
    "quoted": '"date","close"\n"2024-01-02","100"\n"2024-01-03","101.5"\n"2024-01-04","99.25"\n',
    "blank lines": "date,close\n2024-01-02,100\n\n2024-01-03,101.5\n,\n2024-01-04,99.25\n\n\n",
    "spaces": "Date , Close\n 2024-01-02 , 100\n2024-01-03 ,101.5\n2024-01-04, 99.25 \n",
    "compact days": "date,close\n20240102,100\n20240103,101.5\n20240104,99.25\n",
    "index without a name": ",Close\n2024-01-02,100\n2024-01-03,101.5\n2024-01-04,99.25\n",
    "Stooq": "Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,1,100,9\n2024-01-03,1,2,1,101.5,9\n"
    "2024-01-04,1,2,1,99.25,9\n",
    "Yahoo": "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,1,2,1,200,100,9\n2024-01-03,1,2,1,203,101.5,9\n"
    "2024-01-04,1,2,1,199,99.25,9\n",
    "yfinance download": "Price,Close,High,Low,Open,Volume\nTicker,IWM,IWM,IWM,IWM,IWM\nDate,,,,,\n"
    "2024-01-02,100,1,1,1,9\n2024-01-03,101.5,1,1,1,9\n2024-01-04,99.25,1,1,1,9\n",
    "yfinance by ticker": "Ticker,IWM,IWM\nPrice,Open,Close\nDate,,\n2024-01-02,1,100\n2024-01-03,1,101.5\n"
    "2024-01-04,1,99.25\n",
    "yfinance history": "Date,Close\n2024-01-02 00:00:00-05:00,100\n2024-01-03 00:00:00-04:00,101.5\n"
    "2024-01-04 00:00:00-05:00,99.25\n",
    "UTC": "Datetime,Close\n2024-01-02T05:00:00Z,100\n2024-01-03T05:00:00+00:00,101.5\n2024-01-04 21:00:00.5Z,99.25\n",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_what_users_have_is_read(tmp_path, text):
    path = write(tmp_path, text)
    prices = read_prices(path)
    assert prices.dates.astype(str).tolist() == DAYS
    assert prices.close.tolist() == CLOSES
    assert prices.source == "prices.csv"
    assert prices.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    np.testing.assert_allclose(prices.log_returns(), [np.log(1.015), np.log(99.25 / 101.5)], rtol=1e-12)


@pytest.mark.parametrize(
    ("header", "column", "close"),
    [
        ("date,close,adj_close", "adj_close", 2),
        ("DATE,ADJ CLOSE,CLOSE", "ADJ CLOSE", 1),
        ("Date,Close,Adj Close", "Adj Close", 2),
        ("Date,Open,CLOSE", "CLOSE", 2),
    ],
)
def test_the_adjusted_close_comes_first_in_any_case(tmp_path, header, column, close):
    prices = read_prices(write(tmp_path, f"{header}\n2024-01-02,1,2\n2024-01-03,1,2\n"))
    assert (prices.column, prices.close[0]) == (column, close)
    assert column in prices.note()
    assert ("must be adjusted" in prices.note()) == (column == "CLOSE")


def test_open_high_and_low_are_on_the_basis_of_the_adjusted_close(tmp_path):
    text = "Date,Open,High,Low,Close,Adj Close\n2024-01-02,8,12,6,10,5\n2024-01-03,0,,x,10,5\n"
    prices = read_prices(write(tmp_path, text))
    assert (prices.open[0], prices.high[0], prices.low[0]) == (4, 6, 3)
    assert all(np.isnan(bar[1]) for bar in (prices.open, prices.high, prices.low))
    text = "date,open,high,low,adj_close\n2024-01-02,8,12,6,10\n2024-01-03,8,12,6,10\n"
    assert read_prices(write(tmp_path, text)).open[0] == 8
    assert read_prices(write(tmp_path, GOOD["plain"])).open is None


BAD = {
    "empty": ("", "the file is empty"),
    "white space": (" \n\n", "the file is empty"),
    "header only": ("Date,Close\n", "a header but no prices"),
    "no header": ("2024-01-02,100\n2024-01-03,101\n", "line 1: no header but data; .* Date,Close"),
    "no date column": ("Day,Close\n2024-01-02,100\n", "no date column; .* the file has: Day, Close"),
    "no price column": ("Date,Volume\n2024-01-02,100\n", "no price column; .*'Adj Close' or 'Close'.* Date, Volume"),
    "two tickers": (
        "Price,Close,Close\nTicker,IWM,SPY\nDate,,\n2024-01-02,1,2\n",
        "2 columns are called 'close'; .* one ticker",
    ),
    "text": (
        "date,close\n2024-01-02,100\n2024-01-03,abc\n",
        "line 3, column 'close': 'abc' is not a number; .* 1234.5",
    ),
    "underscore": ("date,close\n2024-01-02,1_000\n", "line 2, column 'close': '1_000' is not a number"),
    "NaN": ("date,close\n2024-01-02,nan\n", r"line 2, column 'close': no price \('nan'\); .* delete the line"),
    "null": ("date,close\n2024-01-02,1\n2024-01-03,null\n", r"line 3, column 'close': no price \('null'\)"),
    "empty price": ("date,close\n2024-01-02,\n", r"line 2, column 'close': no price \(''\)"),
    "zero": ("date,close\n2024-01-02,0\n", "line 2, column 'close': price 0 is not positive and finite"),
    "negative": ("date,close\n2024-01-02,-3\n", "line 2, column 'close': price -3 is not positive"),
    "infinite": ("date,close\n2024-01-02,inf\n", "line 2, column 'close': price inf is not positive and finite"),
    "too large": ("date,close\n2024-01-02,1e999\n", "line 2, column 'close': price 1e999 is not positive and finite"),
    "duplicate": (
        "date,close\n2024-01-02,1\n2024-01-02,1\n",
        "line 3, column 'date': 2024-01-02 stands in line 2 too; .* keep one",
    ),
    "unsorted": (
        "date,close\n2024-01-03,1\n2024-01-02,1\n",
        "line 3, column 'date': 2024-01-02 comes after 2024-01-03; .* sort",
    ),
    "thousands": (
        'date,close\n2024-01-02,"1,234.5"\n',
        "line 2, column 'close': '1,234.5' is not a plain number; write 1234.5",
    ),
    "bare thousands": (
        "date,close\n2024-01-02,1,234.5\n",
        "line 2: number of fields 3, but the header has 2; .* 1234.5",
    ),
    "decimal comma": ('date,close\n2024-01-02,"99,5"\n', "line 2, column 'close': '99,5' is not a plain number"),
    "semicolons": ("Date;Close\n2024-01-02;100\n", "line 1: columns are separated by ';'; separate them by commas"),
    "tabs": ("Date\tClose\n2024-01-02\t100\n", "line 1: columns are separated by tabs"),
    "ragged": ("date,close,volume\n2024-01-02,1,5\n2024-01-03,1\n", "line 3: number of fields 2, but the header has 3"),
    "cut off": ("date,close\n2024-01-02,1\n2024-01", "line 3: number of fields 1, but the header has 2"),
    "mixed time zones": (
        "Date,Close\n2024-01-02 00:00:00-05:00,1\n2024-01-03 00:00:00+09:00,1\n",
        "line 3, column 'Date': '2024-01-03 00:00:00.09:00' is of another time zone than '2024-01-02 .*YYYY-MM-DD",
    ),
    "partly a time zone": ("Date,Close\n2024-01-02 00:00:00-05:00,1\n2024-01-03,1\n", "line 3.* another time zone"),
    "no such day": ("date,close\n2023-02-29,1\n", "line 2, column 'date': '2023-02-29' is no date; write .*YYYY-MM-DD"),
    "other days": ("date,close\n01/02/2024,1\n", "line 2, column 'date': '01/02/2024' is no date"),
    "no day": ("date,close\n,1\n", "line 2, column 'date': '' is no date"),
    "split": (
        "date,close\n2024-01-02,100\n2024-01-03,201\n",
        r"line 3, column 'close': \+101.0% from .*a split\?.*--accept-jumps",
    ),
    "reverse split": ("date,close\n2024-01-02,100\n2024-01-03,39\n", "line 3, column 'close': -61.0% from"),
    "NUL": (b"date,close\n2024-01-02,1\0\n", "a binary file; CSV text or Parquet is expected"),
    "binary": (bytes(range(256)), "a binary file"),
    "Latin-1": ("date,close\n2024-01-02,1\n2024-01-03,é\n".encode("latin-1"), "line 3: not UTF-8 text"),
    "UTF-16": ("date,close\n".encode("utf-16"), "not CSV text but UTF-16"),
    "Excel": (b"PK\x03\x04....", "not CSV text but a zip or Excel file; save"),
    "gzip": (b"\x1f\x8b\x08....", "not CSV text but compressed; gunzip"),
    "endless field": ("date,close\n2024-01-02," + "9" * 200_000 + "\n", "line 2: not CSV: field larger than"),
    "damaged Parquet": (b"PAR1 and nothing more", "a Parquet file that cannot be read: "),
}


@pytest.mark.parametrize(("text", "pattern"), BAD.values(), ids=BAD.keys())
def test_bad_prices_are_refused_in_one_line(tmp_path, text, pattern):
    assert re.match(pattern, refused(tmp_path, text))


PIECES = [
    "date",
    "close",
    "Ticker",
    ",",
    ",",
    "\n",
    "\n",
    '"',
    ";",
    "2024-01-02",
    "2024-01-03",
    "1",
    "-",
    ".",
    "e9",
    "\r",
    "\0",
    "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example('"date\ndate"\nclose')
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text):
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), text)
        try:
            prices = read_prices(path)
        except LetfError as error:
            assert str(error).startswith(str(path)) and str(error).isprintable()
        else:
            assert np.all(prices.close > 0) and len(prices.close) == len(prices.dates)


def test_lines_are_counted_as_an_editor_does(tmp_path):
    text = 'date,note,close\r\n2024-01-02,"two\r\nlines",1\r\n\r\n2024-01-03,,x\r\n'
    assert refused(tmp_path, text).startswith("line 5, column 'close': 'x'")


def test_an_accepted_jump_is_read(tmp_path):
    path = write(tmp_path, "date,close\n2024-01-02,1e-300\n2024-01-03,1e300\n2024-01-04,2e299\n")
    assert len(read_prices(path, accept_jumps=True).close) == 3
    with pytest.raises(LetfError, match="accept-jumps"):
        read_prices(path)


def test_moves_up_to_the_limit_are_no_jumps(tmp_path):
    assert len(read_prices(write(tmp_path, "date,close\n2024-01-02,100\n2024-01-03,159\n2024-01-04,64\n")).close) == 3


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(LetfError, match=r"nowhere\.csv: no such file"):
        read_prices(tmp_path / "nowhere.csv")
    with pytest.raises(LetfError, match="is a folder, a file is expected"):
        read_prices(tmp_path)


def test_a_file_too_large_is_not_read_on(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 1 << 20)
    assert "larger than 1 MiB" in refused(tmp_path, b"1" * (1 << 21))


@pytest.fixture
def ten_days(tmp_path):
    days = [date(2024, 1, 1) + timedelta(2 * i) for i in range(10)]
    lines = [f"{day},{i + 9},{i + 10}\n" for i, day in enumerate(days)]
    return read_prices(write(tmp_path, "date,open,close\n" + "".join(lines)))


@pytest.mark.parametrize(
    ("start", "end", "closes"),
    [
        (None, None, (10, 19)),
        ("2024-01-01", "2024-01-19", (10, 19)),
        ("2024-01-03", None, (11, 19)),
        ("2024-01-02", "2024-01-06", (11, 12)),
        (date(2024, 1, 5), date(2024, 1, 7), (12, 13)),
    ],
)
def test_between_includes_both_days(ten_days, start, end, closes):
    part = ten_days.between(start, end)
    assert (part.close[0], part.close[-1]) == closes
    assert len(part.open) == len(part.close) == len(part.dates)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2024-01-20", None, "start 2024-01-20 is outside the prices of prices.csv, 2024-01-01 to 2024-01-19"),
        (None, "2023-12-31", "end 2023-12-31 is outside"),
        ("2024-01-09", "2024-01-05", "start 2024-01-09 is after end 2024-01-05"),
        ("2025-01-01", "2025-02-01", "start 2025-01-01 is outside"),
    ],
)
def test_between_refuses_days_outside(ten_days, start, end, message):
    with pytest.raises(LetfError, match=message):
        ten_days.between(start, end)


def test_between_takes_what_there_is(ten_days):
    """A round date before the first price or after the last is no mistake."""
    assert ten_days.between("2000-01-01", "2030-01-01").close.tolist() == ten_days.close.tolist()


def parquet(folder, frame, **options):
    pytest.importorskip("pyarrow")
    path = folder / "prices.parquet"
    frame.to_parquet(path, **options)
    return path


def frames():
    import pandas as pd

    days = pd.to_datetime(DAYS)
    yield "text dates", pd.DataFrame({"date": DAYS, "close": CLOSES})
    yield "days", pd.DataFrame({"Date": days.date, "Adj Close": CLOSES})
    yield "instants", pd.DataFrame({"Date": days, "Close": CLOSES})
    yield "index without a name", pd.DataFrame({"Close": CLOSES}, index=days)
    new_york = days.tz_localize("America/New_York").rename("Date")
    yield "index in New York", pd.DataFrame({"Close": CLOSES}, index=new_york)
    columns = pd.MultiIndex.from_tuples([("Adj Close", "IWM"), ("Close", "IWM")], names=["Price", "Ticker"])
    yield "yfinance", pd.DataFrame(np.array([CLOSES, CLOSES]).T, index=days.rename("Date"), columns=columns)


@pytest.mark.parametrize("name", [name for name, _ in frames()])
def test_parquet_is_read(tmp_path, name):
    prices = read_prices(parquet(tmp_path, dict(frames())[name]))
    assert prices.dates.astype(str).tolist() == DAYS
    assert prices.close.tolist() == CLOSES


@pytest.mark.parametrize("dates", [DAYS, [DAYS[0], None, DAYS[2]]])
def test_parquet_rows_are_named(tmp_path, dates):
    import pandas as pd

    path = parquet(tmp_path, pd.DataFrame({"date": dates, "close": [1.0, None, 1.0]}))
    with pytest.raises(LetfError, match=r"row 2, column '(close': no price|date': None is no date)"):
        read_prices(path)


def test_parquet_without_rows_is_refused(tmp_path):
    import pandas as pd

    path = parquet(tmp_path, pd.DataFrame({"date": [], "close": []}))
    with pytest.raises(LetfError, match="no rows"):
        read_prices(path)


def test_parquet_without_pyarrow_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert 'pip install "letf[parquet]"' in refused(tmp_path, b"PAR1...", "prices.parquet")


def test_the_real_prices_are_read(shared_data):
    prices = read_prices(shared_data / "IWM.csv")
    assert (len(prices.close), str(prices.dates[0]), str(prices.dates[-1])) == (6188, "2000-05-26", "2024-12-31")
    assert prices.column == "adj_close"
    assert np.all((prices.low <= prices.close * 1.0001) & (prices.close <= prices.high * 1.0001))
