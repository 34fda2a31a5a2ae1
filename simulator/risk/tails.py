"""Which of a run's paths know that falls of the index come with high volatility: worst cases are read from those."""

from dataclasses import replace

from simulator.result import Result
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.market import has_leverage_effect

ALL_OF_TAILS = "VaR, ES, falls and views by the index's move are"


def tails(result: Result) -> Result:
    """The paths of an ensemble's members that have the leverage effect; all of them where all have it, or none.

    Where falls and volatility go together, a bull fund's worst holds are worse and a bear fund's milder than without.
    """
    kept = [i for i, part in enumerate(result.members) if has_leverage_effect(part.spec.market)]
    if len(kept) in (0, len(result.members)):
        return result
    parts = tuple(result.members[i] for i in kept)
    if len(parts) == 1:
        return parts[0]
    market = result.spec.market
    assert isinstance(market, EnsembleMarket)  # it has members
    members = [market.members[i] for i in kept]
    whole = sum(member.weight for member in members)
    shares = tuple(Member(weight=member.weight / whole, market=member.market) for member in members)
    paths = sum(part.spec.paths for part in parts)
    return Result.of_members(replace(result.spec, market=replace(market, members=shares), paths=paths), parts)


def tails_note(result: Result, what: str = ALL_OF_TAILS) -> str:
    """Which paths the worst cases are read from, and what that leaves out; "" where there is nothing to say."""
    read = tails(result)
    if not has_leverage_effect(read.spec.market):
        return (
            f"{read.spec.market.name} has no leverage effect, that falls come with high volatility: the worst returns "
            "of a bull fund are too mild, those of a bear fund too severe."
        )
    if read is result:
        return ""
    names = " and ".join(member.spec.market.name for member in read.members or (read,))
    return (
        f"{what} of the {read.spec.paths:,} paths of {names}: there high "
        "volatility comes with falls of the index, which the other paths leave out."
    )
