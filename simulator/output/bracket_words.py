"""The words and numbers on a bracket map."""

from math import floor, log10

from simulator.output import labels
from simulator.output.trade_lines import WATCHES
from simulator.risk.brackets import Bracket, BracketMap
from simulator.risk.figures import RESOLVED_ERRORS, resolved

POINTS = 100.0
LEAST_DECIMALS, MOST_DECIMALS = 2, 4


def told(bracket: Bracket) -> str:
    """A bracket in words."""
    met = (bracket.prob_stop.mean, bracket.prob_target.mean)
    stop, target, neither = (f"{POINTS * chance:.1f}%" for chance in (*met, 1 - sum(met)))
    levels = f"{labels.number(-POINTS * bracket.stop)}% / +{labels.number(POINTS * bracket.target)}%"
    mean, error = POINTS * bracket.edge.mean, POINTS * bracket.edge.stderr
    told_to = decimals(error)
    edge = f"{signed(mean, told_to)}±{error:.{told_to}f} points"
    doubt = "" if resolved(bracket.edge) else ", not resolved"
    return f"{levels}: stop first {stop}, target {target}, neither {neither}; mean vs holding {edge}{doubt}"


def decimals(error: float, least: int = LEAST_DECIMALS) -> int:
    """With how many decimals a number is told whose error is so large, `least` or more."""
    asked = -floor(log10(error)) if error > 0 else least
    return min(max(asked, least), MOST_DECIMALS)


def signed(value: float, decimals: int) -> str:
    """A number with its sign: +0.21."""
    value = round(value, decimals) + 0.0  # -0.001 is 0.00
    return ("+" if value > 0 else "") + labels.number(value, decimals)


def caption(brackets: BracketMap) -> str:
    """What the colours, the figures and the hatching mean."""
    fund, passed, count = brackets.fund, brackets.resolved, brackets.resolved.size
    together = int((passed & brackets.resolved_together).sum())
    return (
        f"Colour and figures: mean return of {fund.ticker} sold at the stop, at the target or at the end, minus that "
        f"of holding on, percentage points of the money put in, on the same paths. Levels are watched "
        f"{WATCHES[brackets.trade.watch]}; what is sold earns nothing from then on.{_drift(brackets)} "
        f"Hatched, not resolved: within {RESOLVED_ERRORS} Monte Carlo standard errors of 0 "
        f"({labels.at_most((POINTS * brackets.edge_stderr).ravel().tolist())}). Each cell is judged alone: of {count} "
        f"that do nothing one in 20 would pass, side by side, for all share their paths. {together} of the "
        f"{int(passed.sum())} that pass do so judged together too (Bonferroni, 5%). Not advice."
    )


def _drift(brackets: BracketMap) -> str:
    """What a day out of the market forgoes, where the drift is one number."""
    if brackets.daily_growth is None:
        return ""
    growth = f"{signed(POINTS * brackets.daily_growth, 3)}% a day"
    return f" Most of it is drift forgone or spared: held, {brackets.fund.ticker} is expected to make {growth}."
