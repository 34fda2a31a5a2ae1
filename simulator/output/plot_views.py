"""The views: what a fund returns given what its index does and how much it moves on the way."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from simulator.errors import LetfError
from simulator.output import labels, style
from simulator.output.diverging import diverging
from simulator.output.table import with_error
from simulator.risk.views import FEWEST, ConditionalViews, Interval

POINTS = 100.0
CELL, LEAST_WIDTH = (0.66, 0.42), 5.8  # inches, of a cell and of a panel
MEAN_SIZE, SMALL_SIZE, SIDE_SIZE = 7.2, 5.4, 7.0  # points
HIGHEST, LOWEST = 0.3, -0.32  # of a cell, about its middle: its first and its last line
DECIMALS = 2
THIN = "#ececec"
FULL = 0.8  # share of the cells within the scale of colours; larger figures have its last ones


def draw_views(views: ConditionalViews) -> Figure:
    """The figure: the fund's return above, its divergence below, volatility by the index's return.

    Raises
    ------
    LetfError
        If no cell has paths enough.
    """
    if not views.shown.any():
        raise LetfError(f"no view has {FEWEST} paths, of {views.spec.paths:,} in all; simulate more with --paths")
    fund, index, held = views.fund, views.fund.index, labels.day_count(views.days)
    rows, columns = views.count.shape
    with style.context():
        sheet = style.sheet(
            f"What does {fund.ticker} return if {index} does this, at that volatility?",
            [_caption(views), labels.run_text(views.spec, [fund])],
            panels=2,
            panel=(max(CELL[0] * columns, LEAST_WIDTH), CELL[1] * rows),
            gaps=(0, 0.8),
            left=0.8,
            right=1.1,
            columns=1,
            key=False,
        )
        above, below = sheet.panels
        _draw(above, views, views.fund_return, views.fund_return_stderr, formula=views.formula)
        _draw(below, views, views.divergence, views.divergence_stderr)
        above.set_title(f"Return of {fund.ticker} over {held} (%)", pad=6)
        multiple = labels.multiple(fund.leverage)
        below.set_title(f"Divergence: return of {fund.ticker} minus {multiple} that of {index} (points)", pad=6)
        below.set_xlabel(f"return of {index} over {held} (%)")
        for panel in sheet.panels:
            panel.set_ylabel(f"realised volatility of\n{index} (% a year)")
        _write_break_even(above, views)
    return sheet.figure


def _draw(
    panel: Axes, views: ConditionalViews, means: np.ndarray, errors: np.ndarray, formula: np.ndarray | None = None
) -> None:
    """A cell a range of return and volatility: mean, error, what the formula says where given, paths."""
    rows, columns = means.shape
    colours = diverging(means, FULL)
    x, y = np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5
    panel.pcolormesh(x, y, means, cmap=colours.colours, norm=colours.norm, edgecolor=style.WHITE, lw=0.6, zorder=1)
    for (i, j), shown in np.ndenumerate(views.shown):
        if not shown:
            corner = j - 0.5, i - 0.5
            panel.add_patch(Rectangle(corner, 1, 1, facecolor=THIN, edgecolor=style.WHITE, lw=0.6, zorder=1))
            panel.text(j, i, "\N{EN DASH}", fontsize=SMALL_SIZE, color=style.MUTED, ha="center", va="center")
            continue
        mean, error = _mean_and_error(float(means[i, j]), float(errors[i, j]))
        said = [] if formula is None else [f"formula {_like(mean, float(formula[i, j]))}"]
        lines = [mean, f"±{error}", *said, f"n {views.count[i, j]:,}"]
        ink = colours.ink(float(means[i, j]))
        for k, height in enumerate(np.linspace(HIGHEST, LOWEST, len(lines)).tolist()):
            size, weight = (SMALL_SIZE, "normal") if k else (MEAN_SIZE, "bold")
            panel.text(j, i + height, lines[k], fontsize=size, fontweight=weight, color=ink, ha="center", va="center")
    panel.set_xticks(*_ticks(views.moves))
    panel.set_yticks(*_ticks(views.vols))


def _ticks(ranges: Sequence[Interval]) -> tuple[list[float], list[str]]:
    """Places and names of the ends that ranges side by side have, in percent."""
    ends = [ranges[0][0], *(high for _, high in ranges)]
    known = {i - 0.5: labels.number(round(POINTS * end, DECIMALS)) for i, end in enumerate(ends) if isfinite(end)}
    return list(known), list(known.values())


def _mean_and_error(mean: float, error: float) -> tuple[str, str]:
    """A signed percentage, to the decimals that its error deserves, and that error."""
    value, _, doubt = with_error(mean, error, DECIMALS).partition("±")
    return ("+" if mean > 0 else "") + value.replace("-", "\N{MINUS SIGN}"), doubt


def _like(mean: str, value: float) -> str:
    """A signed percentage with as many decimals as `mean` has."""
    decimals = len(mean.partition(".")[2])
    return ("+" if value > 0 else "") + labels.number(POINTS * value, decimals)


def _write_break_even(panel: Axes, views: ConditionalViews) -> None:
    """At the right of each row, what the index must do for the fund to come out even."""
    for i, (mean, error) in enumerate(zip(views.break_even.tolist(), views.break_even_stderr.tolist(), strict=True)):
        if isfinite(mean):
            text = "±".join(_mean_and_error(mean, error))
            style.margin_note(panel, text, i, (6, 0), va="center", fontsize=SIDE_SIZE)
    head = f"comes out\neven if {views.fund.index}\nreturns (%)"
    style.margin_note(panel, head, len(views.break_even) - 0.5, (6, 5), fontsize=SIDE_SIZE, color=style.MUTED)


def _caption(views: ConditionalViews) -> str:
    left_out = f" {POINTS * views.left_out:.2g}% of the paths lie in those." if views.left_out > 0 else ""
    return (
        "Bold: mean over the paths of a cell; ± one Monte Carlo standard error, rounded up; n paths. Formula: what "
        "prospectuses print, (1 + R) to the power L times exp(\N{MINUS SIGN}(L\N{SUPERSCRIPT TWO} \N{MINUS SIGN} L) "
        "times variance / 2), without costs and interest, for the same paths. Volatility is by daily log returns over "
        f"the hold. Outermost cells have no outer end; a dash: fewer than {FEWEST} paths.{left_out} Not advice."
    )
