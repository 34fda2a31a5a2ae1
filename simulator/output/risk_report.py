"""The risk of a trade as people read it: text of at most 80 columns, the most important first."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from simulator.output.drift_lines import drift_lines
from simulator.output.heading import market_line, percent, refit_drifts, run_line, start_line, why_line
from simulator.output.risk_cells import UNRESOLVED, UNRESOLVED_TEXT, figure_table
from simulator.output.tail_marks import STAR, is_part, star
from simulator.output.text import labelled, listed, paragraph
from simulator.output.trade_lines import trade_lines
from simulator.position import Exits
from simulator.risk.assess import Risk
from simulator.risk.error_bars import REFIT_RANGE
from simulator.risk.figures import reachable
from simulator.risk.refitted import refit_paths
from simulator.risk.tails import tails_note
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.trade import Trade

HOLD = (
    ("Chance of a loss", "prob_loss"),
    ("Chance of a loss > {loss}", "prob_loss_beyond"),
    ("Return: mean", "mean_return"),
    ("  median", "median_return"),
    ("Value at risk 95%", "value_at_risk_95"),
    ("  99%", "value_at_risk_99"),
    ("Expected shortfall 95%", "expected_shortfall_95"),
    ("  99%", "expected_shortfall_99"),
    ("Fall from peak: mean", "max_drawdown_mean"),
    ("  95%", "max_drawdown_95"),
    ("Chance of a day > ±15%", "prob_day_beyond_15"),
)
APART = (
    ("Break-even {index}: median", "break_even"),
    ("  5%", "break_even_5"),
    ("  95%", "break_even_95"),
    ("Divergence: mean", "divergence_mean"),
    ("  by compounding", "compounding"),
    ("  by volatility drag", "volatility_drag"),
    ("  by carry", "carry"),
    ("  5%", "divergence_5"),
    ("  95%", "divergence_95"),
)
EXITS = (
    ("Chance of the stop", "prob_stop"),
    ("  both in one day's bar", "prob_both"),
    ("Chance of the target", "prob_target"),
    ("Chance of neither", "prob_neither"),
    ("Stop filled at: mean", "stop_fill_mean"),
    ("  5% quantile", "stop_fill_5"),
    ("Target filled at: mean", "target_fill_mean"),
    ("Return when sold: mean", "exit_mean"),
    ("  median", "exit_median"),
    ("  95%", "exit_95"),
    ("Value at risk 95%", "exit_value_at_risk_95"),
    ("Expected shortfall 95%", "exit_expected_shortfall_95"),
    ("Sold less held: mean", "exit_edge"),
    ("  shortfall 95%", "exit_shortfall_change"),
)
ROUNDING = 1e-9  # of figures that are 0
EXIT_SHARES = (0.5, 0.9)  # of those that are sold before the end
LIMITS = (
    "Not advice: what a model of the past says. The fund meets its multiple of the index at every close, the rate and "
    "the fund's costs stay as they are, and orders pay no commission, spread or tax and move no price."
)


def report(
    risk: Risk, *, amount: float | None = None, notes: Sequence[str] = (), more: Sequence[Sequence[str]] = ()
) -> str:
    """The table that `letf risk` prints.

    Parameters
    ----------
    risk : Risk
    amount : float, optional
        Money put in: figures are told in it too.
    notes : sequence of str
        What else there is to know, a paragraph each.
    more : sequence of sequences of str
        Lines of each other thing that was asked, between the figures and the notes.
    """
    market = risk.spec.market
    lines = [
        *labelled("Market", market_line(market)),
        *labelled("Why", why_line(market)),
        *labelled("Start", start_line(market)),
        *labelled("Run", run_line(risk.spec)),
        *trade_lines(risk, amount),
        "",
        *paragraph(_bars(risk)),
        *_hold_table(risk, amount),
        "",
        *drift_lines(risk),
    ]
    if exits := risk.position.exits:
        lines += [
            "",
            *paragraph(_sold_text(exits, risk.trade)),
            *figure_table(risk.figures, _rows(EXITS, risk), amount),
        ]
    for section in more:
        lines += ["", *section]
    lines.append("")
    unresolved = [UNRESOLVED_TEXT] if any(UNRESOLVED in line for line in lines) else []
    for note in (*unresolved, *notes_of(risk, starred=True), *notes, LIMITS):
        lines += paragraph(note)
    return "\n".join(lines) + "\n"


def _hold_table(risk: Risk, amount: float | None) -> list[str]:
    """The hold; of the index itself, which has no divergence, in one line less than it would take to tell."""
    if any(abs(risk.figures[name].value) > ROUNDING for _, name in APART):
        return figure_table(risk.figures, _rows((*HOLD, *APART), risk), amount)
    lines = figure_table(risk.figures, _rows(HOLD, risk), amount)
    return [*lines, f"{risk.fund.index} held through itself: no divergence"]


def _rows(rows: Iterable[tuple[str, str]], risk: Risk) -> list[tuple[str, str]]:
    words = {"index": risk.fund.index, "loss": percent(risk.trade.loss)}
    told = [(label, name) for label, name in rows if _is_told(name, risk)]
    return [(f"{label.format(**words)}{star(name, risk.result)}", name) for label, name in told]


def _is_told(name: str, risk: Risk) -> bool:
    """Whether the trade can have the figure; only a past day's bar can have reached both levels."""
    markets = [part.spec.market for part in risk.result.members or (risk.result,)]
    barred = any(isinstance(market, BootstrapMarket) for market in markets) and risk.trade.watch == "day"
    return reachable(name, risk.trade) and (name != "prob_both" or barred)


def _bars(risk: Risk) -> str:
    """What the columns are."""
    bars = ["±MC: one Monte Carlo standard error"]
    if risk.refits > 1:  # one has no spread
        low, high = (percent(end) for end in REFIT_RANGE)
        paths = refit_paths(risk.spec)
        fits = f"{risk.refits} refits to resampled pasts, {refit_drifts(risk.spec.market)}"
        bars.append(f"parameters: {low} and {high} of {fits}, {paths:,} paths each")
    if risk.models:
        bars.append(f"models: least and most of {listed(list(risk.models))} alone")
    return f"In percent; value at risk, shortfall and falls are losses. Doubts, never added: {'; '.join(bars)}."


def _sold_text(exits: Exits, trade: Trade) -> str:
    """When positions are sold."""
    levels = {"stop": (trade.stop, trade.index_stop), "target": (trade.target, trade.index_target)}
    what = " or ".join(f"the {word}" for word, given in levels.items() if given != (None, None))
    by_day = exits.days.sum(axis=0).cumsum()
    if by_day[-1] == 0:
        return f"No path reached {what}."
    half, most = (1 + int(np.searchsorted(by_day, share * by_day[-1])) for share in EXIT_SHARES)
    return f"Sold at {what}, half of them by day {half}, {percent(EXIT_SHARES[1])} by day {most}:"


def notes_of(risk: Risk, *, starred: bool = False) -> Iterator[str]:
    """What there is to know of the run itself; `starred` where figures are."""
    if said := tails_note(risk.result):
        yield f"{STAR} {said}" if starred and is_part(risk.result) else said
    if capped := risk.result.capped:
        days = risk.spec.paths * risk.days
        yield f"Volatility was held at its cap on {capped:,} of {days:,} days of paths."
