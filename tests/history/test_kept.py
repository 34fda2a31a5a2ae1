"""Fits are kept: read back whole, remade when anything they depend on changes, never in the way."""

import gzip
import json
import os

import pytest
from examples import BOOTSTRAP, SKEWED

from simulator.history import kept as module
from simulator.history.kept import MOST_KEPT, kept, kept_all


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "cache_folders", lambda: iter([tmp_path]))
    return tmp_path / "markets"


def counted(market):
    calls = []

    def fit():
        calls.append(1)
        return market

    return fit, calls


def test_a_fit_is_made_once_and_read_back_to_the_bit(folder):
    fit, calls = counted(BOOTSTRAP)
    assert kept(fit, "prices", "") == kept(fit, "prices", "") == BOOTSTRAP
    assert len(calls) == 1
    assert [path.stat().st_mode & 0o77 for path in folder.glob("*")] == [0]


def test_other_prices_are_another_fit(folder):
    fit, calls = counted(SKEWED)
    kept(fit, "prices", "index")
    kept(fit, "prices", "another")
    kept(fit, "pricesindex")
    assert len(calls) == 3


def test_other_code_and_libraries_are_another_fit(folder, monkeypatch):
    fit, calls = counted(SKEWED)
    kept(fit, "prices")
    monkeypatch.setattr(module, "version", lambda library: "0.0")
    kept(fit, "prices")
    monkeypatch.setattr(module, "SOURCES", ("history",))
    kept(fit, "prices")
    assert len(calls) == 3


def test_several_markets_are_kept_together_in_their_order(folder):
    calls = []

    def fit():
        calls.append(1)
        return BOOTSTRAP, SKEWED

    assert kept_all(fit, "prices") == kept_all(fit, "prices") == (BOOTSTRAP, SKEWED)
    assert len(calls) == len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", gzip.compress(b"[]")[:-9]]
    + [gzip.compress(text) for text in (b"", b"{", b"[]", b"3", b'{"kind": "garch"}', b'[{"kind": "garch"}]', b"\xff")],
)
def test_a_damaged_file_is_as_good_as_none(folder, content):
    fit, calls = counted(SKEWED)
    kept(fit, "prices")
    (path,) = folder.iterdir()
    path.write_bytes(content)
    assert kept(fit, "prices") == SKEWED
    assert len(calls) == 2
    assert json.loads(gzip.decompress(path.read_bytes()))[0]["kind"] == "garch"


def test_without_a_folder_the_fit_is_made(monkeypatch):
    monkeypatch.setattr(module, "cache_folders", lambda: iter([]))
    assert kept(lambda: SKEWED, "prices") == SKEWED


def test_a_full_disk_is_no_reason_to_fail(folder, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert kept(lambda: SKEWED, "prices") == SKEWED
    assert list(folder.iterdir()) == []


def test_old_fits_go(folder):
    for number in range(MOST_KEPT + 3):
        kept(lambda: SKEWED, str(number))
        for path in folder.iterdir():  # each a second older than the next
            os.utime(path, (path.stat().st_mtime - 1,) * 2)
    assert len(list(folder.iterdir())) == MOST_KEPT
    fit, calls = counted(SKEWED)
    kept(fit, str(MOST_KEPT + 2))
    assert not calls


def test_old_fits_go_when_all_are_too_large_but_the_newest_stays(folder, monkeypatch):
    kept(lambda: SKEWED, "0")
    (path,) = folder.iterdir()
    os.utime(path, (0, 0))
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    kept(lambda: SKEWED, "1")
    assert len(list(folder.iterdir())) == 1 and not path.exists()


def test_errors_of_the_fit_are_told(folder):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept(fail, "prices")
    assert list(folder.iterdir()) == []
