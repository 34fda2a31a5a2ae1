"""A trade on a page: what it may bring, the key numbers and how sure they are, when it is sold, and at which drift."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from simulator.output import labels, plot_numbers, style
from simulator.output.density import POINTS, share_below
from simulator.output.drift_lines import kelly_cell
from simulator.output.heading import limit, percent, refit_drifts
from simulator.output.risk_cells import UNRESOLVED_TEXT, is_resolved
from simulator.output.risk_report import LIMITS, notes_of
from simulator.output.tail_marks import star
from simulator.output.trade_lines import money, move
from simulator.position import Exits
from simulator.risk.assess import Risk
from simulator.risk.error_bars import REFIT_RANGE
from simulator.risk.figures import RESOLVED_ERRORS
from simulator.risk.tails import tails

PANEL, GAPS = (4.3, 2.7), (2.55, 0.85)  # inches
STOP_COLOUR, TARGET_COLOUR = style.WARM[0], style.COOL[1]
SHOWN = (0.002, 0.99)  # of the law
BINS = 64
LABEL_GAP = 12  # percent of the paths that two lines of text take
ROOM = 1.35  # of the highest bar of the hold; what is sold at one price goes beyond


def draw_card(risk: Risk, amount: float | None = None) -> Figure:
    """The figure: the law of the return, the key numbers, the days of exits or the falls, and the drifts."""
    fund, exits = risk.fund, risk.position.exits
    colour = style.hue(risk.spec, fund)
    with style.context():
        sheet = style.sheet(
            _title(risk, amount),
            _caption(risk),
            panels=4,
            panel=PANEL,
            gaps=GAPS,
            left=0.75,
            right=1.2,
            bottom=0.75,
        )
        law, numbers, days, drifts = sheet.panels
        _draw_law(law, risk, colour)
        plot_numbers.draw_numbers(numbers, risk, colour, amount)
        if exits:
            _draw_days(days, exits)
        else:
            _draw_falls(days, risk, colour)
        _draw_drifts(drifts, risk, colour)
        _key(sheet.figure, risk, colour)
    return sheet.figure


def _title(risk: Risk, amount: float | None) -> str:
    fund = risk.fund
    what = fund.ticker if amount is None else f"{money(amount)} in {fund.ticker}"
    levels = " or ".join(f"{fund.index + ' ' if level.of_index else ''}{_move(level.move)}" for level in risk.levels)
    return f"What may {what} bring in {labels.day_count(risk.days)}{f', sold at {levels}' if levels else ''}?"


def _move(fraction: float) -> str:
    return move(fraction).replace("-", "\N{MINUS SIGN}")


def _draw_law(panel: Axes, risk: Risk, colour: str) -> None:
    """Bars: the hold; a line: as sold, whose spikes at the stop and the target go beyond the panel."""
    held, exits = risk.position.fund_return, risk.position.exits
    low, high = held.quantile(np.array(SHOWN)).tolist()
    if not high > low:
        low, high = low - 0.01, high + 0.01
    edges = np.linspace(low, high, BINS + 1)
    heights = POINTS * np.diff(share_below(held, edges))
    panel.stairs(heights, POINTS * edges, fill=True, color=style.tint(colour, 0.4), zorder=2)
    top = ROOM * heights.max()
    panel.set_ylim(0, top)
    panel.set_xlim(POINTS * low, POINTS * high)
    if exits:
        sold = POINTS * np.diff(share_below(exits.exit_return, edges))
        panel.stairs(np.minimum(sold, 2 * top), POINTS * edges, color=style.INK, lw=1.1, zorder=3)
        _name_spikes(panel, risk)
    panel.axvline(0, color=style.MUTED, lw=0.8, zorder=2.5)
    loss = POINTS * risk.figures["value_at_risk_95"].value
    panel.axvline(-loss, color=style.INK, lw=1, ls=style.DASHED, zorder=4)
    panel.set_xlabel(f"return of {risk.fund.ticker} (%)")
    panel.set_ylabel(f"paths in {POINTS * (edges[1] - edges[0]):.2g} points (%)")
    panel.set_title("What may it return?", pad=5)


def _name_spikes(panel: Axes, risk: Risk) -> None:
    """Stop and target of the fund itself, at which most of what reaches them is sold."""
    for level in risk.levels:
        if not level.of_index and panel.get_xlim()[0] < POINTS * level.move < panel.get_xlim()[1]:
            side = -1 if level.name == "stop" else 1
            place = (POINTS * level.move, panel.get_ylim()[1])
            look = {"ha": "right" if side < 0 else "left", "va": "top", "fontsize": 7.5}
            style.note(panel, level.name, place, (side * 7, 0), **look)


def _draw_days(panel: Axes, exits: Exits) -> None:
    """The share sold at the stop and at the target up to each day, and what is still held."""
    n = exits.exit_return.n
    stopped, reached = (POINTS * np.concatenate([[0], row.cumsum()]) / n for row in exits.days)
    days = np.arange(len(stopped))
    panel.fill_between(days, 0, stopped, color=style.tint(STOP_COLOUR, 0.75), lw=0, zorder=2)
    panel.fill_between(days, 100 - reached, 100, color=style.tint(TARGET_COLOUR, 0.75), lw=0, zorder=2)
    panel.set_xlim(0, days[-1])
    panel.set_ylim(0, 100)
    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set_xlabel("trading days since entry")
    panel.set_ylabel("paths (%)")
    panel.set_title("When is it sold?", pad=5)
    told = [
        (f"{text}\n{labels.chance(estimate.mean, estimate.stderr, n)}", place)
        for text, estimate, place in (
            ("stopped", exits.prob_stop, stopped[-1] / 2),
            ("still held", exits.prob_neither, (stopped[-1] + 100 - reached[-1]) / 2),
            ("at target", exits.prob_target, 100 - reached[-1] / 2),
        )
        if estimate.mean > 0
    ]
    places = labels.spread([place for _, place in told], LABEL_GAP)
    for (text, _), place in zip(told, places, strict=True):
        style.margin_note(panel, text, place, (5, 0), va="center", fontsize=7.5)


def _draw_falls(panel: Axes, risk: Risk, colour: str) -> None:
    """The chance of a fall from the peak beyond each depth, of the paths that worst cases are read from."""
    falls = tails(risk.result).position(risk.fund.ticker, risk.days).drawdown
    depth = np.linspace(0, float(falls.quantile(SHOWN[1])) or 0.01, 200)
    panel.fill_between(POINTS * depth, 0, 100 * (1 - share_below(falls, depth)), color=style.tint(colour, 0.4), lw=0)
    panel.set_xlim(0, POINTS * depth[-1])
    panel.set_ylim(0, 100)
    panel.set_xlabel("fall from the peak of the closes, entry included (%)")
    panel.set_ylabel(f"paths that fall further{star('max_drawdown_95', risk.result)} (%)")
    panel.grid()
    panel.set_title("How deep may it fall on the way?", pad=5)


def _draw_drifts(panel: Axes, risk: Risk, colour: str) -> None:
    """The mean return at each premium, held and sold, and Kelly's share below."""
    x = np.arange(len(risk.premiums))
    for name, own, marker in (("mean_return", colour, "o"), ("exit_mean", style.INK, "s")):
        if name not in risk.figures:
            continue
        found = [at.figures[name] for at in risk.premiums]
        means = POINTS * np.array([one.mean for one in found])
        errors = RESOLVED_ERRORS * POINTS * np.array([one.stderr for one in found])
        panel.errorbar(x, means, errors, color=own, marker=marker, lw=1.2, ms=4, capsize=2, zorder=3)
    kelly = [f"{_move(at.premium)}\nKelly {kelly_cell(at.kelly)}" for at in risk.premiums]
    panel.set_xticks(x, kelly)
    panel.axhline(0, color=style.INK, lw=0.8)
    panel.grid(axis="y")
    panel.set_xlabel("premium of the index over the rate, a year")
    panel.set_ylabel("mean return (%)")
    panel.set_title("What if the drift is another?", pad=5)


