"""The structures of a file: what each holds, what a dollar at risk is, when it is sold."""

from simulator.output.document import dumps
from simulator.output.heading import levels_text, percent
from simulator.output.text import hanging, paragraph
from simulator.spec.usual import UsualStructure, UsualStructures, structures_to_dict


def listing(known: UsualStructures) -> str:
    """What `letf compare --list` prints: a paragraph a structure, then the fees."""
    lines = paragraph(
        "Dollars held for each dollar at risk, below 0 sold short; what they leave of it is cash, or a loan."
    )
    for usual in known.structures:
        lines += hanging(f"{usual.name}: {_told(usual)}")
    fees = ", ".join(f"{name} {percent(fee, 2)}" for name, fee in known.borrow_fees.items())
    return "\n".join([*lines, *(hanging(f"Borrowing costs a year, assumed: {fees}.") if fees else [])]) + "\n"


def listing_json(known: UsualStructures) -> str:
    """The object that `letf compare --list --json` prints: a structures file's content."""
    return dumps(structures_to_dict(known))


def _told(usual: UsualStructure) -> str:
    levels = levels_text(usual.structure.stop, usual.structure.target)
    parts = [_held(usual), f"At risk: {usual.rule}" if usual.rule else "", f"--exits: {levels}" if levels else ""]
    return ". ".join(part for part in parts if part) + "."


def _held(usual: UsualStructure) -> str:
    """Legs, hedge or spread in a few words."""
    found = usual.structure
    if found.spread is not None:
        spread = found.spread
        vol = f"{percent(spread.vol)}" if usual.vol_premium is None else f"{usual.vol_premium:g} x the expected one"
        strikes = f"calls at {percent(spread.low)} less {percent(spread.high)}"
        return f"{strikes}, {spread.days} days, implied volatility {vol}, {100 * spread.skew:+g} points per +10%"
    legs = ", ".join(f"{leg.weight:g} {leg.instrument}" for leg in found.legs)
    if found.hedge is not None:
        hedge = found.hedge
        legs += f", then {hedge.weight:g} {hedge.instrument} once the second index is {percent(hedge.fall)} down"
    return legs + (f", set back every {found.rebalance_days} days" if found.rebalance_days else "")
