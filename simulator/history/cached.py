"""Fetched prices: where their files lie, and which of them are believed."""

import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from simulator.errors import LetfError
from simulator.kernels.folders import cache_folders
from simulator.spec.files import read_bytes

SCHEMA = "letf.prices/1"
TICKER = re.compile(r"[A-Z0-9^][A-Z0-9.^=-]{0,14}")
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")  # yfinance would look up which ticker it is
STALE = 5  # trading days; prices that end longer ago are told to be old


@dataclass(frozen=True, kw_only=True)
class Cached:
    """A ticker's fetched prices, their content checked against the record beside them.

    Parameters
    ----------
    ticker : str
    path : Path
        The CSV file.
    content : bytes
        What it holds.
    record : dict
        The JSON beside it: request, library, time of fetching, first and last date, rows, SHA-256.
    """

    ticker: str
    path: Path
    content: bytes
    record: dict[str, Any]

    def stale(self, today: date) -> str | None:
        """A note where the prices end over 5 trading days before `today`; None where they do not."""
        last = date.fromisoformat(self.record["last_date"])
        age = trading_days_since(last, today)
        if age <= STALE:
            return None
        return f"{self.ticker}: the fetched prices end on {last}, {age} trading days ago; letf fetch {self.ticker}"


def trading_days_since(last: date | np.datetime64, today: date) -> int:
    """Trading days from the day `last` to `today`, weekdays counted, holidays unknown; negative for a future day."""
    return int(np.busday_count(np.datetime64(last), np.datetime64(today)))


def check_ticker(ticker: str) -> str:
    """The ticker in capitals.

    Raises
    ------
    LetfError
        If it is none: up to 15 letters, digits and . ^ = -, never a path.
    """
    name = ticker.upper()
    if not (ticker.isascii() and TICKER.fullmatch(name)):
        raise LetfError(
            f"{ticker!r} is no ticker: 1 to 15 letters, digits and . ^ = - as Yahoo writes them, such as IWM"
        )
    if ISIN.fullmatch(name):
        raise LetfError(f"{ticker!r} is an ISIN; give Yahoo's ticker, such as IWM")
    return name


def folder_to_write() -> Path:
    """The folder of fetched prices, made where it is not there yet.

    Raises
    ------
    LetfError
        If none of the cache folders can be written.
    """
    for base in cache_folders():
        folder = base / "prices"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    raise LetfError("no folder for fetched prices can be written; name one in the environment variable LETF_CACHE_DIR")


def find(ticker: str) -> Cached | None:
    """The fetched prices of a ticker, from the first cache folder that has such; None: not fetched.

    Raises
    ------
    LetfError
        If the file is not the one that its record tells of.
    """
    for base in cache_folders():
        path = base / "prices" / f"{ticker}.csv"
        if path.is_file():
            return _believed(ticker, path)
    return None


def _believed(ticker, path):
    content = read_bytes(path)
    way_out = f"fetch it again: letf fetch {ticker}"
    try:
        record = json.loads(read_bytes(path.with_suffix(".json")))
        kept, _ = record["sha256"], date.fromisoformat(record["last_date"])
    except (LetfError, ValueError, TypeError, KeyError, RecursionError):
        raise LetfError(f"{path}: the record {path.stem}.json beside it is missing or broken; {way_out}") from None
    if kept != hashlib.sha256(content).hexdigest():
        raise LetfError(f"{path}: was changed since it was fetched, SHA-256 differs from {path.stem}.json's; {way_out}")
    return Cached(ticker=ticker, path=path, content=content, record=record)
