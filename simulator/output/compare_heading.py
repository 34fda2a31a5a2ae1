"""The lines that say what structures were held side by side, and what they pay."""

from collections.abc import Sequence

from simulator.output.heading import (
    levels_text,
    market_line,
    percent,
    run_line,
    second_text,
    start_line,
    why_line,
)
from simulator.output.labels import day_count
from simulator.output.text import labelled, listed
from simulator.spec.comparison import Comparison
from simulator.spec.files import JOINT_MARKET
from simulator.spec.structure import Structure


def heading(spec: Comparison, left_out: Sequence[str]) -> list[str]:
    """Market, start, run, costs, options and exits; `left_out` are names of structures that could not be held."""
    market, count = spec.market, len(spec.structures)
    held = f"{count} structure{'s' if count > 1 else ''} held {day_count(spec.hold)}, on the same paths"
    return [
        *labelled("Compare", held),
        *labelled("Market", market_line(market)),
        *labelled("Why", why_line(market)),
        *labelled("Second", second_text(market)),
        *labelled("Start", start_line(market)),
        *labelled("Run", run_line(spec)),
        *labelled("Costs", costs_text(spec)),
        *labelled("Options", options_text(spec)),
        *labelled("Exits", exits_text(spec)),
        *(
            labelled("Without", f"{listed(left_out)}: {market.name} has no second index, {JOINT_MARKET} has")
            if left_out
            else []
        ),
    ]


def costs_text(spec: Comparison) -> str:
    """What loans and borrowed shares cost; "" where nothing of either is used."""
    fees = ", ".join(f"{name} {percent(fee, 2)}" for name, fee in spec.borrow_fees.items())
    told = [f"loans at {percent(spec.loan_spread, 2)} over the rate"] if any(map(_borrows, spec.structures)) else []
    shorts = f"borrowed shares cost {fees} a year; what they are sold for earns the rate (both assumed)"
    return "; ".join(told + ([shorts] if fees else []))


def _borrows(structure: Structure) -> bool:
    """Whether it takes a loan at entry, or could for its hedge."""
    hedge = structure.hedge.weight if structure.hedge else 0.0
    return sum(leg.weight for leg in structure.legs) + hedge > 1


def options_text(spec: Comparison) -> str:
    """The terms of each call spread; "" without one."""
    return "; ".join(_spread_text(structure, spec) for structure in spec.structures if structure.spread)


def _spread_text(structure: Structure, spec: Comparison) -> str:
    spread = structure.spread
    assert spread is not None  # who asks has looked
    settled = spread.end(spec.hold) == spread.expiry
    end = f"settled at expiry on day {spread.expiry}" if settled else "marked to model at the end of the hold"
    return (
        f"{structure.name}: {spread.days} days, strikes {percent(spread.low)} and {percent(spread.high)}, implied "
        f"volatility {percent(spread.vol)} at the money, {100 * spread.skew:+g} points per +10% of strike, premium "
        f"{percent(spread.premium(spec.rate), 2)} of the index, {end}"
    )


def exits_text(spec: Comparison) -> str:
    """Which structures are sold at a stop or target, at closes."""
    levels: dict[str, list[str]] = {}
    for structure in spec.structures:
        if text := levels_text(structure.stop, structure.target):
            levels.setdefault(text, []).append(structure.name)
    return "; ".join(f"{listed(names)} {text}" for text, names in levels.items()) + (
        ", at closes; the money then earns nothing" if levels else ""
    )
