"""Did the fund grow as it should? Index, L times the index, replay and real fund."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, Locator, LogLocator, MaxNLocator, NullFormatter, NullLocator

from simulator.history.replay import Replay
from simulator.output import labels, style
from simulator.output.replay_report import rate_line

PANEL = (4.6, 3.2)  # inches
INDEX_COLOUR = "#555555"
LABEL_GAP = 0.055  # of a panel's height, between the numbers at the right
FEW, MANY = 6.0, 300.0  # highest over lowest value of an axis, where its ticks change


def draw_growth(replays: Sequence[Replay]) -> Figure:
    """The figure: a panel a fund, what 1 at the first close became, on a logarithmic axis."""
    funds = [told.fund for told in replays]
    with style.context():
        sheet = style.sheet(
            f"Did {labels.names(funds)} grow as {labels.multiples(funds)} daily {funds[0].index} should?",
            [_caption(replays)],
            panels=len(replays),
            panel=PANEL,
            gaps=(1.45, 0.7),
            left=0.75,
            right=1.45,
            key=False,
        )
        for told, panel in zip(replays, sheet.panels, strict=True):
            _draw(panel, told, style.hue_among(funds, told.fund))
        for panel in sheet.first_column:
            panel.set_ylabel("value of 1 at the first close (log axis)")
    return sheet.figure


def lines(told: Replay) -> dict[str, np.ndarray]:
    """Value of 1 at each close, (T + 1,), by what it was put in; L times the index is NaN from where it is lost."""
    index = told.pair.index.close / told.pair.index.close[0]
    multiple = 1 + told.fund.leverage * (index - 1)
    lost = np.maximum.accumulate(multiple <= 0)
    return {
        told.fund.index: index,
        f"{labels.multiple(told.fund.leverage)} its return": np.where(lost, np.nan, multiple),
        told.fund.ticker: told.pair.fund_prices.close / told.pair.fund_prices.close[0],
        "replay": np.concatenate([[1.0], np.cumprod(1 + told.replay_return)]),
    }


def _draw(panel: Axes, told: Replay, colour: str) -> None:
    days, values = date2num(told.pair.dates), lines(told)
    looks: tuple[dict[str, Any], ...] = (
        {"color": INDEX_COLOUR, "lw": 0.9},
        {"color": style.INK, "lw": 0.9, "ls": style.DASHED},
        {"color": style.tint(colour, 0.45), "lw": 2.6},
        {"color": style.shade(colour), "lw": 0.9},
    )
    drawn = {name: np.where(line > 0, line, np.nan) for name, line in values.items()}
    others = np.concatenate([line for name, line in drawn.items() if "return" not in name])
    low, high = np.nanmin(others), max(np.nanmax(line) for line in drawn.values())
    panel.set_yscale("log")
    panel.set_ylim(low / 1.2, high * 1.2)
    panel.set_xlim(days[0], days[-1])
    for (_, line), look in zip(drawn.items(), looks, strict=True):
        panel.plot(days, line, **look)
    panel.yaxis.set_major_locator(_locator(high / low))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_minor_formatter(NullFormatter())
    locator = AutoDateLocator(minticks=4, maxticks=9)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    panel.grid(axis="y")
    panel.set_title(f"{told.fund.ticker}, {labels.multiple(told.fund.leverage)} {told.fund.index}", pad=5)
    _end_labels(panel, drawn, [look["color"] for look in looks[:2]] + [style.shade(colour)] * 2)


def _locator(ratio: float) -> Locator:
    """Even ticks for growth that stays within one power of ten, else 1, 2 and 5 times these, or these alone."""
    if ratio < FEW:
        return MaxNLocator(6)
    return LogLocator(subs=(1, 2, 5) if ratio < MANY else (1,), numticks=8)


def _end_labels(panel: Axes, drawn: dict[str, np.ndarray], colours: list) -> None:
    """What each line is and what it came to, at the right."""
    low, high = np.log(panel.get_ylim())
    ends = [np.nan_to_num(np.log(line[-1]), nan=low) for line in drawn.values()]
    places = labels.spread(np.clip(ends, low, high).tolist(), LABEL_GAP * (high - low))
    for (name, line), place, colour in zip(drawn.items(), places, colours, strict=True):
        text = f"{name} \N{MULTIPLICATION SIGN}{_plain(line[-1])}" if np.isfinite(line[-1]) else f"{name}: lost"
        weight = "bold" if name not in ("replay",) and "return" not in name else "normal"
        look = {"va": "center", "fontsize": 8, "color": colour, "fontweight": weight}
        style.margin_note(panel, text, float(np.exp(place)), (5, 0), **look)


def _plain(value: float) -> str:
    """A positive number to three digits, without an exponent: 0.0000128."""
    decimals = max(2 - int(np.floor(np.log10(value))), 0)
    text = labels.number(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _caption(replays: Sequence[Replay]) -> str:
    first, last = replays[0].pair.dates[[0, -1]]
    costs = "; ".join(
        f"{told.fund.ticker} fee {100 * told.fund.expense_ratio:.2f}%, swap spread {100 * told.fund.swap_spread:.2f}%, "
        f"half-spread {100 * told.fund.swap_half_spread:.2f}% a year"
        for told in replays
    )
    return (
        f"Closes from {first} to {last}, distributions put back in. Replay (thin line on the fund's thick "
        "one): the fund's daily formula on the index's real days, max(0, 1 + L r + carry), one set of costs "
        f"throughout: {costs}. Short rate: {rate_line(replays[0])}. Dashed: L times the index's return since "
        "the first close, lost for good where it comes to \N{MINUS SIGN}100%."
    )
