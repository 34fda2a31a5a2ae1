"""A trade's key numbers and their error bars, one inside the other."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from simulator.output import style
from simulator.output.density import POINTS
from simulator.output.risk_cells import UNRESOLVED, is_resolved
from simulator.output.table import with_error
from simulator.output.tail_marks import star
from simulator.output.trade_lines import money
from simulator.risk.assess import Risk
from simulator.risk.error_bars import Figure as Estimated
from simulator.risk.figures import RESOLVED_ERRORS, in_money, reachable

BARS = {"models": (0.74, 0.22), "parameters": (0.44, 0.5), "Monte Carlo": (0.16, 1.0)}  # height, tint; widest first
NUMBERS = {
    "prob_loss": "chance of a loss",
    "value_at_risk_95": "value at risk, 95%",
    "expected_shortfall_95": "expected shortfall, 95%",
    "expected_shortfall_99": "expected shortfall, 99%",
    "max_drawdown_95": "fall from peak, 95%",
    "prob_day_beyond_15": "chance of a day > ±15%",
    "divergence_mean": "divergence, mean",
    "prob_stop": "chance of the stop",
    "prob_target": "chance of the target",
    "exit_expected_shortfall_95": "ES 95% when sold",
    "exit_edge": "sold less held, mean",
}
ERROR_DECIMALS = 2
MINUS = "\N{MINUS SIGN}"
ROOM = 0.04  # of the scale, at its ends
WIDE = 1e7  # money; from here on with an exponent, for the margin has no room for more figures


def draw_numbers(panel: Axes, risk: Risk, colour: str, amount: float | None) -> None:
    """A row a number: its bars, and what it is at the right."""
    names = [name for name in NUMBERS if name in risk.figures and reachable(name, risk.trade)]
    ends = [0.0]
    for row, name in enumerate(names):
        spans = nested(risk.figures[name])
        for kind, (low, high) in spans.items():
            height, strength = BARS[kind]
            box = Rectangle((low, row - height / 2), high - low, height, lw=0.8, zorder=2)
            box.set(facecolor=style.tint(colour, strength), edgecolor=style.tint(colour, strength))
            panel.add_patch(box)
            ends += [low, high]
        style.margin_note(panel, _told(name, risk.figures[name], amount), row, (5, 0), va="center", fontsize=7.5)
    known = [end for end in ends if np.isfinite(end)]
    room = ROOM * (max(known) - min(known)) or 1.0
    panel.set_xlim(min(known) - room, max(known) + room)
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.set_yticks(range(len(names)), [f"{NUMBERS[name]}{star(name, risk.result)}" for name in names], fontsize=7.5)
    panel.tick_params(axis="y", length=0)
    panel.axvline(0, color=style.INK, lw=0.8, zorder=1)
    panel.grid(axis="x")
    panel.set_xlabel("of the money put in, chances of the paths (%)")
    panel.set_title("How sure are the key numbers?", pad=5)


def nested(figure: Estimated) -> dict[str, tuple[float, float]]:
    """Ends of each bar in percent, the widest first: each reaches at least as far as those inside it."""
    error = RESOLVED_ERRORS * figure.stderr if np.isfinite(figure.stderr) else 0.0
    low, high = figure.value - error, figure.value + error
    spans = {"Monte Carlo": (POINTS * low, POINTS * high)}
    for kind, spread in (("parameters", figure.parameters), ("models", figure.models)):
        if spread is not None:
            low, high = min(low, spread.low), max(high, spread.high)
            spans[kind] = POINTS * low, POINTS * high
    return {kind: spans[kind] for kind in BARS if kind in spans}


def key(risk: Risk, colour: str) -> list[Patch]:
    """What the bars are."""
    shown = nested(risk.figures["prob_loss"])
    return [Patch(color=style.tint(colour, BARS[kind][1]), label=kind) for kind in reversed(shown)]


def _told(name: str, figure: Estimated, amount: float | None) -> str:
    value = with_error(figure.value, figure.stderr, ERROR_DECIMALS).partition("±")[0]
    text = f"{value}%"
    if not is_resolved(name, figure):
        text = UNRESOLVED + text
    if amount is None or not in_money(name) or not np.isfinite(figure.value):
        return text.replace("-", MINUS)
    paid = amount * figure.value
    return f"{text}  {money(paid) if abs(paid) < WIDE else f'{paid:.2e}'.replace('e+', 'e')}".replace("-", MINUS)
