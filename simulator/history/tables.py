"""Tables in files: CSV text or Parquet, to columns of cells under lower-case names."""

import ast
import csv
import io
import re
from dataclasses import dataclass
from typing import Any

from simulator.errors import LetfError

MORE_HEADER = ("", "ticker", "date", "datetime", "price")  # what a second or third line of titles begins with
MOST_HEADER_LINES = 3
DATUM = re.compile(r"\s*[-+]?\d[\d.,:/ T+Z-]*")  # a day or a number
FOREIGN = {  # how files begin that are no CSV, and what to do about them
    b"PK": "a zip or Excel file; save the sheet as CSV (UTF-8)",
    b"\x1f\x8b": "compressed; gunzip it first",
    b"\xff\xfe": "UTF-16 text; save it as CSV (UTF-8)",
    b"\xfe\xff": "UTF-16 text; save it as CSV (UTF-8)",
}


@dataclass(frozen=True, eq=False)
class Table:
    """A file's cells by column.

    Parameters
    ----------
    where : str
        The file.
    row_word : str
        "line" of a text file or "row" of a Parquet file.
    names : list of set of str
        All titles of each column, lower case, "_" as a space; a yfinance column has its ticker among them.
    titles : list of str
        Each column's titles as the file has them, in one.
    columns : list of list
        Cells: text, or a Parquet file's values; None is an empty one.
    rows : list of int
        Number of the line or row of each cell.
    """

    where: str
    row_word: str
    names: list[set[str]]
    titles: list[str]
    columns: list[list[Any]]
    rows: list[int]

    def place(self, row: int, column: int | None = None) -> str:
        """Where a cell is, for an error."""
        named = "" if column is None else f", column {self.titles[column]!r}"
        return f"{self.where}: {self.row_word} {self.rows[row]}{named}"


def read_table(where: str, content: bytes) -> Table:
    """The table in a CSV or Parquet file.

    Raises
    ------
    LetfError
        If it is empty, neither of the two, has no header or no rows, or rows of another length than the header.
    """
    if not content.strip():
        raise LetfError(f"{where}: the file is empty; daily prices with a header line are expected")
    if content.startswith(b"PAR1"):
        return _from_parquet(where, content)
    return _from_csv(where, _text(where, content))


def normal_name(title: str) -> str:
    """A title's words in lower case, without signs such as "_" or "*", and one spelling of adjusted closes."""
    name = " ".join(re.findall(r"[^\W_]+", title.lower()))
    return "adj close" if name in ("adjclose", "adjusted close") else name


def _text(where, content):
    for start, advice in FOREIGN.items():
        if content.startswith(start):
            raise LetfError(f"{where}: not CSV text but {advice}")
    if b"\0" in content:
        raise LetfError(f"{where}: a binary file; CSV text or Parquet is expected")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LetfError(f"{where}: line {line}: not UTF-8 text; save the file as CSV (UTF-8)") from None


def _from_csv(where, text):
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        records = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise LetfError(f"{where}: line {reader.line_num}: not CSV: {error}") from None
    lines, rows = zip(*records, strict=True) if records else ((1,), ([""],))
    header = _header_lines(rows)
    width = len(rows[0])
    _check_header(where, rows[0])
    for line, row in records:
        if len(row) != width:
            raise LetfError(
                f"{where}: line {line}: number of fields {len(row)}, but the header has {width}; "
                'every line needs as many (a comma within a number? write 1234.5, not "1,234.5")'
            )
    if len(rows) == header:
        raise LetfError(f"{where}: a header but no prices; one line a day is expected")
    heads = list(zip(*rows[:header], strict=True))
    names = [{normal_name(title) for title in head} - {""} for head in heads]
    names[0] = names[0] or {"index"}
    titles = [" ".join(filter(None, dict.fromkeys(map(str.strip, head)))) for head in heads]
    columns = [list(column) for column in zip(*rows[header:], strict=True)]
    return Table(where, "line", names, titles, columns, list(lines[header:]))


def _header_lines(rows):
    """1, or up to 3 where a yfinance file names the ticker and the date in lines of their own."""
    count = 1
    while count < min(len(rows), MOST_HEADER_LINES) and normal_name(rows[count][0]) in MORE_HEADER:
        if any(map(DATUM.fullmatch, rows[count])):
            break
        count += 1
    return count


def _check_header(where, row):
    if len(row) == 1:
        for mark, name in ((";", "';'"), ("\t", "tabs"), ("|", "'|'")):
            if mark in row[0]:
                raise LetfError(f"{where}: line 1: columns are separated by {name}; separate them by commas")
    if any(map(DATUM.fullmatch, row)):
        raise LetfError(f"{where}: line 1: no header but data; the first line names the columns, e.g. Date,Close")


def _from_parquet(where, content):
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise LetfError(
            f'{where}: reading Parquet needs pyarrow; install it with pip install "letf[parquet]", or save as CSV'
        ) from None
    try:
        table = pq.read_table(pa.BufferReader(content))
        columns = [_cells(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise LetfError(f"{where}: a Parquet file that cannot be read: {reason}") from None
    if table.num_rows == 0:
        raise LetfError(f"{where}: no rows; one row a day is expected")
    titles = list(table.column_names)
    return Table(where, "row", [_parquet_names(title) for title in titles], titles, columns, _counted(table.num_rows))


def _counted(count):
    return list(range(1, count + 1))


def _cells(column):
    """A Parquet column's values; instants become their local days as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_timestamp(column.type):
        column = pc.cast(column if column.type.tz is None else pc.local_timestamp(column), pa.date32(), safe=False)
    if pa.types.is_date(column.type):
        column = pc.cast(pc.cast(column, pa.date32()), pa.string())
    return column.to_pylist()


def _parquet_names(title):
    """The names in a title; pandas writes column ('Close', 'IWM') of a yfinance frame as that text."""
    try:
        parts = ast.literal_eval(title) if title.startswith("(") else (title,)
    except (ValueError, SyntaxError):
        parts = (title,)
    return {normal_name(str(part)) for part in parts} - {""}
