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
from simulator.output.bracket_words import LEAST_DECIMALS, POINTS, caption, decimals, signed, told
from simulator.output.diverging import Diverging, diverging
from simulator.risk.brackets import BracketMap

PANEL = (7.5, 4.5)  # inches
TOP_AXIS, KEY_LINE, KEY_LINES = 0.4, 0.155, 2  # inches above the panel; lines of the key that any figure has room for
SCALE = (0.14, 0.2)  # inches, its width and its distance from the panel
CHANCES = range(10, 100, 10)  # percent
FINE = 241  # points a side, between which lines of one chance are straight
HATCH, HATCH_COLOUR = "/////", "#a3a3a3"
FRAME: dict[str, Any] = {"edgecolor": style.INK, "lw": 1.8}
DIAMOND: dict[str, Any] = {
    "linestyle": "none", "marker": "D", "markersize": 6, "markerfacecolor": style.WHITE, "markeredgecolor": style.INK,
    "markeredgewidth": 1.8,
}  # fmt: skip
CELL_SIZE, CHANCE_SIZE = 5.8, 7.5  # points


def draw_brackets(brackets: BracketMap) -> Figure:
    """The figure: stops by targets, colour the mean when sold minus that of holding, lines P(stop first)."""
    fund, colours = brackets.fund, diverging(POINTS * brackets.edge)
    above = TOP_AXIS + KEY_LINE * max(len(brackets.marked) - KEY_LINES, 0)
    with style.context():
        sheet = style.sheet(
            f"What do a stop and a target do to the mean of {fund.ticker} over {labels.day_count(brackets.days)}?",
            [caption(brackets), labels.run_text(brackets.spec, [fund])],
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
    errors = POINTS * brackets.edge_stderr
    x, y = _edges(stops), _edges(targets)
    panel.pcolormesh(x, y, edge.T, cmap=colours.colours, norm=colours.norm, edgecolor=style.WHITE, lw=0.4, zorder=1)
    least = LEAST_DECIMALS if np.abs(edge).max() < 10 else LEAST_DECIMALS - 1
    for (i, j), passed in np.ndenumerate(brackets.resolved):
        value = float(edge[i, j])
        if not passed:
            corner, width, height = (float(x[i]), float(y[j])), float(x[i + 1] - x[i]), float(y[j + 1] - y[j])
            look: dict[str, Any] = {"fill": False, "hatch": HATCH, "edgecolor": HATCH_COLOUR, "lw": 0}
            panel.add_patch(Rectangle(corner, width, height, zorder=2, **look))
            continue
        halo = [withStroke(linewidth=2.4, foreground=colours.ground(value))]
        text, look = (
            signed(value, decimals(float(errors[i, j]), least)),
            {"fontsize": CELL_SIZE, "color": colours.ink(value), "zorder": 4},
        )
        panel.text(float(stops[i]), float(targets[j]), text, ha="center", va="center", path_effects=halo, **look)


def _draw_chances(panel: Axes, brackets: BracketMap) -> None:
    """Lines of one chance that the stop comes first, by a cubic spline through the cells, each named once: where it
    crosses a row near the top or else a column at the right, both between cells and so clear of their figures.
    """
    from scipy.interpolate import RectBivariateSpline

    stops, targets = POINTS * brackets.stops, POINTS * brackets.targets
    x, y = (np.linspace(levels[0], levels[-1], FINE) for levels in (stops, targets))
    degrees = {"kx": min(3, len(stops) - 1), "ky": min(3, len(targets) - 1)}
    chance = RectBivariateSpline(stops, targets, POINTS * brackets.prob_stop, **degrees)
    row, column = float(_edges(targets)[-3]), float(_edges(stops)[-2])
    along_row, along_column = chance(x, row)[:, 0], chance(column, y)[0]
    places: dict[int, tuple[float, float]] = {}
    for level in CHANCES:
        if along_row.min() < level < along_row.max():
            places[level] = float(np.interp(-level, -along_row, x)), row
        elif along_column.min() < level < along_column.max():
            places[level] = column, float(np.interp(level, along_column, y))
    if places:
        panel.contour(x, y, chance(x, y).T, levels=list(places), colors=style.INK, linewidths=0.9, zorder=3)
    box = {"facecolor": style.WHITE, "edgecolor": "none", "pad": 0.8, "alpha": 0.9}
    look: dict[str, Any] = {"fontsize": CHANCE_SIZE, "fontweight": "bold", "ha": "center", "va": "center", "zorder": 5}
    for level, (stop, target) in places.items():
        panel.text(stop, target, f"{level}%", bbox=box, **look)


def _mark(panel: Axes, brackets: BracketMap) -> None:
    """A frame around each cell to point out, a diamond at a bracket between cells."""
    x, y = _edges(POINTS * brackets.stops).tolist(), _edges(POINTS * brackets.targets).tolist()
    for bracket in brackets.marked:
        cell = brackets.cell(bracket)
        if cell is None:
            panel.plot(POINTS * bracket.stop, POINTS * bracket.target, zorder=6, **DIAMOND)
        else:
            i, j = cell
            panel.add_patch(Rectangle((x[i], y[j]), x[i + 1] - x[i], y[j + 1] - y[j], fill=False, zorder=6, **FRAME))


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
    top.set_xticks(stops, [signed(POINTS * move, 1) for move in brackets.index_stops.tolist()])
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
    frame, diamond = Patch(facecolor=style.WHITE, **FRAME), Line2D([], [], **DIAMOND)
    entries: dict[str, Any] = {
        told(bracket): frame if brackets.cell(bracket) else diamond for bracket in brackets.marked
    }
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
