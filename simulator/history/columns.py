"""Columns of a table in a file: found by title, and the one of days."""

import numpy as np

from simulator.errors import LetfError
from simulator.history import cells
from simulator.history.tables import Table

DATE_NAMES = ("date", "datetime", "timestamp", "index", "index level 0")  # the last: pandas' own for one unnamed
HOUR = 60  # minutes; daylight saving moves a market's clock by no more


def columns_called(table: Table, name: str) -> list[int]:
    """The columns with this name among theirs."""
    return [i for i, names in enumerate(table.names) if name in names]


def find_column(table: Table, kind: str, known: tuple[str, ...]) -> int:
    """The one column with the first of the `known` names that the file has.

    Raises
    ------
    LetfError
        If there is none, or several have that name; `kind` says what was looked for.
    """
    for name in known:
        found = columns_called(table, name)
        if len(found) > 1:
            raise LetfError(f"{table.where}: {len(found)} columns are called {name!r}; keep those of one ticker")
        if found:
            return found[0]
    titles = ", ".join(filter(None, (" ".join(title.split()) for title in table.titles))) or "none"
    wanted = " or ".join(repr(name.title()) for name in known[:2])
    raise LetfError(f"{table.where}: no {kind} column; one called {wanted} is expected, the file has: {titles}")


def day_column(table: Table, column: int, what: str = "price") -> np.ndarray:
    """Days of the column's cells, as written, datetime64[D] (T,); `what` a day has one of.

    Raises
    ------
    LetfError
        If a cell is no date, the dates do not rise, or they are of several time zones.
    """
    days = []
    zones: dict[str | None, int] = {}  # and the row where each stands first
    for row, cell in enumerate(table.columns[column]):
        try:
            day, zone = cells.day(cell)
        except ValueError:
            raise LetfError(f"{table.place(row, column)}: {cell!r} is no date; write days as YYYY-MM-DD") from None
        days.append(day)
        zones.setdefault(zone, row)
    _check_zones(table, column, zones)
    dates = np.array(days, dtype="datetime64[D]")
    for row in np.flatnonzero(np.diff(dates) <= np.timedelta64(0, "D"))[:1] + 1:
        wrong, way_out = f"comes after {dates[row - 1]}", "dates must rise; sort the file by date, oldest first"
        if dates[row] == dates[row - 1]:
            wrong, way_out = f"stands in {table.row_word} {table.rows[row - 1]} too", f"a day has one {what}; keep one"
        raise LetfError(f"{table.place(row, column)}: {dates[row]} {wrong}; {way_out}")
    return dates


def _check_zones(table, column, zones):
    """Refuse days of several time zones; offsets may differ by the hour of daylight saving."""
    first = next(iter(zones))
    for zone, row in zones.items():
        if (zone is None) != (first is None) or abs(cells.minutes(zone) - cells.minutes(first)) > HOUR:
            raise LetfError(
                f"{table.place(row, column)}: {table.columns[column][row]!r} is of another time zone than "
                f"{table.columns[column][0]!r} before; write plain days, YYYY-MM-DD"
            )
