"""The structures of a file brought to a market: which of them it has the instruments for, and what they cost there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from simulator.errors import LetfError
from simulator.spec.comparison import Comparison
from simulator.spec.ensemble import EnsembleMarket, SingleMarket
from simulator.spec.fund import Fund
from simulator.spec.market import Market, second_index
from simulator.spec.structure import Structure
from simulator.spec.usual import UsualStructure, UsualStructures

S = TypeVar("S", bound=SingleMarket)
NO_FEES: Mapping[str, float] = MappingProxyType({})


def with_second_drift(market: Market, drift: float) -> Market:
    """The market whose second index drifts so."""
    if isinstance(market, EnsembleMarket):
        members = (replace(member, market=_with_second_drift(member.market, drift)) for member in market.members)
        return replace(market, members=tuple(members))
    return _with_second_drift(market, drift)


def _with_second_drift(market: S, drift: float) -> S:
    if market.second is None:
        raise LetfError(f"{market.name} has no second index that could drift; choose a market of two, as iwm-spy")
    return replace(market, second=replace(market.second, drift=drift))


def fitting(chosen: UsualStructures, market: Market, known: Sequence[Fund]) -> tuple[UsualStructures, list[str]]:
    """The structures that the market and the known funds have all instruments for, and the names of the others.

    Raises
    ------
    LetfError
        If there is none.
    """
    second = second_index(market)
    names = {market.index, second, *(fund.ticker for fund in known)}

    def fits(usual: UsualStructure) -> bool:
        return set(usual.structure.instruments) <= names and (usual.structure.hedge is None or second is not None)

    kept = tuple(usual for usual in chosen.structures if fits(usual))
    if not kept:
        raise LetfError(f"no structure can be held in market {market.name!r}, of {market.index} alone; name another")
    return replace(chosen, structures=kept), [usual.name for usual in chosen.structures if not fits(usual)]


def comparison(
    chosen: UsualStructures,
    market: Market,
    known: Sequence[Fund],
    *,
    exits: bool = False,
    implied_vol: float | None = None,
    borrow_fees: Mapping[str, float] = NO_FEES,
    **more: Any,
) -> Comparison:
    """The structures side by side in the market.

    Parameters
    ----------
    chosen : UsualStructures
    market : Market
    known : sequence of Fund
        Of which those are taken that a structure names.
    exits : bool
        Whether stops and targets sell.
    implied_vol : float, optional
        Of options at the money, instead of what their structures say.
    borrow_fees : mapping of str to float
        Fees, annual, that take the place of the file's.
    more
        The other parameters of Comparison: hold, paths, seed, rate, loan_spread.

    Raises
    ------
    LetfError
        If a structure names what there is not, a fee is unknown or of what nobody sells short, or a value breaks its
        rule.
    """
    expected = market.expected_vol()
    structures = tuple(usual.at(expected, implied_vol=implied_vol, exits=exits) for usual in chosen.structures)
    if implied_vol is not None and all(structure.spread is None for structure in structures):
        raise LetfError("the implied volatility is of options, and none of the structures has one; leave it out")
    return Comparison(
        market=market,
        funds=_named_funds(structures, market, known),
        structures=structures,
        borrow_fees=_fees(chosen, borrow_fees),
        **more,
    )


def _named_funds(structures: Sequence[Structure], market: Market, known: Sequence[Fund]) -> tuple[Fund, ...]:
    """Those of the known funds that structures name, which is all they may name beside the market's indexes."""
    second = second_index(market)
    indexes = [market.index] if second is None else [market.index, second]
    funds = {fund.ticker: fund for fund in known if fund.ticker not in indexes}
    for structure in structures:
        for name in structure.instruments:
            if name not in indexes and name not in funds:
                lacking = f"; {market.name} has no second index, iwm-spy has" if second is None else ""
                raise LetfError(
                    f"structure {structure.name!r}: unknown instrument {name!r}; known: "
                    f"{', '.join([*indexes, *funds])}{lacking}"
                )
    named = {name for structure in structures for name in structure.instruments}
    return tuple(fund for ticker, fund in funds.items() if ticker in named)


def _fees(chosen: UsualStructures, given: Mapping[str, float]) -> dict[str, float]:
    """Of each instrument that is sold short."""
    by = {name: usual.name for usual in chosen.structures for name in usual.sold_short}
    for name in given:
        if name not in by:
            short = ", ".join(by) or "nothing"
            raise LetfError(f"a borrow fee is of what is sold short, which is {short} here, got one of {name!r}")
    fees = {**chosen.borrow_fees, **given}
    for name, structure in by.items():
        if name not in fees:
            raise LetfError(
                f"structure {structure!r} sells {name} short, and no fee of borrowing it is known; give it, as "
                f"--borrow {name}=3%"
            )
    return {name: fees[name] for name in by}
