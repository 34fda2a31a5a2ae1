"""What came after triggers against all days: a panel an instrument, a row a trigger, a bar a hold."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.history.trigger_figures import Cell, Study
from simulator.output import labels, style
from simulator.output.text import listed

POINTS = 100.0
PANEL_WIDTH, ROW, GAP = 2.35, 0.46, 0.25  # inches
SPREAD = 0.66  # of a row, taken by its holds
LETTERS_PER_INCH = 12.5
MOST_HOLDS = 5
LIGHTEST = 0.45  # share of the hue of the shortest hold
LOOKS = ((style.WHITE, 3.6), (style.INK, 3.6), (style.INK, 6.5))  # face and size of marks by how far it is resolved


def draw_triggers(study: Study) -> Figure:
    """The figure: differences of mean returns with their intervals."""
    instruments, names = study.closes.instruments, [trigger.name for trigger in study.triggers]
    holds = study.holds[:MOST_HOLDS]
    with style.context():
        sheet = style.sheet(
            "After these triggers, do returns differ from those of all days?",
            _caption(study, len(holds)),
            panels=len(instruments),
            panel=(PANEL_WIDTH, ROW * len(names)),
            gaps=(GAP, 0),
            left=0.4 + max(map(len, names)) / LETTERS_PER_INCH,
            right=0.3,
        )
        tints = [style.tint(style.COOL[0], share) for share in np.linspace(LIGHTEST, 1, len(holds))]
        for panel, instrument in zip(sheet.panels, instruments, strict=True):
            cells = {(cell.trigger, cell.days): cell for cell in study.cells if cell.instrument == instrument}
            _draw(panel, [[cells[name, days] for days in holds] for name in names], tints)
            panel.set_title(_name(study, instrument), pad=6)
            panel.set_xlabel("difference of means (points)")
            panel.set_yticks(range(len(names)), names if panel in sheet.first_column else [])
        bars = [Line2D([], [], color=tint, lw=2.2) for tint in tints]
        marks = [Line2D([], [], color=style.INK, marker="o", ms=size, mfc=face, ls="none") for face, size in LOOKS]
        words = [*(labels.day_count(days) for days in holds), "not resolved", "resolved alone", "with all together"]
        style.key(sheet.figure, [*bars, *marks], words)
    return sheet.figure


def _draw(panel: Axes, rows: list[list[Cell]], tints: list[tuple[float, float, float]]) -> None:
    panel.axvline(0, color=style.INK, lw=0.8)
    panel.grid(axis="x")
    panel.set_ylim(len(rows) - 0.5, -0.5)
    panel.tick_params(axis="y", length=0)
    panel.spines["left"].set_visible(False)
    for i, row in enumerate(rows):
        if i % 2:
            panel.axhspan(i - 0.5, i + 0.5, color="#f4f4f4", zorder=0)
        for cell, place, tint in zip(row, np.linspace(-0.5, 0.5, len(row)) * SPREAD, tints, strict=True):
            found = cell.mean.difference
            if np.isnan(found.low):
                continue
            panel.plot([POINTS * found.low, POINTS * found.high], [i + place] * 2, color=tint, lw=2.2, zorder=2)
            face, size = LOOKS[cell.resolved + cell.together]
            panel.plot(POINTS * found.estimate, i + place, "o", ms=size, mfc=face, mec=style.INK, mew=0.8, zorder=3)


def _name(study: Study, instrument: str) -> str:
    closes = study.closes
    if instrument == closes.instruments[-1]:
        return f"{closes.index_name} less {closes.second_name}"
    fund = next(fund for fund in closes.funds if fund.ticker == instrument)
    return f"{fund.ticker} ({labels.multiple(fund.leverage)})"


def _caption(study: Study, shown: int) -> list[str]:
    left_out = "" if shown == len(study.holds) else f" Of {len(study.holds)} holds the {shown} shortest are drawn."
    files = listed([prices.source for prices in study.closes.sources])
    alone, together = (sum(getattr(cell, how) for cell in study.cells) for how in ("resolved", "together"))
    return [
        f"{files}; entries from {study.dates[0]} to the holds that end by {study.dates[-1]}, at the close that decides "
        f"the trigger. Bars: 95% intervals by {study.draws:,} resamples of the days in blocks of {study.block} on "
        f"average. Of {study.comparisons} comparisons {alone} are resolved alone, about {study.by_luck} would be if no "
        f"trigger meant anything; with all looked at together {together} are.{left_out} No bar: too few holds that do "
        "not overlap. Each panel has its own scale. Not advice."
    ]
