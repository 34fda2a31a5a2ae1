"""Lines of text that fit 80 columns: labelled, wrapped, in columns."""

import textwrap
from collections.abc import Callable, Iterable, Sequence

from simulator.history.fitted import Fitted

WIDTH = 80
LABEL = 8
MOST_DECIMALS = 2


def labelled(label: str, text: str) -> list[str]:
    """A label and what it is about, wrapped."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"{label:<{LABEL}}", subsequent_indent=" " * LABEL, break_on_hyphens=False
    )


def paragraph(text: str) -> list[str]:
    """Text, wrapped."""
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def hanging(text: str) -> list[str]:
    """Text, wrapped, all lines but the first set in."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=" " * LABEL, break_on_hyphens=False)


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def with_error(value: Fitted, unit: float = 1.0, decimals: int = 2) -> str:
    """The estimate times `unit`, ± one standard error; ±- where it has none."""
    error = "-" if value.stderr is None else f"{value.stderr * unit:.{decimals}f}"
    return f"{value.estimate * unit:.{decimals}f}±{error}"


def grid(rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of columns: the first to the left, the others to the right, two spaces apart if they fit, else one."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    gap = "  " if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else " "
    return [
        gap.join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        ).rstrip()
        for row in zip(*columns, strict=True)
    ]


def fitted(rows: Callable[[int], Iterable[Sequence[str]]], most_decimals: int = MOST_DECIMALS) -> list[str]:
    """The grid of `rows`, given a number of decimals: the most with which it fits the width, or none."""
    for decimals in range(most_decimals, -1, -1):
        lines = grid(rows(decimals))
        if max(map(len, lines)) <= WIDTH:
            break
    return lines
