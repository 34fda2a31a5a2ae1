"""Do the simulated ridges hold what really happened? Realised divergence as dots on them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.history.replay import Replay
from simulator.history.windows import Hold
from simulator.output import labels, style
from simulator.output.density import POINTS
from simulator.output.ridges import COLUMNS, days_shown, draw_ridges
from simulator.result import Result

BAND = (0.045, 0.21)  # inches above the baseline, where dots are strewn
GOLDEN = 0.6180339887498949  # the fraction by which one dot is higher than the last: even, and the same each time
KEY = "\N{BLACK CIRCLE} a real hold;  (real figures)"
MOST_SOLID = 100  # dots; more are smaller and paler


def draw_windows(result: Result, replays: Sequence[Replay], holds: Sequence[Sequence[Hold]]) -> Figure:
    """The figure: simulated ridges, a panel a fund, and on each the real holds of that length that do not overlap."""
    funds = [told.fund for told in replays]
    index, days = result.spec.market.index, days_shown(result.spec.horizons)
    by_days = [{hold.days: hold for hold in row} for row in holds]
    with style.context():
        figure = draw_ridges(
            result,
            funds,
            title=f"Did {labels.names(funds)} stray from {labels.multiples(funds)} {index} as simulated?",
            note=_note(replays[0]),
        )
        for panel, row in zip(figure.axes, by_days, strict=True):
            for base, day in zip(panel.get_yticks(), days, strict=True):
                if day in row:
                    _strew(panel, row[day], float(base))
                    _numbers(panel, row[day], float(base))
        height = 1 - 0.46 / figure.get_figheight()
        figure.text(1 - style.MARGIN / figure.get_figwidth(), height, KEY, ha="right", va="top", fontsize=8)
    return figure


def _strew(panel: Axes, hold: Hold, base: float) -> None:
    """A dot a hold; those beyond the axis as triangles at its end."""
    low, high = panel.get_xlim()
    values = POINTS * hold.independent
    heights = base + BAND[0] + (BAND[1] - BAND[0]) * (np.arange(len(values)) * GOLDEN % 1)
    size, solid = (5, 0.9) if len(values) <= MOST_SOLID else (2.5, 0.5)
    inside = (values >= low) & (values <= high)
    look: dict[str, Any] = {"color": style.INK, "lw": 0, "zorder": 3.6, "clip_on": False}
    panel.scatter(values[inside], heights[inside], s=size, alpha=solid, **look)
    for outside, marker, edge in ((values < low, "<", low), (values > high, ">", high)):
        panel.scatter(np.full(outside.sum(), edge), heights[outside], s=12, marker=marker, **look)


def _numbers(panel: Axes, hold: Hold, base: float) -> None:
    """The right margin, under the simulated figures: the real median and share behind."""
    cells = (labels.signed(POINTS * hold.quantiles[0.5].estimate), f"{100 * hold.behind.estimate:.0f}%")
    for text, right in zip(cells, COLUMNS, strict=True):
        style.margin_note(panel, f"({text})", base, (right + 3, -7), ha="right", fontsize=7.5)


def _note(told: Replay) -> str:
    first, last = told.pair.dates[[0, -1]]
    return (
        f"Dots: real holds from {first} to {last} that do not overlap, the first from the first close on; their height "
        "has no meaning; triangles lie beyond the axis. In brackets: median and share behind of every real hold, which "
        "overlap. The simulation has one start, the real holds began in calm and in crisis."
    )
