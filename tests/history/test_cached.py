"""Fetched prices where they lie."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from simulator.errors import LetfError
from simulator.history import cached

LAST = date(2021, 7, 13)
CONTENT = f"Date,Adj Close\n2021-07-12,1.0\n{LAST},1.5\n".encode()


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """IWM as `letf fetch` keeps it."""
    monkeypatch.setenv("LETF_CACHE_DIR", str(tmp_path / "chosen"))
    folder = cached.folder_to_write()
    assert folder == tmp_path / "chosen" / "prices"
    (folder / "IWM.csv").write_bytes(CONTENT)
    record = {"sha256": hashlib.sha256(CONTENT).hexdigest(), "last_date": str(LAST)}
    (folder / "IWM.json").write_text(json.dumps(record))
    return folder


def test_an_isin_is_no_ticker():
    with pytest.raises(LetfError, match="is an ISIN; give Yahoo's ticker"):
        cached.check_ticker("US4642876555")


@pytest.mark.parametrize("name", ["IWM", "^RUT", "BRK-B", "VOD.L", "EURUSD=X", "0700.HK"])
def test_yahoos_names_are_tickers(name):
    assert cached.check_ticker(name.lower()) == name


def test_kept_prices_are_found(kept):
    found = cached.find("IWM")
    assert (found.path, found.ticker, found.content) == (kept / "IWM.csv", "IWM", CONTENT)
    assert cached.find("TNA") is None


@pytest.mark.parametrize("record", [None, "", "{", "[]", '{"sha256": 1}', '{"sha256": "x", "last_date": "soon"}'])
def test_prices_without_a_whole_record_are_not_believed(kept, record):
    (kept / "IWM.json").unlink() if record is None else (kept / "IWM.json").write_text(record)
    with pytest.raises(LetfError, match=r"IWM.json beside it is missing or broken; fetch it again: letf fetch IWM"):
        cached.find("IWM")


def test_prices_that_are_not_the_recorded_ones_are_not_believed(kept):
    """As after a crash between the two files, or an edit."""
    content = (kept / "IWM.csv").read_bytes()
    (kept / "IWM.csv").write_bytes(content[:-1])
    with pytest.raises(LetfError, match="was changed since it was fetched"):
        cached.find("IWM")


def test_old_prices_are_told(kept):
    found = cached.find("IWM")
    last = LAST
    assert last.isoweekday() == 2, "a Tuesday"
    assert found.stale(last + timedelta(days=7)) is None, "5 trading days"
    note = f"IWM: the fetched prices end on {last}, 6 trading days ago; letf fetch IWM"
    assert found.stale(last + timedelta(days=8)) == note
    weekend = replace(found, record={**found.record, "last_date": "2021-07-09"})
    assert weekend.stale(date(2021, 7, 16)) is None


def test_no_folder_can_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(cached, "cache_folders", lambda: iter([tmp_path / "file"]))
    with pytest.raises(LetfError, match="LETF_CACHE_DIR"):
        cached.folder_to_write()


def test_the_folders_are_looked_through_in_order(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("LETF_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cached.find("IWM") is None
    kept.parent.rename(tmp_path / "moved")
    (tmp_path / "xdg").mkdir()
    (tmp_path / "moved").rename(tmp_path / "xdg" / "letf")
    assert cached.find("IWM").path == tmp_path / "xdg" / "letf" / "prices" / "IWM.csv"
    assert cached.folder_to_write() == tmp_path / "empty" / "prices"
