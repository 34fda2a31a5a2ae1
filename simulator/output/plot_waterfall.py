"""Why not 3x? From L times the index's return to the fund's, part by part."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.history.rates import Rates
from simulator.history.replay import Attribution, Replay
from simulator.output import labels, style
from simulator.output.heading import percent

PANEL = (4.4, 3.3)  # inches
MOST_DAYS = 400  # returns; of longer spans the last full calendar year is drawn, for parts compound beyond all reading
NAMES = ("com-\npounding", "volatility\ndrag", "financing", "swap", "fee", "tracking")
BAR = 0.62
TOTAL_COLOUR = "#555555"
DARK, LIGHT = 0.85, 0.4  # share of the fund's colour in parts that take away and that add
ROOM = 0.12  # of the scale, above and below the bars for the numbers


def span(told: Replay) -> tuple[slice | np.ndarray, str]:
    """The returns that are drawn, and what they are called: the whole span, or of a long one the last full year."""
    full = [year for year in told.years() if told.is_full(year)]
    dates = told.pair.dates
    if len(dates) - 1 > MOST_DAYS and full:
        return told.years()[full[-1]], f"in {full[-1]}"
    return slice(None), f"from {dates[0]} to {dates[-1]}"


def draw_waterfall(replays: Sequence[Replay]) -> Figure:
    """The figure: a panel a fund, both on one scale."""
    funds = [told.fund for told in replays]
    days, when = span(replays[0])
    parts = [told.attribution(span(told)[0]) for told in replays]
    with style.context():
        sheet = style.sheet(
            f"Why not {labels.multiples(funds)}? {labels.names(funds)} {when}",
            [_caption(replays[0], days)],
            panels=len(replays),
            panel=PANEL,
            gaps=(0.5, 0.95),
            left=0.75,
            right=0.3,
            bottom=0.6,
            key=False,
        )
        low, high = _scale(parts)
        for told, part, panel in zip(replays, parts, sheet.panels, strict=True):
            panel.set_ylim(low, high)
            _draw(panel, told, part, style.hue_among(funds, told.fund))
            panel.tick_params(axis="y", labelleft=panel in sheet.first_column)
        for panel in sheet.first_column:
            panel.set_ylabel("return (%)")
    return sheet.figure


def steps(parts: Attribution) -> tuple[np.ndarray, np.ndarray]:
    """Where each bar begins and ends, in percent, (8,) each: L times the index, the six parts, the fund."""
    changes = [parts.multiple, *(getattr(parts, name) for name in Attribution.PARTS)]
    ends = 100 * np.cumsum(changes)
    starts = np.concatenate([[0.0], ends[:-1], [0.0]])
    return starts, np.append(ends, 100 * parts.fund_return)


def _scale(parts: Sequence[Attribution]) -> tuple[float, float]:
    ends = np.concatenate([np.concatenate(steps(part)) for part in parts])
    low, high = min(float(ends.min()), 0.0), max(float(ends.max()), 0.0)
    room = ROOM * (high - low) or 1.0
    return low - (room if low < 0 else 0), high + room


def _draw(panel: Axes, told: Replay, parts: Attribution, colour: str) -> None:
    starts, ends = steps(parts)
    places = np.arange(len(starts))
    names = [f"{labels.multiple(told.fund.leverage)}\n{told.fund.index}", *NAMES, told.fund.ticker]
    fills: list[Any] = [
        style.tint(colour, DARK if end < start else LIGHT) for start, end in zip(starts, ends, strict=True)
    ]
    fills[0] = fills[-1] = TOTAL_COLOUR
    panel.bar(places, ends - starts, BAR, starts, color=fills, zorder=2)
    for i, level in enumerate(ends[:-1].tolist()):
        panel.hlines(level, i - BAR / 2, i + 1 + BAR / 2, color=style.MUTED, lw=0.6, zorder=3)
    for i, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        up = end >= start
        text = labels.signed(end - start)
        style.note(panel, text, (i, max(start, end) if up else min(start, end)), (0, 2 if up else -2),
                   ha="center", va="bottom" if up else "top", fontsize=7.5)  # fmt: skip
    panel.axhline(0, color=style.INK, lw=0.8, zorder=4)
    panel.set_xticks(places, names, fontsize=7)
    panel.tick_params(axis="x", length=0)
    panel.set_xlim(-0.6, len(places) - 0.4)
    panel.grid(axis="y")
    panel.set_title(f"{told.fund.ticker}, {labels.multiple(told.fund.leverage)} {told.fund.index} daily", pad=5)


def _caption(told: Replay, days) -> str:
    rate = told.rate[days]
    source = told.rates.source if isinstance(told.rates, Rates) else "one for all days"
    mean = percent(float(rate.mean()), 2)
    return (
        f"{len(rate):,} trading days; percentage points, which add up exactly. Compounding: the index's growth to the "
        "power L less L times its return. Volatility drag: what daily resets of L lose against that power. Financing: "
        f"(1 \N{MINUS SIGN} L) times the short rate ({source}, {mean} a year in the mean): a bull fund pays it, a bear "
        "fund earns it. Swap and fee: the costs charged. Tracking: what the real fund did besides. Dark bars take "
        "away, light ones add."
    )
