"""Which structure takes the view best: the law of each on one scale, its chance of loss, what it earns for its risk."""

from collections.abc import Callable
from math import isnan
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from simulator.distribution import Estimate
from simulator.output import labels, style
from simulator.output.compare_heading import costs_text, exits_text, options_text
from simulator.output.heading import limit, market_line, run_line, start_line
from simulator.risk.compare_figures import SHARES, Compared, StructureLaw

POINTS = 100.0
WIDTHS, GAP, ROW = (3.9, 1.45, 1.45), 0.3, 0.3  # inches: of the panels, between them, and of a structure
BANDS = ((0, -1), (1, -2), (2, -3))  # of SHARES: the lower and upper quantile of each band, the widest first
MEDIAN = SHARES.index(0.5)
BAR = 0.62  # of a row
NEAR = 10.0  # percent; profits up to it are drawn to scale, larger ones ever closer
TICKS = (-500, -200, -100, -50, -20, -10, 0, 10, 20, 50, 100, 200, 500)
ROOM = 1.12  # of the furthest thing drawn
SURE = NormalDist().inv_cdf(0.975)


def draw_compared(compared: Compared) -> Figure:
    """The figure: a row a structure, the greatest mean over cash for its expected shortfall above."""
    laws = sorted(compared.laws, key=lambda law: _last_if_unknown(law.starr.mean))
    colour = style.COOL[0]
    with style.context():
        sheet = style.sheet(
            f"Which of these takes the view best, held {labels.day_count(compared.spec.hold)}?",
            _caption(compared),
            panels=3,
            panel=(sum(WIDTHS) / 3, ROW * len(laws)),
            gaps=(GAP, 0),
            left=1.65,
            right=0.35,
            bottom=0.6,
        )
        _set_widths(sheet.figure, sheet.panels)
        profit, loss, worth = sheet.panels
        _draw_laws(profit, laws, colour)
        _draw_dots(loss, laws, lambda law: law.prob_loss, _resolved(compared, "prob_loss"))
        worth.axvline(0, color=style.INK, lw=0.8, zorder=1)
        _draw_dots(worth, laws, lambda law: law.starr, _resolved(compared, "starr"))
        for panel, title, label in (
            (profit, "Profit", "% of the money at risk"),
            (loss, "Chance of loss", "% of the paths"),
            (worth, "Mean over cash / ES", "cents a dollar"),
        ):
            panel.set_title(title, pad=6)
            panel.set_xlabel(label)
            panel.grid(axis="x")
            panel.set_ylim(len(laws) - 0.5, -0.5)
            panel.set_yticks(range(len(laws)), [law.name for law in laws] if panel is profit else [""] * len(laws))
            panel.tick_params(axis="y", length=0)
        for tick in profit.get_yticklabels():
            tick.set_fontweight("bold" if tick.get_text() == compared.base else "normal")
        _key(sheet.figure, colour, compared.base)
    return sheet.figure


def _last_if_unknown(ratio: float) -> float:
    return np.inf if isnan(ratio) else -ratio


def _set_widths(figure: Figure, panels: list[Axes]) -> None:
    """Give the panels, which stand side by side, widths of their own."""
    x, whole = panels[0].get_position().x0, figure.get_figwidth()
    for panel, width in zip(panels, WIDTHS, strict=True):
        box = panel.get_position()
        panel.set_position((x, box.y0, width / whole, box.height))
        x += (width + GAP) / whole


def _draw_laws(panel: Axes, laws: list[StructureLaw], colour: str) -> None:
    """Bands of quantiles, a white tick at the median, a mark at the mean."""
    panel.set_xscale("asinh", linear_width=NEAR)
    for row, law in enumerate(laws):
        ends = [POINTS * quantile.mean for quantile in law.quantiles]
        for (low, high), share in zip(BANDS, style.TINTS, strict=True):
            panel.barh(row, ends[high] - ends[low], BAR, ends[low], color=style.tint(colour, share), lw=0, zorder=2)
        panel.plot([ends[MEDIAN]] * 2, [row - BAR / 2, row + BAR / 2], color=style.WHITE, lw=1.4, zorder=3)
        panel.plot(POINTS * law.mean.mean, row, "D", ms=4, mfc=style.WHITE, mec=style.INK, mew=0.9, zorder=4)
    panel.axvline(0, color=style.INK, lw=0.8, zorder=2.5)
    low, high = (ROOM * end for end in panel.dataLim.intervalx)
    panel.set_xlim(low, high)
    panel.xaxis.set_major_locator(FixedLocator([tick for tick in TICKS if low <= tick <= high]))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: labels.number(tick)))


def _draw_dots(
    panel: Axes, laws: list[StructureLaw], figure: Callable[[StructureLaw], Estimate], resolved: Callable[[str], bool]
) -> None:
    """A dot a row with its 95 % interval, hollow where it does not differ from the base's for sure."""
    for row, law in enumerate(laws):
        found = figure(law)
        if isnan(found.mean):
            continue
        error = 0.0 if isnan(found.stderr) else SURE * POINTS * found.stderr
        fill = style.INK if resolved(law.name) else style.WHITE
        panel.errorbar(
            POINTS * found.mean, row, xerr=error, fmt="o", ms=4.5, color=style.INK, mfc=fill, mew=0.9, lw=1, capsize=2
        )
    panel.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: labels.number(tick)))


def _resolved(compared: Compared, name: str) -> Callable[[str], bool]:
    """Whether a structure's figure differs from the base's, told by the structure's name; the base is itself."""
    known = {one.name: compared.is_resolved(getattr(one, name)) for one in compared.differences}
    return lambda structure: known.get(structure, True)


def _key(figure: Figure, colour: str, base: str) -> None:
    bands = [Patch(color=style.tint(colour, share)) for share in style.TINTS]
    median = Line2D([], [], color=style.WHITE, marker="|", markersize=7, markeredgewidth=1.4, linestyle="none")
    mean = Line2D([], [], marker="D", ms=4, mfc=style.WHITE, mec=style.INK, mew=0.9, ls="none")
    dots = [Line2D([], [], marker="o", ms=4.5, mfc=fill, mec=style.INK, ls="none") for fill in (style.INK, style.WHITE)]
    shares = [f"{POINTS * (SHARES[high] - SHARES[low]):.0f}%" for low, high in BANDS]
    handles = [*bands[::-1], (bands[-1], median), mean, *dots]
    names = [*shares[::-1], "median", "mean", f"differs from {base}", "not resolved"]
    style.key(figure, handles, names)


def _caption(compared: Compared) -> list[str]:
    spec = compared.spec
    read = (
        "Bands: middle share of the paths; profits beyond ±10% are drawn closer and closer. ES: mean loss in the worst "
        "5%. Mean over cash / ES (STARR) orders the rows: both are measured against cash, so that money left as cash "
        "beside changes nothing. Intervals: 1.96 Monte Carlo standard errors. Not resolved: the difference from "
        f"{compared.base} on the same paths is within {compared.resolved_errors:.1f} of its own errors. Not advice."
    )
    exits = exits_text(spec)
    terms = [text for text in (costs_text(spec), options_text(spec), f"sold at: {exits}" if exits else "") if text]
    run = f"Market {market_line(spec.market)}. Start {start_line(spec.market)}. {run_line(spec).capitalize()}. "
    return [
        read,
        ". ".join(text[0].upper() + text[1:] for text in terms) + "." if terms else "",
        run + limit(spec.market),
    ]
