"""How big a position may be, in words and for machines."""

from collections.abc import Mapping
from dataclasses import asdict
from math import ceil, isfinite
from typing import Any

from simulator.output.table import with_error
from simulator.output.text import grid
from simulator.output.trade_lines import SMALL_CHANGE, money
from simulator.risk.sizing import Size

NAMES = {
    "expected_shortfall_95": "mean loss of the worst 5% of holds",
    "exit_expected_shortfall_95": "the same with the exits",
    "stop_fill_mean": "mean fill of the stop",
    "stop_fill_5": "fill that 1 in 20 stops fall short of",
}


def size_lines(sizes: Mapping[str, Size], ticker: str, budget: float) -> list[str]:
    """The most money to put in for each loss that the budget may mean."""
    rows = [["by the", "loss, %", "at most"]]
    for name, size in sizes.items():
        rows.append([NAMES[name], with_error(size.loss.mean, size.loss.stderr, 2), _amount(size)])
    return [f"How big: the money in {ticker} whose loss is {money(budget)}.", *grid(rows)]


def size_dict(sizes: Mapping[str, Size], budget: float) -> dict[str, Any]:
    """The same as plain data."""
    return {"risk_budget": budget, "sizes": {name: asdict(size) for name, size in sizes.items()}}


def _amount(size: Size) -> str:
    """The amount and its error, rounded up to what the amount is told to; alone where few paths leave it unknown."""
    if size.amount is None or size.stderr is None:
        return "any: it gains"
    decimals = 0 if size.amount >= SMALL_CHANGE else 2
    if not isfinite(size.stderr):
        return f"{size.amount:,.{decimals}f}"
    error = ceil(size.stderr * 10**decimals) / 10**decimals
    return f"{size.amount:,.{decimals}f}±{error:,.{decimals}f}"
