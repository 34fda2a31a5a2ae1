"""What scenarios do to each fund over the hold: 5 to 95 % of the paths, the mean, the days that are set."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.errors import LetfError
from simulator.output import labels, style
from simulator.output.heading import limit, market_line, run_line, start_line
from simulator.output.stress_heading import exits_text
from simulator.risk.stress_figures import Row, Stressed, Told
from simulator.spec.fund import Fund

POINTS = 100.0
ROW, WIDTH, LEFT = 0.27, 3.5, 1.25  # inches, of a scenario, of a panel and of names
LETTERS_PER_INCH = 12  # of names
BAR = 5.0  # points, of 5 to 95 %
BAND = "#e4e4e4"
MARGIN_SIZE = 7.5
DOT: dict[str, Any] = {"marker": "o", "markersize": 4.5, "markeredgecolor": style.WHITE, "markeredgewidth": 0.7}
TICK: dict[str, Any] = {"marker": "|", "markersize": 10, "markeredgewidth": 1.8, "markeredgecolor": style.INK}


def draw_stress(stressed: Stressed) -> Figure:
    """The figure: a panel a fund, a row a scenario, all on one scale.

    Raises
    ------
    LetfError
        If no scenario is of paths.
    """
    drawn = [told for told in stressed.told if told.rows]
    if not drawn:
        raise LetfError("only real days were replayed, and the figure shows paths; leave out --plot or --prices")
    test, funds = stressed.spec, stressed.spec.funds
    what = f"does {drawn[0].scenario.name}" if len(drawn) == 1 else "does each scenario"
    with style.context():
        sheet = style.sheet(
            f"What {what} do to {labels.names(funds)} over {labels.day_count(test.hold)}?",
            _caption(stressed),
            panels=len(funds),
            panel=(WIDTH, ROW * (len(drawn) + 1)),
            gaps=(0.75, 0.9),
            left=max(LEFT, 0.08 + max(len(told.scenario.name) for told in drawn) / LETTERS_PER_INCH),
            right=0.75,
        )
        for panel, fund in zip(sheet.panels, funds, strict=True):
            _draw(panel, stressed, drawn, fund)
            if panel in sheet.first_column:
                panel.set_yticklabels(["no scenario", *(told.scenario.name for told in drawn)])
            else:
                panel.set_yticklabels([])
        low, high = (pick(panel.get_xlim()[i] for panel in sheet.panels) for i, pick in ((0, min), (1, max)))
        for panel in sheet.panels:
            panel.set_xlim(low, high)
        _key(sheet.figure)
    return sheet.figure


def _draw(panel: Axes, stressed: Stressed, drawn: list[Told], fund: Fund) -> None:
    name, colour = fund.ticker, style.hue_among(stressed.spec.funds, fund)
    usual = _row(stressed.usual, name)
    rows = [usual, *(_row(told.rows, name) for told in drawn)]
    panel.axvspan(POINTS * usual.held.low.mean, POINTS * usual.held.high.mean, color=BAND, lw=0, zorder=0)
    panel.axvline(POINTS * usual.held.mean.mean, color=style.INK, lw=0.8, ls=style.DASHED, zorder=1)
    for y, row in enumerate(rows):
        ends = [POINTS * end.mean for end in (row.held.low, row.held.high)]
        look: dict[str, Any] = {"color": style.tint(colour, 0.45), "lw": BAR, "solid_capstyle": "butt", "zorder": 2}
        panel.plot(ends, [y, y], **look)
        panel.plot([POINTS * row.held.mean.mean], [y], color=colour, zorder=4, **DOT)
        if row.sold is not None:
            gone = row.held.high.mean == -1  # there is nothing to sell
            share = "gone" if gone else f"{POINTS * row.sold.prob_stop.mean:.0f}%"
            style.margin_note(panel, share, y, (6, 0), va="center", fontsize=MARGIN_SIZE)
    for y, told in enumerate(drawn, start=1):
        moves = [POINTS * day.move for day in told.days if day.instrument == name]
        panel.plot(moves, [y] * len(moves), ls="none", zorder=3, **TICK)
    if usual.sold is not None:
        style.margin_note(panel, "stopped", -0.62, (6, 3), va="bottom", fontsize=MARGIN_SIZE)
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.set_yticks(range(len(rows)))
    panel.tick_params(axis="y", length=0)
    panel.grid(axis="x")
    panel.set_title(f"{name}, {labels.multiple(fund.leverage)}", pad=7)
    panel.set_xlabel(f"return over {labels.day_count(stressed.spec.hold)} (%)")


def _row(rows: tuple[Row, ...], name: str) -> Row:
    return next(row for row in rows if row.instrument == name)


def _key(figure: Figure) -> None:
    grey = style.tint(style.INK, 0.45)
    handles = [
        Patch(color=grey, lw=0),
        Line2D([], [], color=style.INK, ls="none", **DOT),
        Line2D([], [], ls="none", **TICK),
        (Patch(color=BAND, lw=0), style.dashed_key("")),
    ]
    style.key(figure, handles, ["5 to 95% of paths", "mean", "a day that is set", "no scenario"])


def _caption(stressed: Stressed) -> list[str]:
    test = stressed.spec
    held = "The hold is to its end"
    if exits := exits_text(test, [fund.ticker for fund in test.funds]):
        held += f"; stopped: share that a stop at closes would sell ({exits})"
    errors = [POINTS * row.held.mean.stderr for told in stressed.told for row in told.rows]
    market = f"Market {market_line(test.market)}. Start {start_line(test.market)}. {run_line(test).capitalize()}."
    return [
        f"{held}. Monte Carlo errors of the means {labels.at_most(errors)}; what a scenario assumes is not in them.",
        f"{market} {limit(test.market)}",
    ]
