"""Divergence ridges: how far funds end from their multiple of the index, one ridge a holding period."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from simulator.distribution import Distribution
from simulator.output import labels, style
from simulator.output.density import POINTS, Axis, bandwidth, common_axis, edges
from simulator.output.ridge import FEW_PATHS, WIDTH, draw_ridge, errors_show
from simulator.result import Result
from simulator.spec.fund import Fund

FIRST_DAY, LAST_DAY, MOST_RIDGES = 5, 63, 10
PITCH, TALLEST, LEAST_HEIGHT = 0.54, 1.3, 2.2  # inches between baselines, at most, and of all ridges at least
PEAK = 0.86  # of the distance between two baselines
FOOT, HEADER = 0.09, 0.34  # inches below the last baseline, and above the ridges for words
CHARACTER = 0.0252  # of the panel's width, a letter of a tick's label with its share of a gap
COLUMNS = (32, 90)  # where the numbers in the right margin end, points from the panel


def days_shown(horizons: Sequence[int]) -> tuple[int, ...]:
    """The holding periods from 5 to 63 days, all where there are none, thinned evenly to ten."""
    days = [day for day in horizons if FIRST_DAY <= day <= LAST_DAY] or list(horizons)
    keep = np.linspace(0, len(days) - 1, min(len(days), MOST_RIDGES)).round().astype(int)
    return tuple(days[i] for i in keep)


def draw_ridges(result: Result, funds: Sequence[Fund], *, title: str = "", note: str = "") -> Figure:
    """The figure: a panel a fund, all on one axis; the shortest holding period on top.

    `title` and `note`, a first paragraph of the caption, are of a figure that draws more on the ridges; its panels are
    `figure.axes`, their ticks stand at the baselines of `days_shown`.
    """
    days, index = days_shown(result.spec.horizons), result.spec.market.index
    laws = {fund.ticker: [result.divergence(fund.ticker, day) for day in days] for fund in funds}
    every = [law for row in laws.values() for law in row]
    axis = common_axis(every)
    pitch = min(max(PITCH, LEAST_HEIGHT / len(days)), TALLEST)
    bases = pitch * np.arange(len(days))[::-1]
    sheet = style.sheet(
        title or f"How far may {labels.names(funds)} end from {labels.multiples(funds)} {index}?",
        [*filter(None, [note]), _caption(every, axis), labels.run_text(result.spec, funds)],
        panels=len(funds),
        panel=(WIDTH, FOOT + pitch * len(days) + HEADER),
        gaps=(1.48, 0.95),
        left=0.95,
        right=1.48,
    )
    for fund, panel in zip(funds, sheet.panels, strict=True):
        _set_axes(panel, axis, pitch * len(days))
        _label(panel, fund, index, pitch * len(days))
        panel.set_yticks(bases, [labels.day_count(day) for day in days])
        panel.tick_params(axis="y", length=0, labelsize=9, labelleft=panel in sheet.first_column)
        for law, base in zip(laws[fund.ticker], bases.tolist(), strict=True):
            panel.axhline(base, color=style.GRID, lw=0.6, zorder=2)
            draw_ridge(panel, law, axis, base, PEAK * pitch, style.hue(result.spec, fund))
            _numbers(panel, law, base)
    style.band_key(sheet.figure)
    return sheet.figure


def _set_axes(panel: Axes, axis: Axis, top: float) -> None:
    """Percentage points across, inches up, `top` above the last baseline."""
    panel.set_xscale("function", functions=(axis.place, axis.value))
    panel.set_xlim(axis.low, axis.high)
    panel.set_ylim(-FOOT, top + HEADER)
    ticks = axis.ticks(CHARACTER)
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xticklabels([("+" if x > 0 else "") + labels.number(x) for x in ticks])
    panel.tick_params(axis="x", labelsize=8)
    panel.vlines(ticks, -FOOT, top, color=style.GRID, lw=0.6, zorder=1)
    panel.vlines(0, -FOOT, top + HEADER, color=style.INK, lw=0.8, zorder=4)
    panel.spines["left"].set_visible(False)


def _label(panel: Axes, fund: Fund, index: str, top: float) -> None:
    """The words around the ridges."""
    multiple = labels.multiple(fund.leverage)
    sign = "\N{MINUS SIGN}" if fund.leverage > 0 else "+"
    times = "" if abs(fund.leverage) == 1 else f"{labels.number(abs(fund.leverage))} × "
    panel.set_title(f"{fund.ticker}, {multiple} {index}", pad=5)
    panel.set_xlabel(f"{fund.ticker} return {sign} {times}{index} return (percentage points)")
    small: dict[str, Any] = {"fontsize": 8, "color": style.MUTED, "va": "bottom"}
    style.note(panel, f"\N{LEFTWARDS ARROW} behind {multiple}", (0, top), (-5, 2), ha="right", **small)
    style.note(panel, "ahead \N{RIGHTWARDS ARROW}", (0, top), (5, 2), ha="left", **small)
    for text, right in zip(("median,\npoints", f"chance\nbehind {multiple}"), COLUMNS, strict=True):
        style.margin_note(panel, text, top, (right, 2), ha="right", **small)


def _numbers(panel: Axes, law: Distribution, base: float) -> None:
    """The right margin: the median and the chance of being behind."""
    median = labels.signed(POINTS * float(law.quantile(0.5)))
    chance = labels.chance(law.prob_below_zero, law.prob_below_zero_stderr, law.n)
    style.margin_note(panel, median, base, (COLUMNS[0], 3), ha="right", color=style.MUTED)
    style.margin_note(panel, chance, base, (COLUMNS[1], 3), ha="right", fontsize=9, fontweight="bold")


def _caption(laws: Sequence[Distribution], axis: Axis) -> str:
    bend = f"Axis: asinh, about linear within ±{labels.number(axis.width)}, logarithmic beyond"
    if laws[0].n < FEW_PATHS:
        few = "One path" if laws[0].n == 1 else f"Only {laws[0].n} paths"
        return f"{few}, too few for bands and errors: each is drawn as a line. {bend}."
    smoothing = 100 * max(bandwidth(law, axis) for law in laws) / axis.length
    how = (
        f"{bend}; it ends a little past the 0.5% and 99.5% quantiles of the widest ridge. Height: share of paths per "
        f"unit of the axis as drawn, smoothed by Gaussian kernels of at most {smoothing:.1f}% of the axis, each peak "
        "drawn equally high; the strip below repeats the bands."
    )
    chances = labels.at_most(POINTS * law.prob_below_zero_stderr for law in laws)
    spots = labels.at_most(error for law in laws for error in edges(law)[1])
    bars = labels.error_bars(any(errors_show(law, axis).any() for law in laws))
    return f"{how} Monte Carlo standard errors: chances {chances}; band edges and medians {spots}, {bars}."
