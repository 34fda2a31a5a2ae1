"""The figures of an assessment, by name: the one list that every error bar is put on."""

from math import hypot, nan

import numpy as np

from simulator.distribution import Distribution, Estimate, tail
from simulator.errors import LetfError
from simulator.position import Exits, Position
from simulator.result import Result
from simulator.risk.tails import tails
from simulator.spec.trade import Trade

LEVELS = (0.95, 0.99)  # of value at risk and expected shortfall
UNKNOWN = Estimate(nan, nan)
COMPARED = ("exit_edge", "exit_shortfall_change")  # figures that are differences
RESOLVED_ERRORS = 1.96  # standard errors: a difference inside them is not resolved


def figures(result: Result, ticker: str, days: int) -> dict[str, Estimate]:
    """Every figure of a position and its Monte Carlo standard error.

    Returns are fractions since entry; losses and drawdowns are positive. Values at risk, expected shortfalls and
    drawdowns are read from `tails(result)`.

    Parameters
    ----------
    result : Result
        Of a run with a trade.
    ticker : str
    days : int
        One of the run's horizons.

    Returns
    -------
    dict of str to Estimate
        The same names for every result of one trade; NaN where a figure is not known, as the fill of a stop that no
        path reached.
    """
    held, worst = result.position(ticker, days), tails(result).position(ticker, days)
    found = _hold(held, worst) | result.attribution(ticker, days)
    if result.spec.trade is not None and result.spec.trade.loss > 0:
        found["prob_loss_beyond"] = held.prob_loss_beyond
    if held.exits is not None:
        found |= _exits(held.exits, worst)
    return found


def figure(result: Result, ticker: str, days: int, name: str) -> Estimate:
    """The figure called `name`.

    Raises
    ------
    LetfError
        If there is none, with the names that there are.
    """
    found = figures(result, ticker, days)
    if name not in found:
        raise LetfError(f"unknown figure {name!r}; this trade has: {', '.join(found)}")
    return found[name]


def in_money(name: str) -> bool:
    """Whether the figure times the money put in is an amount: chances, days and moves of the index are none."""
    return not name.startswith(("prob_", "break_even", "exit_day"))


def of_exits(name: str) -> bool:
    """Whether the figure is of the position's exits."""
    return name.startswith(("exit_", "stop_", "target_", "prob_stop", "prob_target", "prob_neither", "prob_both"))


def reachable(name: str, trade: Trade) -> bool:
    """Whether the trade can have that figure: no target, no chance of it."""
    wanted = {"stop": (trade.stop, trade.index_stop), "target": (trade.target, trade.index_target)}
    return all(word not in name or levels != (None, None) for word, levels in wanted.items())


def of_tails(name: str) -> bool:
    """Whether the figure is read from `tails` of a result, not from all of its paths."""
    return "value_at_risk" in name or "shortfall" in name or "drawdown" in name


def resolved(found: Estimate) -> bool:
    """Whether a difference is told from 0 by the paths that were run."""
    return abs(found.mean) > RESOLVED_ERRORS * found.stderr


def _hold(held: Position, worst: Position) -> dict[str, Estimate]:
    law, gap, fall = held.fund_return, held.divergence, worst.drawdown
    even = _quantiles(held.break_even, 0.5, 0.05, 0.95)
    gaps = _quantiles(gap, 0.05, 0.95)
    return {
        "mean_return": _mean(law),
        "median_return": _quantiles(law, 0.5)[0],
        "prob_loss": Estimate(law.prob_below_zero, law.prob_below_zero_stderr),
        **_worst("", worst.fund_return),
        "max_drawdown_mean": _mean(fall),
        "max_drawdown_95": _quantiles(fall, 0.95)[0],
        "prob_day_beyond_15": held.prob_day_beyond,
        **dict(zip(("break_even", "break_even_5", "break_even_95"), even, strict=True)),
        "divergence_mean": _mean(gap),
        **dict(zip(("divergence_5", "divergence_95"), gaps, strict=True)),
    }


def _exits(exits: Exits, worst: Position) -> dict[str, Estimate]:
    assert worst.exits is not None  # one trade
    law, fills = exits.exit_return, exits.stop_fill
    sold = _worst("exit_", worst.exits.exit_return)
    held, shortfall = worst.fund_return.expected_shortfall(LEVELS[0]), sold["exit_expected_shortfall_95"]
    return {
        "prob_stop": exits.prob_stop,
        "prob_target": exits.prob_target,
        "prob_neither": exits.prob_neither,
        "prob_both": exits.prob_both,
        "exit_day_mean": exits.mean_day,
        "stop_fill_mean": _mean(fills),
        "stop_fill_5": _quantiles(fills, 0.05)[0],
        "target_fill_mean": _mean(exits.target_fill),
        "exit_mean": _mean(law),
        **dict(zip(("exit_median", "exit_95"), _quantiles(law, 0.5, 0.95), strict=True)),
        **sold,
        "exit_edge": exits.edge,
        # as if independent: both are of the same paths, most of which are bad in both, so the error is less
        "exit_shortfall_change": Estimate(shortfall.mean - held.mean, hypot(shortfall.stderr, held.stderr)),
    }


def _worst(prefix: str, law: Distribution) -> dict[str, Estimate]:
    quantiles = _quantiles(law, *map(tail, LEVELS))
    at_risk = {f"{prefix}value_at_risk_{_percent(level)}": q for level, q in zip(LEVELS, quantiles, strict=True)}
    return {name: Estimate(-q.mean, q.stderr) for name, q in at_risk.items()} | {
        f"{prefix}expected_shortfall_{_percent(level)}": law.expected_shortfall(level) for level in LEVELS
    }


def _percent(level: float) -> str:
    return f"{100 * level:.0f}"


def _mean(law: Distribution | None) -> Estimate:
    return UNKNOWN if law is None else Estimate(law.mean, law.stderr)


def _quantiles(law: Distribution | None, *shares: float) -> list[Estimate]:
    if law is None:
        return [UNKNOWN] * len(shares)
    p = np.array(shares)
    return [Estimate(*both) for both in zip(law.quantile(p).tolist(), law.quantile_stderr(p).tolist(), strict=True)]
