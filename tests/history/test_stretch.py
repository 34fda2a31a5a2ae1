"""Real days of a window, read from a folder of prices."""

from datetime import date

import numpy as np
import pytest
from prices import index_returns, prices, weekdays, without, write_prices, write_series

from simulator.errors import LetfError
from simulator.history.stretch import read_stretch
from simulator.spec.shocks import Window

ROUNDING = 1e-12  # of prices written in full and divided
DAYS = 40
RETURNS = index_returns(DAYS)
DATES = weekdays(DAYS + 1)
WINDOW = Window(first=DATES[11].item(), last=DATES[20].item())


@pytest.fixture
def folder(tmp_path):
    write_prices(tmp_path, prices(RETURNS, "IWM.csv"))
    write_prices(tmp_path, prices(3 * RETURNS, "TNA.csv"))
    return tmp_path


def test_returns_are_those_of_the_window_and_the_close_before_is_kept(folder):
    found = read_stretch(folder, WINDOW, "IWM", ("SPY", "TNA"))
    assert found.dates[0] == DATES[10] and found.dates[-1] == DATES[20]
    np.testing.assert_allclose(found.index.moves, RETURNS[10:20], atol=ROUNDING)
    np.testing.assert_allclose(found.others["TNA"].moves, 3 * RETURNS[10:20], atol=ROUNDING)
    assert found.others.keys() == {"TNA"} and found.rate is None


def test_what_it_was_worth_within_days_is_told_from_the_close_before(folder):
    assert read_stretch(folder, WINDOW, "IWM", ()).index.opens is None
    close = prices(RETURNS, "IWM.csv").close
    rows = [f"{day},{c + 1!r},{c + 3!r},{c - 2!r},{c!r}" for day, c in zip(DATES, close.tolist(), strict=True)]
    (folder / "IWM.csv").write_text("Date,Open,High,Low,Adj Close\n" + "\n".join(rows))
    found, entry = read_stretch(folder, WINDOW, "IWM", ()).index, close[10]
    for bar, off in ((found.opens, 1), (found.highs, 3), (found.lows, -2)):
        np.testing.assert_allclose(bar, (close[11:21] + off) / entry, rtol=ROUNDING)
    rows[15] = f"{DATES[15]},,,,{float(close[15])!r}"  # of one day nothing but the close is known
    (folder / "IWM.csv").write_text("Date,Open,High,Low,Adj Close\n" + "\n".join(rows))
    assert read_stretch(folder, WINDOW, "IWM", ()).index.lows is None


def test_a_window_may_begin_and_end_on_days_without_a_price(folder):
    friday = next(day for day in DATES[11:] if day.item().weekday() == 4)
    k = int(np.searchsorted(DATES, friday))
    window = Window(first=(DATES[k] + 1).item(), last=(DATES[k + 5] + 2).item())  # Saturday to Sunday
    np.testing.assert_allclose(read_stretch(folder, window, "IWM", ()).index.moves, RETURNS[k : k + 5], atol=ROUNDING)


def test_the_folders_short_rate_is_read_beside_them(folder):
    write_series(folder, "DFF.csv", DATES, np.full(len(DATES), 3.6))
    rate = read_stretch(folder, WINDOW, "IWM", ()).rate
    nights = np.diff(DATES[10:21]).astype(float)
    np.testing.assert_allclose(rate, 0.036 * nights / 360 * 252, rtol=ROUNDING)


def test_prices_of_another_that_lack_a_day_are_not_used(folder):
    write_prices(folder, without(prices(3 * RETURNS, "TNA.csv"), [15]))
    assert read_stretch(folder, WINDOW, "IWM", ("TNA",)).others == {}


def test_prices_that_begin_after_the_window_are_not_used(folder):
    write_prices(folder, prices(3 * RETURNS, "TNA.csv", first=DATES[14]))
    assert read_stretch(folder, WINDOW, "IWM", ("TNA",)).others == {}


@pytest.mark.parametrize(
    "window",
    [
        Window(first=DATES[0].item(), last=DATES[9].item()),  # no close before
        Window(first=date(2011, 1, 3), last=date(2011, 1, 31)),
        Window(first=DATES[30].item(), last=date(2012, 4, 30)),
        Window(first=date(2020, 3, 2), last=date(2020, 3, 31)),
    ],
)
def test_a_window_that_the_prices_do_not_cover_is_refused(folder, window):
    with pytest.raises(LetfError, match=f"IWM.csv: does not have every day from {window.first} to {window.last} and"):
        read_stretch(folder, window, "IWM", ())


def test_a_folder_without_the_index_is_refused(tmp_path):
    with pytest.raises(LetfError, match=r"no prices of IWM, as IWM.csv, which a replay needs; add them"):
        read_stretch(tmp_path, WINDOW, "IWM", ())


def test_what_is_no_folder_is_refused(folder):
    with pytest.raises(LetfError, match=r"IWM.csv: is no folder; give one with the prices of a replay, as IWM.csv"):
        read_stretch(folder / "IWM.csv", WINDOW, "IWM", ())
