"""Daily prices from the files that users have."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from simulator.errors import LetfError
from simulator.history import cells
from simulator.history.columns import DATE_NAMES, columns_called, day_column, find_column
from simulator.history.tables import read_table
from simulator.spec.files import read_bytes

PRICE_NAMES = ("adj close", "close")  # the first that the file has
JUMP = 0.6  # largest daily move, up or down, that is taken for real
SUSPECT = 0.3  # a daily move of closes not said to be adjusted that a split would explain


@dataclass(frozen=True, kw_only=True, eq=False)
class Prices:
    """Daily prices of one asset, oldest first.

    Parameters
    ----------
    dates : datetime64[D] (T,), rising
    close : float64 (T,)
        Closes, adjusted where the file has such.
    open, high, low : float64 (T,), optional
        On the basis of `close`; NaN where the file has none for the day.
    column : str
        Title of the column that `close` is from.
    source, sha256 : str
        Name of the file, without its folder, and the hash of its content.
    """

    dates: np.ndarray
    close: np.ndarray
    column: str
    source: str
    sha256: str
    open: np.ndarray | None = None
    high: np.ndarray | None = None
    low: np.ndarray | None = None

    def log_returns(self) -> np.ndarray:
        """log(close[t] / close[t - 1]), (T - 1,)."""
        return np.diff(np.log(self.close))

    def provenance(self) -> dict[str, str]:
        """What the prices are, as the file of a market made of them keeps it."""
        return {
            "source_file": self.source,
            "sha256": self.sha256,
            "price_column": self.column,
            "first_date": str(self.dates[0]),
            "last_date": str(self.dates[-1]),
        }

    def note(self) -> str:
        """Which column the closes are from, and what that means."""
        note = f"{self.source}: closes are from column {self.column!r}"
        if "adj" in self.column.lower():
            return note
        note += "; they must be adjusted for splits and dividends, as yfinance's are"
        moves = np.expm1(self.log_returns())
        largest = int(np.abs(moves).argmax())
        if abs(moves[largest]) > SUSPECT:
            note += f": was {moves[largest]:+.0%} on {self.dates[largest + 1]} a split?"
        return note

    def between(self, start: str | date | None = None, end: str | date | None = None) -> "Prices":
        """The prices from `start` to `end`, both included; None: from the first, to the last.

        Raises
        ------
        LetfError
            If `start` is after `end`, or no price is between them.
        """
        first, last = self.dates[0], self.dates[-1]
        limits = [day if given is None else np.datetime64(given, "D") for given, day in ((start, first), (end, last))]
        if start is not None and end is not None and limits[0] > limits[1]:
            raise LetfError(f"start {limits[0]} is after end {limits[1]}; swap them")
        if limits[0] > last or limits[1] < first:
            name, day = ("start", limits[0]) if limits[0] > last else ("end", limits[1])
            raise LetfError(f"{name} {day} is outside the prices of {self.source}, {first} to {last}")
        kept = slice(*np.searchsorted(self.dates, [limits[0], limits[1] + 1]))
        names = ("dates", "close", "open", "high", "low")
        return replace(self, **{name: array[kept] for name in names if (array := getattr(self, name)) is not None})


def read_prices(path: Path | str, *, accept_jumps: bool = False) -> Prices:
    """Read daily prices from a CSV or Parquet file: Yahoo's, yfinance's, Stooq's or plain date and close.

    Parameters
    ----------
    path : Path or str
    accept_jumps : bool
        Whether to believe a daily move beyond 60 %.

    Raises
    ------
    LetfError
        One line on what is wrong, where, and the way out.
    """
    path = Path(path)
    content = read_bytes(path)
    table = read_table(str(path), content)
    dates = day_column(table, find_column(table, "date", DATE_NAMES))
    column = find_column(table, "price", PRICE_NAMES)
    close = _prices(table, column)
    if not accept_jumps:
        _check_jumps(table, column, dates, close)
    bars = {name: _bar(table, name, column, close) for name in ("open", "high", "low")}
    title = table.titles[column]
    digest = hashlib.sha256(content).hexdigest()
    return Prices(dates=dates, close=close, column=title, source=path.name, sha256=digest, **bars)


def _prices(table, column):
    """The column's cells as prices, positive and finite."""
    values = table.columns[column]
    try:
        prices = np.array([cells.number(value) for value in values])
    except (ValueError, TypeError):
        prices = np.array([np.nan])
    if np.all((prices > 0) & (prices < np.inf)):
        return prices
    row, rule = next((row, rule) for row, value in enumerate(values) if (rule := cells.broken_rule(value)))
    raise LetfError(f"{table.place(row, column)}: {rule}")


def _check_jumps(table, column, dates, close):
    with np.errstate(over="ignore"):
        moves = close[1:] / close[:-1] - 1
    for row in np.flatnonzero(np.abs(moves) > JUMP)[:1] + 1:
        raise LetfError(
            f"{table.place(row, column)}: {moves[row - 1]:+.1%} from {dates[row - 1]} to {dates[row]}, beyond "
            f"{JUMP:.0%} a day: a split? use adjusted prices, or --accept-jumps if the move is real"
        )


def _bar(table, name, column, close):
    """The open, high or low on the basis of `close`; None where the file has no such column."""
    found = columns_called(table, name)
    if len(found) != 1:
        return None
    values = cells.lenient(table.columns[found[0]])
    raw = columns_called(table, "close")
    if len(raw) == 1 and raw[0] != column:
        values = values * (close / cells.lenient(table.columns[raw[0]]))
    return values