def _key(figure: Figure, risk: Risk, colour: str) -> None:
    """Held, sold, and the error bars, under the title."""
    held = Patch(color=style.tint(colour, 0.4), label="held")
    sold = [Line2D([], [], color=style.INK, lw=1.1, label="as sold")] if risk.trade.has_exits else []
    handles = [
        held,
        *sold,
        style.dashed_key(f"95% value at risk{star('value_at_risk_95', risk.result)}"),
        *plot_numbers.key(risk, colour),
    ]
    style.key(figure, handles, [str(handle.get_label()) for handle in handles])


def _caption(risk: Risk) -> list[str]:
    bars = ["Monte Carlo: 1.96 standard errors either way"]
    if risk.refits > 1:
        low, high = (percent(end) for end in REFIT_RANGE)
        drifts = refit_drifts(risk.spec.market)
        bars.append(f"parameters: {low} to {high} of {risk.refits} refits to resampled pasts, {drifts}")
    if risk.models:
        bars.append(f"models: least to greatest of {', '.join(risk.models)}")
    text = f"Error bars, each drawn at least as wide as those inside it: {'; '.join(bars)}."
    if risk.trade.has_exits:
        text += " Spikes of what is sold at one price go beyond the panel."
    kelly = f" Kelly: % of wealth in {risk.fund.ticker} that grows fastest, held to the end, the rest at the rate."
    notes = notes_of(risk, starred=True) if not limit(risk.spec.market) else ()
    if not (
        all(at.kelly.resolved for at in risk.premiums)
        and all(is_resolved(name, figure) for name, figure in risk.figures.items())
    ):
        kelly += f" {UNRESOLVED_TEXT}"
    return [text + kelly, labels.run_text(risk.spec, risk.spec.funds), " ".join([*notes, LIMITS])]
