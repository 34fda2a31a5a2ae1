"""The grid of far moves: days a year by the impact of the flow and by the size of the funds."""

from math import isfinite, log

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from simulator.distribution import Estimate
from simulator.errors import LetfError
from simulator.output import labels, style
from simulator.output.diverging import DARK, LUMA
from simulator.output.flow_report import dollars
from simulator.output.heading import percent
from simulator.output.rare_report import with_error
from simulator.risk.flow_figures import FlowGrid

CELL, LEAST = (0.86, 0.34), (3.44, 1.7)  # inches (width, height), of a cell and of a panel
SIZE = 7.2  # points
PALEST, DEEPEST = 0.04, 0.95  # share of the hue
NARROWEST = log(2)  # range of log days that the hue goes over; less than a doubling is a shade
NO_CLOSE = "#e4e4e4"
DOLLAR = r"\$"  # two plain ones would set what is between them as mathematics
EDGE = 1.8  # points, of cells where far moves are common


def draw_flow(found: FlowGrid) -> Figure:
    """The figure: a panel a fund, impacts by multiples of the assets.

    Raises
    ------
    LetfError
        If there are more funds than panels.
    """
    funds = found.spec.funds
    if len(funds) > style.MAX_FUNDS:
        raise LetfError(f"at most {style.MAX_FUNDS} funds fit a figure, got {len(funds)}; name some with --fund")
    lines, columns = found.gains.shape
    with style.context():
        sheet = style.sheet(
            f"When do moves of {labels.names(funds)} beyond {percent(found.beyond)} a day become common?",
            [_caption(found), labels.run_text(found.spec, funds)],
            panels=len(funds),
            panel=(max(CELL[0] * columns, LEAST[0]), max(CELL[1] * lines, LEAST[1])),
            gaps=(0.95, 0.85),
            left=0.85,
            right=0.3,
            columns=min(len(funds), 2),
        )
        for k, panel in enumerate(sheet.panels):
            _draw(panel, found, k)
        style.key(
            sheet.figure,
            [Patch(facecolor=style.WHITE, edgecolor=style.INK, lw=EDGE), Patch(facecolor=NO_CLOSE, hatch="////")],
            [f"more than {found.common:g} days a year", "no close: each push would call for a larger one"],
        )
    return sheet.figure


def _draw(panel: Axes, found: FlowGrid, k: int) -> None:
    fund, days = found.spec.funds[k], found.days[:, :, k]
    known = found.days[np.isfinite(found.days) & (found.days > 0)]
    least, most = (float(known.min()), float(known.max())) if len(known) else (1.0, 1.0)
    hue = (style.COOL if fund.leverage > 0 else style.WARM)[0]
    for (i, j), value in np.ndenumerate(days):
        corner = (j - 0.5, i - 0.5)
        if not isfinite(value):
            box = Rectangle(corner, 1, 1, lw=0, zorder=1, facecolor=NO_CLOSE, edgecolor=style.WHITE, hatch="////")
            panel.add_patch(box)
            continue
        share = log(max(value, least) / least) / max(log(most / least), NARROWEST)
        ground = style.tint(hue, PALEST + (DEEPEST - PALEST) * share)
        panel.add_patch(Rectangle(corner, 1, 1, facecolor=ground, edgecolor=style.WHITE, lw=0.6, zorder=1))
        if value > found.common:
            inner = (j - 0.46, i - 0.44)
            panel.add_patch(Rectangle(inner, 0.92, 0.88, fill=False, edgecolor=style.INK, lw=EDGE, zorder=3))
        told = with_error(Estimate(float(value), float(found.stderr[i, j, k])), unit=1.0)
        ink = style.WHITE if np.dot(LUMA, ground) < DARK else style.INK
        panel.text(j, i, told, fontsize=SIZE, color=ink, ha="center", va="center", zorder=4)
    panel.set_xlim(-0.5, len(found.multiples) - 0.5)
    panel.set_ylim(-0.5, len(found.impacts) - 0.5)
    panel.set_xticks(range(len(found.multiples)), [f"x{multiple:g}" for multiple in found.multiples])
    panel.set_yticks(range(len(found.impacts)), [percent(impact, 3) for impact in found.impacts])
    panel.tick_params(length=0)
    for side in panel.spines.values():
        side.set_visible(False)
    panel.set_title(f"{fund.ticker}, {labels.multiple(fund.leverage)}: days a year", pad=6)
    panel.set_xlabel("multiple of the assets")
    panel.set_ylabel(f"move of the close by {DOLLAR}1B" if k % 2 == 0 else "")


def _caption(found: FlowGrid) -> str:
    funds = ", ".join(f"{one.fund.ticker} {DOLLAR}{dollars(one.dollars)[1:]}" for one in found.feedback.assets)
    dated = sorted({one.date for one in found.feedback.assets if one.date})
    since = f" ({', '.join(dated)})" if dated else ""
    reverts = f"{percent(found.feedback.reverts)} of a push comes back the next day"
    back = reverts if found.feedback.reverts else "no push comes back"
    return (
        f"Days a year on which the fund moves beyond {percent(found.beyond)}, up or down, ± one Monte Carlo standard "
        f"error, rounded up. Assets at x1: {funds}{since}; {back}."
        " Impact is assumed linear and the same on all days; the bottom line is the market without it. Not advice."
    )
