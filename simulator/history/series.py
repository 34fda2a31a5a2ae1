"""Daily figures that are no prices: rates, a volatility index."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.errors import LetfError
from simulator.history import cells
from simulator.history.columns import DATE_NAMES, day_column, find_column
from simulator.history.tables import Table, read_table
from simulator.spec.files import read_bytes

DAY_NAMES = (*DATE_NAMES, "observation date")  # the last: FRED's
VALUE_NAMES = ("value", "adj close", "close")
NO_VALUE = (*cells.EMPTY, ".")  # the last: FRED's on a holiday


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """A figure a day, oldest first, in the units of its file.

    Parameters
    ----------
    dates : datetime64[D] (T,), rising
    values : float64 (T,), finite
    source, sha256 : str
        Name of the file, without its folder, and the hash of its content.
    """

    dates: np.ndarray
    values: np.ndarray
    source: str
    sha256: str

    def provenance(self) -> dict[str, str]:
        """What a volatility index is, as the file of a market that looks at it keeps it."""
        return {"vol_index_file": self.source, "vol_index_sha256": self.sha256}


def read_series(path: Path | str, what: str) -> Series:
    """Read a figure a day from a CSV or Parquet file: date and value, FRED's, or an index's closes.

    Days without a value (empty, or FRED's ".") are left out.

    Parameters
    ----------
    path : Path or str
    what : str
        What the figures are, for errors: "rate", "volatility index".

    Raises
    ------
    LetfError
        One line on what is wrong, where, and the way out.
    """
    path = Path(path)
    content = read_bytes(path)
    table = read_table(str(path), content)
    day = find_column(table, "date", DAY_NAMES)
    column = _value_column(table, day, what)
    dates = day_column(table, day, what)
    given = [row for row, cell in enumerate(table.columns[column]) if _is_given(cell)]
    if not given:
        raise LetfError(f"{path}: no {what} on any day; one a day is expected")
    values = np.array([_value(table, row, column, what) for row in given])
    return Series(dates=dates[given], values=values, source=path.name, sha256=hashlib.sha256(content).hexdigest())


def _value_column(table: Table, day: int, what: str) -> int:
    """The column of values by its name, or the only one besides the days."""
    others = [column for column in range(len(table.titles)) if column != day]
    return others[0] if len(others) == 1 else find_column(table, what, VALUE_NAMES)


def _is_given(cell) -> bool:
    return cell is not None and str(cell).strip().lower() not in NO_VALUE


def _value(table: Table, row: int, column: int, what: str) -> float:
    cell = table.columns[column][row]
    try:
        value = cells.number(cell)
    except (ValueError, TypeError):
        value = np.nan
    if not np.isfinite(value):
        raise LetfError(f"{table.place(row, column)}: {what} {cell!r} is not a finite number; correct or delete it")
    return value
