"""Small tables of text: estimates with their errors, columns side by side, labelled lines."""

import textwrap
from collections.abc import Iterable

from simulator.history.fitted import Fitted

WIDTH = 80


def with_error(value: Fitted, unit: float = 1.0, decimals: int = 2) -> str:
    """The estimate times `unit`, ± one standard error; ±- where it has none."""
    error = "-" if value.stderr is None else f"{value.stderr * unit:.{decimals}f}"
    return f"{value.estimate * unit:.{decimals}f}±{error}"


def grid(rows: Iterable[list[str]]) -> list[str]:
    """Lines of columns: the first to the left, the others to the right."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in zip(*columns, strict=True)
    ]


def wrapped(text: str) -> list[str]:
    """`text` in lines of 80 columns."""
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def labelled(label: str, text: str) -> list[str]:
    """The same, beside a label."""
    return textwrap.wrap(text, WIDTH, initial_indent=f"{label:<8}", subsequent_indent=" " * 8, break_on_hyphens=False)
