"""The bracket map: what a stop and a target do to the mean of a hold, and how often the stop comes first."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.patheffects import withStroke

from simulator.output import labels, style
from simulator.output.diverging import Diverging, diverging
from simulator.output.trade_lines import WATCHES
from simulator.risk.brackets import Bracket, BracketMap
from simulator.risk.figures import RESOLVED_ERRORS, resolved

POINTS = 100.0
PANEL = (7.5, 4.5)  # inches
TOP_AXIS, KEY_LINE, KEY_LINES = 0.4, 0.155, 2  # inches above the panel; lines of the key that any figure has room for
SCALE = (0.14, 0.2)  # inches, its width and its distance from the panel
CHANCES = range(10, 100, 10)  # percent
FINE = 241  # points a side, between which lines of one chance are straight
HATCH, HATCH_COLOUR = "/////", "#a3a3a3"
FRAME: dict[str, Any] = {"edgecolor": style.INK, "lw": 1.8}
CELL_SIZE, CHANCE_SIZE = 5.8, 7.5  # points


def draw_brackets(brackets: BracketMap) -> Figure:
    """The figure: stops by targets, colour the mean when sold minus that of holding, lines P(stop first)."""
    fund, colours = brackets.fund, diverging(POINTS * brackets.edge)
    above = TOP_AXIS + KEY_LINE * max(len(brackets.marked) - KEY_LINES, 0)
    with style.context():
        sheet = style.sheet(
            f"What do a stop and a target do to the mean of {fund.ticker} over {labels.day_count(brackets.days)}?",
            [_caption(brackets), labels.run_text(brackets.spec, [fund])],
            panels=1,
            panel=(PANEL[0], PANEL[1] + above),
            gaps=(0, 0),
            left=0.75,
            right=1.1,
        )
        figure, panel = sheet.figure, sheet.panels[0]
        x, y, width, height = panel.get_position().bounds
        wide, height = width / PANEL[0], height * PANEL[1] / (PANEL[1] + above)
        panel.set_position((x, y, width, height))
        _draw_cells(panel, brackets, colours)
        _draw_chances(panel, brackets)
        _mark(panel, brackets)
        _set_axes(panel, brackets)
        _key(figure, brackets)
        _draw_scale(figure.add_axes((x + width + SCALE[1] * wide, y, SCALE[0] * wide, height)), brackets, colours)
    return figure


def _edges(middles: np.ndarray) -> np.ndarray:
    """Where cells about these places begin and end."""
    inner = (middles[1:] + middles[:-1]) / 2
    return np.concatenate([[2 * middles[0] - inner[0]], inner, [2 * middles[-1] - inner[-1]]])


def _draw_cells(panel: Axes, brackets: BracketMap, colours: Diverging) -> None:
    """A cell a bracket: its colour and, where it is told from 0, its figure; else hatched."""
    edge, stops, targets = POINTS * brackets.edge, POINTS * brackets.stops, POINTS * brackets.targets
    x, y = _edges(stops), _edges(targets)
    panel.pcolormesh(x, y, edge.T, cmap=colours.colours, norm=colours.norm, edgecolor=style.WHITE, lw=0.4, zorder=1)
    decimals = 2 if np.abs(edge).max() < 10 else 1
    for (i, j), passed in np.ndenumerate(brackets.resolved):
        value = float(edge[i, j])
        if not passed:
            corner, width, height = (float(x[i]), float(y[j])), float(x[i + 1] - x[i]), float(y[j + 1] - y[j])
            look: dict[str, Any] = {"fill": False, "hatch": HATCH, "edgecolor": HATCH_COLOUR, "lw": 0}
            panel.add_patch(Rectangle(corner, width, height, zorder=2, **look))
            continue
        halo = [withStroke(linewidth=2.4, foreground=colours.ground(value))]
        text, look = _signed(value, decimals), {"fontsize": CELL_SIZE, "color": colours.ink(value), "zorder": 4}
        panel.text(float(stops[i]), float(targets[j]), text, ha="center", va="center", path_effects=halo, **look)


def _draw_chances(panel: Axes, brackets: BracketMap) -> None:
    """Lines of one chance that the stop comes first, by a cubic spline through the cells; each named once."""
    from scipy.interpolate import RectBivariateSpline

    stops, targets = POINTS * brackets.stops, POINTS * brackets.targets
    x, y = (np.linspace(levels[0], levels[-1], FINE) for levels in (stops, targets))
    degrees = min(3, len(stops) - 1), min(3, len(targets) - 1)
    chance = RectBivariateSpline(stops, targets, POINTS * brackets.prob_stop, kx=degrees[0], ky=degrees[1])
    chances = chance(x, y)
    low, high = chances.min(), chances.max()
    levels = [level for level in CHANCES if low < level < high]
    if not levels:
        return
    panel.contour(x, y, chances.T, levels=levels, colors=style.INK, linewidths=0.9, zorder=3)
    row, column = _edges(targets)[-3], _edges(stops)[-2]  # between cells, clear of their figures
    along_row, along_column = chance(x, row)[:, 0], chance(column, y)[0]
    for level in levels:
        if along_row.min() < level < along_row.max():
            place = float(np.interp(-level, -along_row, x)), row
        elif along_column.min() < level < along_column.max():
            place = column, float(np.interp(level, along_column, y))
        else:
            continue
        panel.text(
            *place, f"{level}%", fontsize=CHANCE_SIZE, fontweight="bold", ha="center", va="center", zorder=5,
            bbox={"facecolor": style.WHITE, "edgecolor": "none", "pad": 0.8, "alpha": 0.9},
        )  # fmt: skip


def _mark(panel: Axes, brackets: BracketMap) -> None:
    """A frame around each bracket to point out."""
    x, y = (np.diff(_edges(POINTS * levels)).min() for levels in (brackets.stops, brackets.targets))
    for bracket in brackets.marked:
        corner = POINTS * bracket.stop - x / 2, POINTS * bracket.target - y / 2
        panel.add_patch(Rectangle(corner, x, y, fill=False, zorder=6, **FRAME))


def _set_axes(panel: Axes, brackets: BracketMap) -> None:
    stops, targets, fund = POINTS * brackets.stops, POINTS * brackets.targets, brackets.fund.ticker
    panel.set_xlim(*_edges(stops)[[0, -1]])
    panel.set_ylim(*_edges(targets)[[0, -1]])
    panel.set_xticks(stops, [labels.number(stop) for stop in stops])
    panel.set_yticks(targets, [labels.number(target) for target in targets])
    panel.tick_params(length=0)
    panel.set_xlabel(f"stop: loss of {fund} since entry at which it is sold (%)")
    panel.set_ylabel(f"target: gain of {fund} at which it is sold (%)")
    top = panel.secondary_xaxis("top")
    top.set_xticks(stops, [labels.number(POINTS * move, 1) for move in brackets.index_stops.tolist()])
    top.tick_params(length=0, labelsize=7)
    top.set_xlabel(f"the stop as a move of {brackets.fund.index} on the first day (%)", fontsize=7.5)
    top.spines["top"].set_visible(False)


def _draw_scale(scale: Axes, brackets: BracketMap, colours: Diverging) -> None:
    edge = POINTS * brackets.edge
    Colorbar(scale, ScalarMappable(colours.norm, colours.colours))
    if edge.any():
        scale.set_ylim(min(edge.min(), 0.0), max(edge.max(), 0.0))
    scale.tick_params(labelsize=7.5)
    scale.set_ylabel("mean when sold minus mean of holding (points)", fontsize=7.5)


def _key(figure: Figure, brackets: BracketMap) -> None:
    """What was pointed out, hatching and lines, under the title."""
    entries: dict[str, Any] = {_told(bracket): Patch(facecolor=style.WHITE, **FRAME) for bracket in brackets.marked}
    entries["chance of stop first"] = Line2D([], [], color=style.INK, lw=0.9)
    if not brackets.resolved.all():
        entries["not resolved"] = Patch(facecolor=style.WHITE, edgecolor=HATCH_COLOUR, hatch=HATCH, lw=0)
    look: dict[str, Any] = {"loc": "upper left", "frameon": False, "fontsize": 7.5, "borderaxespad": 0, "borderpad": 0}
    figure.legend(
        handles=list(entries.values()),
        labels=list(entries),
        bbox_to_anchor=(style.MARGIN / figure.get_figwidth(), 1 - 0.48 / figure.get_figheight()),
        handlelength=1.3,
        handleheight=0.8,
        columnspacing=1.5,
        ncols=2,
        **look,
    )


def _told(bracket: Bracket) -> str:
    """A bracket in words."""
    met = (bracket.prob_stop.mean, bracket.prob_target.mean)
    stop, target, neither = (f"{POINTS * chance:.1f}%" for chance in (*met, 1 - sum(met)))
    levels = f"{labels.number(-POINTS * bracket.stop)}% / +{labels.number(POINTS * bracket.target)}%"
    edge = f"{_signed(POINTS * bracket.edge.mean, 2)}±{POINTS * bracket.edge.stderr:.2f} points"
    doubt = "" if resolved(bracket.edge) else ", not resolved"
    return f"{levels}: stop first {stop}, target {target}, neither {neither}; mean vs holding {edge}{doubt}"


def _signed(value: float, decimals: int) -> str:
    """A number with its sign: +0.21."""
    return ("+" if value > 0 else "") + labels.number(value, decimals)


def _caption(brackets: BracketMap) -> str:
    fund, passed, count = brackets.fund, brackets.resolved, brackets.resolved.size
    together = int((passed & brackets.resolved_together).sum())
    return (
        f"Colour and figures: mean return of {fund.ticker} sold at the stop, at the target or at the end, minus that "
        f"of holding on, percentage points of the money put in, on the same paths. Levels are watched "
        f"{WATCHES[brackets.trade.watch]}; what is sold earns nothing from then on.{_drift(brackets)} "
        f"Hatched, not resolved: within {RESOLVED_ERRORS} Monte Carlo standard errors of 0 "
        f"({labels.at_most((POINTS * brackets.edge_stderr).ravel().tolist())}). Each cell is judged alone: of {count} "
        f"that do nothing one in 20 would pass, side by side, for all share their paths. {together} of the "
        f"{int(passed.sum())} that pass do so judged together too (Bonferroni, 5%). Not advice."
    )


def _drift(brackets: BracketMap) -> str:
    """What a day out of the market forgoes, where the drift is one number."""
    if brackets.daily_growth is None:
        return ""
    growth = f"{_signed(POINTS * brackets.daily_growth, 3)}% a day"
    return f" Most of it is drift forgone or spared: held, {brackets.fund.ticker} is expected to make {growth}."
