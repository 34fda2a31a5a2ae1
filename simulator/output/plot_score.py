"""The track record: what was forecast month by month, what came, and whether that was luck."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from simulator.history.coverage import LEVELS, inside
from simulator.history.rates import Rates
from simulator.history.verdict import Verdict
from simulator.output import labels, style
from simulator.output.heading import percent
from simulator.output.score_panels import HEIGHT, draw_pit, draw_skill
from simulator.result import QUANTILES

HORIZON = 42  # days, of the figure where the score has it
POINTS = 100.0
RECORD = (7.6, 2.9)  # inches
GAP, PIT_WIDTH = 0.85, 2.7
HIT, MISS = "#1c1c1c", "#c2330a"
TICKS = (-100, -80, -60, -40, -20, 0, 25, 50, 100, 200, 400, 800, 1600)  # percent
HALF_MONTH = 16  # days


def track_record(verdict: Verdict) -> Figure:
    """The lead model's forecasts of the first fund's return, outcomes, PIT histogram and skill of every model."""
    score, model = verdict.score, verdict.lead
    days = HORIZON if HORIZON in score.horizons else score.horizons[len(score.horizons) // 2]
    fund, h = score.record.funds[0], score.horizons.index(days)
    with style.context():
        sheet = style.sheet(
            f"Did {fund.ticker} end where the forecasts said it might?",
            [_caption(verdict, days)],
            panels=1,
            panel=RECORD,
            gaps=(0, 0),
            left=0.85,
            right=0.3,
            bottom=0.5 + HEIGHT + GAP,
        )
        record = sheet.panels[0]
        pit = score.forecasts[model].pit[:, 0, h, 0]
        _draw_record(record, verdict, h, days)
        _key(sheet.figure, pit)
        x, y, width, height = record.get_position().bounds
        wide, tall = width / RECORD[0], height / RECORD[1]
        bottom = y - (HEIGHT + GAP) * tall
        histogram = sheet.figure.add_axes((x, bottom, PIT_WIDTH * wide, HEIGHT * tall))
        draw_pit(histogram, pit, verdict.luck[days].pit)
        left = x + (PIT_WIDTH + 0.35) * wide
        table = sheet.figure.add_axes((left, bottom, x + width - left, HEIGHT * tall))
        draw_skill(table, verdict, days)
    return sheet.figure


def _draw_record(panel: Axes, verdict: Verdict, h: int, days: int) -> None:
    """Bands at each entry and the outcomes over them, the misses marked."""
    score = verdict.score
    forecasts = score.forecasts[verdict.lead]
    entries = date2num(score.entry_days)
    quantiles = POINTS * forecasts.quantiles[:, 0, h, 0]
    outcomes, pit = POINTS * score.outcomes[:, 0, h, 0], forecasts.pit[:, 0, h, 0]
    at = {p: np.append(quantiles[:, k], quantiles[-1, k]) for k, p in enumerate(QUANTILES)}
    middles = (entries[1:] + entries[:-1]) / 2
    edges = np.concatenate([[entries[0] - HALF_MONTH], middles, [entries[-1] + HALF_MONTH]])
    for (_, low, high), colour in zip(style.BANDS, _band_colours(), strict=True):
        panel.fill_between(edges, at[low], at[high], color=colour, lw=0, step="post", zorder=1)
    panel.step(edges, at[0.5], where="post", color=style.WHITE, lw=0.9, zorder=2)
    for chosen, look in zip(_hits_and_misses(pit), _looks(), strict=True):
        panel.plot(entries[chosen], outcomes[chosen], linestyle="none", zorder=3, **look)
    panel.axhline(0, color=style.MUTED, lw=0.6, ls=(0, (1, 2)), zorder=2.5)
    _set_axes(panel, entries, (min(at[0.01].min(), np.nanmin(outcomes)), max(at[0.99].max(), np.nanmax(outcomes))))
    fund = score.record.funds[0].ticker
    panel.set_ylabel(f"{fund} return over the next\n{labels.day_count(days)} (%, gains in logs)")
    panel.set_xlabel("day of entry")


def _band_colours() -> list[tuple[float, float, float]]:
    return [style.tint(style.COOL[0], 0.8 * strength) for strength in style.TINTS]


def _hits_and_misses(pit: np.ndarray) -> list[np.ndarray]:
    """Outcomes inside the 90 % interval, outside it but inside the 98 % one, outside both."""
    narrow, wide = inside(pit, 0.9), inside(pit, 0.98)
    return [narrow == 1, (narrow == 0) & (wide == 1), wide == 0]


def _looks() -> list[dict[str, Any]]:
    return [
        {"color": HIT, "marker": ".", "markersize": 3.8, "markeredgewidth": 0},
        {"color": MISS, "marker": "o", "markersize": 3.8, "markerfacecolor": style.WHITE, "markeredgewidth": 1.0},
        {"color": MISS, "marker": "D", "markersize": 4.6, "markeredgecolor": style.WHITE, "markeredgewidth": 0.5},
    ]


def _place(percent_return):
    """Height of a return on the axis: losses linear, gains as log growth; both have slope 1 at 0."""
    share = np.asarray(percent_return) / POINTS
    return np.where(share < 0, share, np.log1p(np.maximum(share, 0)))


def _value(place):
    """The return at a height, the inverse of `_place`."""
    place = np.asarray(place)
    return POINTS * np.where(place < 0, place, np.expm1(np.maximum(place, 0)))


def _set_axes(panel: Axes, entries: np.ndarray, ends: tuple[float, float]) -> None:
    panel.set_yscale("function", functions=(_place, _value))
    low, high = _place(ends)
    room = 0.04 * (high - low)
    panel.set_ylim(*_value([low - room, high + room]))
    panel.yaxis.set_major_locator(FixedLocator([tick for tick in TICKS if ends[0] <= tick <= ends[1]] or [0]))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ("+" if y > 0 else "") + labels.number(y)))
    panel.grid(axis="y")
    panel.set_xlim(entries[0] - HALF_MONTH, entries[-1] + HALF_MONTH)
    locator = AutoDateLocator(minticks=6, maxticks=18)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _key(figure: Figure, pit: np.ndarray) -> None:
    known = int((~np.isnan(pit)).sum())
    hits, near, far = (int(chosen.sum()) for chosen in _hits_and_misses(pit))
    bands = [Patch(color=colour) for colour in _band_colours()[::-1]]
    marks = [Line2D([], [], linestyle="none", **look) for look in _looks()]
    figure.legend(
        handles=[*bands, *marks],
        labels=[
            *(f"{100 * share:.0f}% of paths" for share, _, _ in style.BANDS[::-1]),
            f"what came, inside 90%: {hits} of {known}",
            f"outside: {near}",
            f"outside 98%: {far}",
        ],
        loc="upper left",
        bbox_to_anchor=(style.MARGIN / figure.get_figwidth(), 1 - 0.5 / figure.get_figheight()),
        ncols=6,
        frameon=False,
        fontsize=8,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.4,
        handleheight=0.9,
        columnspacing=1.1,
        handletextpad=0.5,
    )


def _caption(verdict: Verdict, days: int) -> str:
    score = verdict.score
    record, run = score.record, score.template
    rate = record.rates.source if isinstance(record.rates, Rates) else percent(record.rates, 2)
    least, most = POINTS * verdict.luck[days].coverage[:, LEVELS.index(0.9)]
    return (
        f"Model {verdict.lead} ({score.models[verdict.lead]}), fitted each January on earlier days of "
        f"{record.index.source}, started from what was known at each entry, the close before a month's first trading "
        f"day; drift {percent(score.drift, 2)}, rate {rate}, cost {percent(run.funds[0].expense_ratio, 2)} a year, "
        f"{run.paths:,} paths an entry; white line: median. "
        f"Neighbouring holds of {days} days overlap, so dots come in runs: the dashed "
        f"band holds a perfect forecaster's bars in 95 of 100 such histories (its 90% intervals then cover "
        f"{least:.0f} to {most:.0f}%). Skill: 1 minus the ratio of "
        "summed fair CRPS, with 95% intervals by a stationary bootstrap of entries (blocks of 12 months); grey where "
        "they include 0: not resolved."
    )
