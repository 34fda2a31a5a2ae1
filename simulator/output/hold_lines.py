"""How long is too long, in words."""

from simulator.output import labels
from simulator.risk.horizon import LongestHold, Span


def verdict(hold: LongestHold) -> str:
    """Within 10% up to 7 days; never within 10%; always within 10%."""
    tolerance = f"{labels.number(100 * hold.most)}%"
    if 0 < hold.days < hold.last:
        return f"within {tolerance} up to {hold.verdict}"
    return f"{hold.verdict} {tolerance}"


def sureness(hold: LongestHold) -> str:
    """Monte Carlo 7 to 8, models 5 to 252+ days."""
    return ", ".join(f"{name} {_days(span, hold.last)}" for name, span in spans(hold).items()) + " days"


def spans(hold: LongestHold) -> dict[str, Span]:
    """The intervals that there are, by name."""
    found = {"Monte Carlo": hold.monte_carlo, "parameters": hold.parameters, "models": hold.model_range}
    return {name: span for name, span in found.items() if span is not None}


def _days(span: Span, last: int) -> str:
    low, high = (f"{days}+" if days == last else str(days) for days in (span.low, span.high))
    return low if low == high else f"{low} to {high}"
