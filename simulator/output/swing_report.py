"""The swing trader's brackets as people read them: text of at most 80 columns."""

from collections.abc import Sequence

from simulator.distribution import Estimate
from simulator.output.heading import market_line, run_line, start_line, why_line
from simulator.output.risk_report import LIMITS
from simulator.output.table import with_error
from simulator.output.text import WIDTH, grid, labelled, paragraph
from simulator.output.trade_lines import WATCHES, move
from simulator.risk.figures import RESOLVED_ERRORS, resolved
from simulator.risk.levels import levels
from simulator.risk.swing import Swing, SwingRow
from simulator.spec.trade import Trade

MOST_DECIMALS = 2
SMALL = ("mean_return", "exit_mean", "exit_edge")  # figures that deserve them, the others have one
HELD = {"mean_return": ("", "mean"), "prob_loss": ("chance", "of loss"), "expected_shortfall_95": ("ES", "95%")}
SOLD = {
    "prob_stop": ("", "stop"),
    "prob_target": ("", "target"),
    "prob_neither": ("", "neither"),
    "stop_fill_mean": ("stop", "filled"),
    "exit_expected_shortfall_95": ("ES", "95%"),
    "exit_mean": ("mean", "sold"),
    "exit_edge": ("less", "held"),
}
EXPLAINED = (
    "Percent of the money put in, ± one Monte Carlo standard error, rounded up. Stop, target, neither: chances of each "
    "first. ES 95%: mean loss in the worst 5%, of positions as they are sold. Less held: mean when sold minus mean of "
    f"holding on, path by path; within {RESOLVED_ERRORS} of its errors it is not resolved. What is sold earns nothing "
    "from then on."
)


def report(swing: Swing) -> str:
    """What `letf risk --preset swing` prints: the hold alone, then each trade, a row a holding period."""
    spec, fund = swing.spec, swing.fund
    holds = f"{spec.horizons[0]} to {spec.horizons[-1]}" if len(spec.horizons) > 1 else f"{spec.horizons[0]}"
    watch = spec.trade.watch if spec.trade else "day"
    lines = [
        *labelled("Swing", f"{fund.ticker} ({fund.leverage:g}x {fund.index} daily), held {holds} trading days"),
        *labelled("Market", market_line(spec.market)),
        *labelled("Why", why_line(spec.market)),
        *labelled("Start", start_line(spec.market)),
        *labelled("Run", run_line(spec)),
        *labelled("Watched", WATCHES[watch]),
        "",
        *paragraph(EXPLAINED),
        "",
        "Held to the end",
        *_table(swing.held, HELD),
    ]
    for trade, rows in swing.trades.items():
        lines += ["", *paragraph(_levels(swing, trade)), *_table(rows, SOLD)]
    lines.append("")
    for note in (swing.note, LIMITS):
        lines += paragraph(note)
    return "\n".join(lines) + "\n"


def _levels(swing: Swing, trade: Trade) -> str:
    """The trade's stop and target, and what each is on one day in the other's terms."""
    told = []
    for level in levels(swing.fund, swing.spec.rate, trade, break_even=0.0, days=1):
        mine, other = swing.fund.ticker, swing.fund.index
        if level.of_index:
            mine, other = other, mine
        name = "Stop" if "stop" in level.name else "Target"
        told.append(f"{name} {mine} {move(level.move)}, in one day {other} {move(level.one_day)}.")
    return " ".join(told)


def _table(rows: Sequence[SwingRow], columns: dict[str, tuple[str, str]]) -> list[str]:
    """Lines of a table with two lines of titles, as many decimals as fit the width."""
    titles = [["", *(first for first, _ in columns.values())], ["days", *(second for _, second in columns.values())]]
    lines: list[str] = []
    for fewer in range(MOST_DECIMALS + 1):
        cells = [[f"{row.days:>4}", *(_cell(name, row.figures[name], fewer) for name in columns)] for row in rows]
        lines = grid([[*row, note] for row, note in zip([*titles, *cells], ["", "", *map(_doubt, rows)], strict=True)])
        if max(map(len, lines)) <= WIDTH:
            break
    return lines


def _cell(name: str, found: Estimate, fewer: int) -> str:
    decimals = MOST_DECIMALS if name in SMALL else 1
    return with_error(found.mean, found.stderr, max(decimals - fewer, 0))


def _doubt(row: SwingRow) -> str:
    edge = row.figures.get("exit_edge")
    return "" if edge is None or resolved(edge) else "not resolved"
