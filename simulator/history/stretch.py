"""A stretch of real days: what the indexes, funds and the short rate did on them, from a folder of prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.daily import check_gaps
from simulator.history.prices import Prices, read_prices
from simulator.history.rates import read_rates
from simulator.spec.shocks import Window

SUFFIXES = (".csv", ".parquet", ".txt")
SHORT_RATE = "DFF"  # fed funds, percent a year
MOST_AWAY = 10  # calendar days that a window may begin or end off the days that have prices


class Days(NamedTuple):
    """What was bought for 1 at the close before did on T days.

    moves : float64 (T,)
        Simple daily returns.
    opens, highs, lows : float64 (T,) or None
        What it was worth; None where the file lacks one of them on some day.
    """

    moves: np.ndarray
    opens: np.ndarray | None = None
    highs: np.ndarray | None = None
    lows: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Stretch:
    """Real days of a window.

    Parameters
    ----------
    dates : datetime64[D] (T + 1,)
        The close before the first return, then each return's day.
    index : Days
    others : dict of str to Days
        Of whatever else there are prices of: the second index, real funds.
    rate : float64 (T,) or None
        Short rate a year, of each return's day; None: the folder has none.
    """

    dates: np.ndarray
    index: Days
    others: dict[str, Days]
    rate: np.ndarray | None


def read_stretch(folder: Path, window: Window, index: str, others: Sequence[str]) -> Stretch:
    """The window's days from TICKER.csv or .parquet files of a folder, and DFF.csv where it is there.

    Parameters
    ----------
    folder : Path
    window : Window
    index : str
        Whose prices must be there.
    others : sequence of str
        Tickers whose prices are used where they are there and cover the window.

    Raises
    ------
    LetfError
        If the index's prices are missing or do not cover the window, or a file cannot be read.
    """
    path = index_file(folder, index)
    prices = _covering(read_prices(path), window)
    if prices is None:
        raise LetfError(
            f"{path}: does not have every day from {window.first} to {window.last} and the close before; give prices "
            "that do, or leave out --prices"
        )
    found = {}
    for name in others:
        other = _file(folder, name)
        kept = None if other is None else _covering(read_prices(other), window)
        if kept is not None and np.array_equal(kept.dates, prices.dates):
            found[name] = _days(kept)
    rates = _file(folder, SHORT_RATE)
    return Stretch(
        dates=prices.dates,
        index=_days(prices),
        others=found,
        rate=None if rates is None else read_rates(rates).annual(prices.dates),
    )


def index_file(folder: Path, index: str) -> Path:
    """The file of the index's prices, without which nothing can be replayed."""
    if not folder.is_dir():
        raise LetfError(f"{folder}: is no folder; give one with the prices of a replay, as {index}.csv")
    path = _file(folder, index)
    if path is None:
        raise LetfError(f"{folder}: no prices of {index}, as {index}.csv, which a replay needs; add them")
    return path


def _file(folder: Path, name: str) -> Path | None:
    return next((path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()), None)


def _covering(prices: Prices, window: Window) -> Prices | None:
    """The prices from the close before the window to its last day; None where they do not reach so far."""
    first, last = np.datetime64(window.first, "D"), np.datetime64(window.last, "D")
    start, end = np.searchsorted(prices.dates, [first, last + 1])
    if start == 0 or start >= end:
        return None
    kept = prices.between(prices.dates[start - 1].item(), prices.dates[end - 1].item())
    away = max(kept.dates[1] - first, last - kept.dates[-1]).astype(int)
    check_gaps(kept)
    return kept if away <= MOST_AWAY else None


def _days(prices: Prices) -> Days:
    moves, entry = prices.close[1:] / prices.close[:-1] - 1, prices.close[0]
    bars = [None if bar is None else bar[1:] / entry for bar in (prices.open, prices.high, prices.low)]
    if any(bar is None or np.isnan(bar).any() for bar in bars):
        return Days(moves)
    return Days(moves, *bars)
