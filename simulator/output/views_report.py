"""A fund given what its index did, as people read it: tables of at most 80 columns."""

from collections.abc import Sequence
from math import isfinite, nan

from simulator.output.labels import day_count
from simulator.output.table import with_error
from simulator.output.text import WIDTH, grid, paragraph
from simulator.risk.views import FEWEST, ConditionalViews

MOST_DECIMALS = 2
EVEN = "even at"

Cell = tuple[float, float]  # a mean and its standard error


def views_lines(views: ConditionalViews) -> list[str]:
    """Return, prospectus formula, divergence and paths: a row a range of the index's return, a column one of its
    volatility.
    """
    fund, index = views.fund, views.fund.index
    lines = paragraph(
        f"{fund.ticker} over {day_count(views.days)} if {index} returns so much (rows, the outermost without an end) "
        "at such realised volatility, % a year (columns): mean of the paths in percent ± one Monte Carlo standard "
        f"error, rounded up; a dash where there are fewer than {FEWEST} paths."
    )
    if not views.shown.any():
        return [*lines, f"No cell has as many of the {views.spec.paths:,} paths: simulate more with --paths."]
    even = list(zip(views.break_even.tolist(), views.break_even_stderr.tolist(), strict=True))
    unknown = [[nan] * len(views.vols)] * len(views.moves)
    counts = [[name, *(f"{n:,}" for n in row)] for name, row in zip(_rows(views), views.count.T.tolist(), strict=True)]
    return [
        *lines,
        "",
        *paragraph(f"Return of {fund.ticker}; {EVEN}: return of {index} at which {fund.ticker} comes out even."),
        *_table(views, views.fund_return.T.tolist(), views.fund_return_stderr.T.tolist(), even),
        "",
        *paragraph(
            "Prospectus formula, (1 + R)^L exp(-(L^2 - L) variance / 2) - 1, on the same paths: no costs, no interest."
        ),
        *_table(views, views.formula.T.tolist(), unknown),
        "",
        *paragraph(f"Divergence: return of {fund.ticker} minus {fund.leverage:g}x that of {index}, points."),
        *_table(views, views.divergence.T.tolist(), views.divergence_stderr.T.tolist()),
        "",
        "Paths",
        *grid([_titles(views), *counts]),
    ]


def _table(
    views: ConditionalViews, means: list[list[float]], errors: list[list[float]], last: Sequence[Cell] = ()
) -> list[str]:
    """Lines of a table of means (M, V) and errors, and one more row, `last`; in halves where it is too wide."""
    cells = [list(zip(*row, strict=True)) for row in zip(means, errors, strict=True)]
    named = [*zip(_rows(views), cells, strict=True), *([(EVEN, last)] if last else [])]
    rows = [_titles(views), *([name, *(with_error(*cell, MOST_DECIMALS) for cell in row)] for name, row in named)]
    lines = grid(rows)
    if max(map(len, lines)) <= WIDTH:
        return lines
    half = 1 + (len(views.vols) + 1) // 2
    return [*grid([row[:half] for row in rows]), "", *grid([[row[0], *row[half:]] for row in rows])]


def _titles(views: ConditionalViews) -> list[str]:
    half = max((high - low) / 2 for low, high in views.moves if isfinite(high - low))
    return [f"{views.fund.index} ±{_percent(half)}", *(_span(*vol) for vol in views.vols)]


def _rows(views: ConditionalViews) -> list[str]:
    """Each range of the index's return, by its middle where it has two ends."""
    return [_percent((low + high) / 2) if isfinite(high - low) else _span(low, high) for low, high in views.moves]


def _span(low: float, high: float) -> str:
    """A range; one of volatility from 0 and one that is open below are told by their upper end alone."""
    if not isfinite(high):
        return f">{_percent(low)}"
    return f"{_percent(low)}-{_percent(high)}" if isfinite(low) and low > 0 else f"<{_percent(high)}"


def _percent(fraction: float) -> str:
    return f"{round(100 * fraction, MOST_DECIMALS) + 0.0:g}"
