"""The track record: what was forecast month by month, what came, and whether that was luck."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from simulator.history.coverage import PIT_BINS, pit_shares
from simulator.history.forecasters import BASELINES
from simulator.history.forecasts import QUANTITIES
from simulator.history.rates import Rates
from simulator.history.verdict import Cell, Verdict
from simulator.output import labels, style
from simulator.output.heading import percent
from simulator.result import QUANTILES

HORIZON = 42  # days, of the figure where the score has it
POINTS = 100.0
RECORD, BELOW = (7.6, 2.9), 2.0  # inches: the record, and the height of what is below
GAP, PIT_WIDTH = 0.85, 2.7
HIT, MISS = "#1c1c1c", "#d1420a"
TABLE_SIZE, ROW = 7.5, 0.165  # points, inches a row


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
            left=0.75,
            right=0.3,
            bottom=0.45 + BELOW + GAP,
        )
        record = sheet.panels[0]
        pit = score.forecasts[model].pit[:, 0, h, 0]
        misses = _draw_record(record, verdict, h, days)
        _key(sheet.figure, misses, int((~np.isnan(pit)).sum()))
        x, y, width, height = record.get_position().bounds
        wide, tall = width / RECORD[0], height / RECORD[1]
        bottom = y - (BELOW + GAP) * tall
        histogram = sheet.figure.add_axes((x, bottom, PIT_WIDTH * wide, (BELOW - 0.25) * tall))
        _draw_pit(histogram, pit, verdict.luck[days].pit)
        left = x + (PIT_WIDTH + 0.35) * wide
        table = sheet.figure.add_axes((left, bottom, x + width - left, BELOW * tall))
        _draw_table(table, verdict, days)
    return sheet.figure


def _draw_record(panel: Axes, verdict: Verdict, h: int, days: int) -> int:
    """Bands at each entry and outcomes over them; the number of outcomes outside the 98 % band."""
    score = verdict.score
    entries = date2num(score.entry_days)
    quantiles = POINTS * score.forecasts[verdict.lead].quantiles[:, 0, h, 0]
    outcomes = POINTS * score.outcomes[:, 0, h, 0]
    at = {p: quantiles[:, k] for k, p in enumerate(QUANTILES)}
    colour = style.COOL[0]
    for (_, low, high), strength in zip(style.BANDS, style.TINTS, strict=True):
        shown = style.tint(colour, 0.8 * strength)
        panel.fill_between(entries, at[low], at[high], color=shown, lw=0, step="mid", zorder=1)
    panel.step(entries, at[0.5], where="mid", color=style.WHITE, lw=0.8, zorder=2)
    outside = (outcomes < at[0.01]) | (outcomes > at[0.99])
    inside = ~outside & ~np.isnan(outcomes)
    panel.plot(entries[inside], outcomes[inside], ".", color=HIT, markersize=3.4, zorder=3, markeredgewidth=0)
    panel.plot(
        entries[outside],
        outcomes[outside],
        "D",
        color=MISS,
        markersize=4.2,
        zorder=4,
        markeredgecolor="w",
        markeredgewidth=0.4,
    )
    panel.axhline(0, color=style.INK, lw=0.6, zorder=2.5)
    _set_axes(panel, entries, verdict, days)
    return int(outside.sum())


def _set_axes(panel: Axes, entries: np.ndarray, verdict: Verdict, days: int) -> None:
    fund = verdict.score.record.funds[0]
    panel.set_xlim(entries[0] - 16, entries[-1] + 16)
    locator = AutoDateLocator(minticks=6, maxticks=18)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    panel.yaxis.set_major_locator(MaxNLocator(8))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: ("+" if y > 0 else "") + labels.number(y)))
    panel.grid(axis="y")
    panel.set_ylabel(f"{fund.ticker} return over the next\n{labels.day_count(days)} of trading (%)")
    panel.set_xlabel("day of entry")


def _key(figure: Figure, misses: int, outcomes: int) -> None:
    greys = [Patch(color=style.tint(style.COOL[0], 0.8 * strength)) for strength in style.TINTS]
    marks: list[Patch | Line2D] = [
        Line2D([], [], color=HIT, marker=".", markersize=6, linestyle="none"),
        Line2D([], [], color=MISS, marker="D", markersize=4.5, linestyle="none"),
    ]
    words = [f"{100 * share:.0f}% forecast" for share, _, _ in style.BANDS[::-1]]
    words += ["what came", f"outside the 98%: {misses} of {outcomes}"]
    figure.legend(
        handles=[*greys[::-1], *marks],
        labels=words,
        loc="upper left",
        bbox_to_anchor=(style.MARGIN / figure.get_figwidth(), 1 - 0.5 / figure.get_figheight()),
        ncols=5,
        frameon=False,
        fontsize=8,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.6,
        handleheight=0.9,
        columnspacing=1.5,
    )


def _draw_pit(panel: Axes, pit: np.ndarray, band: np.ndarray) -> None:
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
    panel.set_ylim(0, None)
    panel.set_xticks([0, 0.5, 1], ["lowest\npath", "median", "highest\npath"])
    panel.set_ylabel("outcomes (%)")
    panel.set_title("Where in the forecast did they fall?", fontsize=8.5, pad=5)


def _draw_table(panel: Axes, verdict: Verdict, days: int) -> None:
    """Skill of every model over each baseline for this fund and holding period, with its interval."""
    fund = verdict.score.record.funds[0].ticker
    panel.set_axis_off()
    panel.set_xlim(0, 1)
    panel.set_ylim(BELOW, 0)
    panel.set_title(f"Skill over the baselines (%), {fund}, {days} days", fontsize=8.5, pad=-2, x=0)
    rows = {(row.model, row.quantity): row for row in verdict.cells if (row.fund, row.horizon) == (fund, days)}
    names = [name for name in BASELINES if name in verdict.models]
    places = 0.2 + (np.arange(len(names)) + 1) * 0.8 / len(names)
    y = 0.26
    for quantity, title in zip(QUANTITIES, ("Return", "Divergence"), strict=True):
        look: dict = {"fontsize": TABLE_SIZE, "color": style.MUTED, "va": "center"}
        panel.text(0, y, title, **look)
        for place, name in zip(places, names, strict=True):
            panel.text(place, y, f"over {name}", ha="right", **look)
        panel.axhline(y + ROW / 2, color=style.GRID, lw=0.6)
        y += ROW
        for model in verdict.models:
            if model == BASELINES[0]:
                continue
            weight = "bold" if model == verdict.lead else "normal"
            panel.text(0, y, model, fontsize=TABLE_SIZE, va="center", fontweight=weight)
            for place, cell in zip(places, _skill_texts(rows[model, quantity], names), strict=True):
                grey = style.MUTED if cell.endswith("~") else style.INK
                panel.text(place, y, cell.rstrip("~"), fontsize=TABLE_SIZE, va="center", ha="right", color=grey)
            y += ROW
        y += 0.06


def _skill_texts(cell: Cell, names: Sequence[str]) -> list[str]:
    texts = []
    for name in names:
        found = cell.skill.get(name)
        if found is None:
            texts.append("")
            continue
        numbers = [labels.number(POINTS * value, 1) for value in found]
        texts.append(f"{numbers[0]} [{numbers[1]}, {numbers[2]}]" + ("" if found.excludes(0.0) else "~"))
    return texts


def _caption(verdict: Verdict, days: int) -> str:
    score = verdict.score
    record, run = score.record, score.template
    rate = record.rates.source if isinstance(record.rates, Rates) else percent(record.rates, 2)
    luck = verdict.luck[days]
    return (
        f"Model {verdict.lead} ({score.models[verdict.lead]}), fitted each January on earlier days of "
        f"{record.index.source}, started from what was known at each entry, the close before a month's first trading "
        f"day; drift {percent(score.drift, 2)}, rate {rate}, cost {percent(run.funds[0].expense_ratio, 2)} a year, "
        f"{run.paths:,} paths an entry. Neighbouring holds of {days} days overlap, so dots come in runs: the dashed "
        f"band holds a perfect forecaster's bars in 95 of 100 such histories (its 90% intervals then cover "
        f"{POINTS * luck.coverage[0, 2]:.0f} to {POINTS * luck.coverage[1, 2]:.0f}%). Skill: 1 minus the ratio of "
        "summed fair CRPS, with 95% intervals by a stationary bootstrap of entries (blocks of 12 months); grey where "
        "they include 0: not resolved."
    )
