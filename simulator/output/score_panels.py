"""The panels below the track record: where in the forecasts outcomes fell, and how the models compare."""

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from simulator.history.coverage import PIT_BINS, pit_shares
from simulator.history.forecasters import BASELINES
from simulator.history.forecasts import QUANTITIES
from simulator.history.verdict import Cell, Verdict
from simulator.output import labels, style

POINTS = 100.0
HEIGHT = 2.0  # inches, of both
TABLE_SIZE, ROW = 7.5, 0.165  # points, inches a row
PADDING = 0.07  # inches
FIRST_COLUMN = 0.2  # of the table's width


def draw_pit(panel: Axes, pit: np.ndarray, band: np.ndarray) -> None:
    """Share of outcomes in each tenth of the forecasts, and where a perfect forecaster's bars stay."""
    edges = np.arange(PIT_BINS + 1) / PIT_BINS
    panel.bar(
        edges[:-1],
        POINTS * pit_shares(pit),
        width=1 / PIT_BINS,
        align="edge",
        color=style.tint(style.COOL[0], 0.55),
        edgecolor=style.WHITE,
        lw=0.8,
        zorder=2,
    )
    for bound in POINTS * band:
        panel.step(edges, np.append(bound, bound[-1]), where="post", color=style.INK, lw=0.9, ls=style.DASHED, zorder=3)
    panel.axhline(POINTS / PIT_BINS, color=style.INK, lw=0.6, zorder=2.5)
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1.15 * POINTS * max(pit_shares(pit).max(), band.max()))
    panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    panel.text(
        0.5, 0.985, "dashed: range of a perfect forecaster, 95 of 100", transform=panel.transAxes,
        ha="center", va="top", fontsize=6.5, color=style.MUTED,
    )  # fmt: skip
    panel.set_xticks([0, 0.5, 1], ["lowest\npath", "median", "highest\npath"])
    panel.set_ylabel("outcomes (%)")
    panel.set_title("Where in the forecast did they fall?", fontsize=8.5, pad=5)


def draw_skill(panel: Axes, verdict: Verdict, days: int) -> None:
    """Skill of every model over each baseline for this fund and holding period, with its interval."""
    fund = verdict.score.record.funds[0].ticker
    panel.set_axis_off()
    panel.set_xlim(0, 1)
    panel.set_ylim(HEIGHT, 0)
    panel.set_title(f"Skill of each model (%), {fund}, {days} days", fontsize=8.5, pad=5, x=0)
    rows = {(row.model, row.quantity): row for row in verdict.cells if (row.fund, row.horizon) == (fund, days)}
    names = [name for name in BASELINES if name in verdict.models]
    places = FIRST_COLUMN + (np.arange(len(names)) + 1) * (1 - FIRST_COLUMN) / len(names)
    shown = [model for model in verdict.models if model != BASELINES[0]]
    row = min(ROW, (HEIGHT - 2 * PADDING) / (len(QUANTITIES) * (1 + len(shown))))
    y = PADDING
    for quantity, title in zip(QUANTITIES, ("Return", "Divergence"), strict=True):
        look: dict[str, Any] = {"fontsize": TABLE_SIZE, "color": style.MUTED, "va": "center"}
        panel.text(0, y, title, **look)
        for place, name in zip(places, names, strict=True):
            panel.text(place, y, f"over {name}", ha="right", **look)
        panel.axhline(y + row / 2, color=style.GRID, lw=0.6)
        y += row
        for model in shown:
            weight = "bold" if model == verdict.lead else "normal"
            panel.text(0, y, model, fontsize=TABLE_SIZE, va="center", fontweight=weight)
            for place, cell in zip(places, _skill_texts(rows[model, quantity], names), strict=True):
                grey = style.MUTED if cell.endswith("~") else style.INK
                panel.text(place, y, cell.rstrip("~"), fontsize=TABLE_SIZE, va="center", ha="right", color=grey)
            y += row
        y += PADDING


def _skill_texts(cell: Cell, names: Sequence[str]) -> list[str]:
    texts = []
    for name in names:
        found = cell.skill.get(name)
        if found is None:
            texts.append("")
            continue
        numbers = [labels.number(POINTS * value, 1) for value in found]
        interval = "" if isnan(found.low) else f" [{numbers[1]}, {numbers[2]}]"
        texts.append(f"{numbers[0]}{interval}" + ("" if found.excludes(0.0) else "~"))
    return texts
