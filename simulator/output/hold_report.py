"""How long is too long, as people and machines read it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from simulator.output.hold_lines import sureness, verdict
from simulator.output.text import labelled, paragraph
from simulator.risk.horizon import LongestHold


def hold_lines(holds: Sequence[LongestHold]) -> list[str]:
    """The longest hold of each fund within a tolerance of one measure."""
    first = holds[0]
    lines = paragraph(f"How long is too long: {first.curve.measure.text}, holds of up to {first.last} days.")
    for hold in holds:
        lines += labelled(hold.curve.fund.ticker, f"{verdict(hold)}: {sureness(hold)}")
    return lines


def hold_dict(hold: LongestHold) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "fund": hold.curve.fund.ticker,
        "measure": hold.curve.measure.name,
        "tolerance": hold.most,
        "longest_hold_days": hold.days,
        "verdict": hold.verdict,
        "last_day": hold.last,
        "monte_carlo": asdict(hold.monte_carlo),
        "parameters": None if hold.parameters is None else asdict(hold.parameters),
        "models": hold.models,
    }
