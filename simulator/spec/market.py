"""The kinds of market, and the one of a file."""

from itertools import pairwise
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket, SingleMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import SCHEMA, SCHEMA_VERSION

Market = MarkovMarket | GarchMarket | BootstrapMarket | EnsembleMarket
KINDS: dict[str, type[Market]] = {
    market.kind: market for market in (MarkovMarket, GarchMarket, BootstrapMarket, EnsembleMarket)
}


def market_from_dict(data: Any) -> Market:
    """The market that a file's content describes, of any kind."""
    check.schema("market", check.keys("market", data, required=(), optional=data), SCHEMA, SCHEMA_VERSION)
    kind = check.keys("market", data, required=("kind",), optional=data)["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise LetfError(f"market: kind must be one of {', '.join(KINDS)}, got {kind!r}")
    return KINDS[kind].from_dict(data)


def has_leverage_effect(market: Market) -> bool:
    """Whether falls of the index come with higher volatility after them, as they do in markets.

    Regimes have it only where each has its own drift, one drift for all leaves it out; GARCH where it answers more to
    falls or its innovations are not symmetric; past days as far as blocks keep them together; an ensemble where any
    member has it. Days that do not hang together have none.
    """
    match market:
        case MarkovMarket():
            return market.drift == "regime" and len(market.regimes) > 1
        case GarchMarket():
            return market.gamma > 0 or market.skew != 0  # skew is None where residuals are drawn
        case BootstrapMarket():
            return market.scaling is not None or market.block_days > 1
        case EnsembleMarket():
            return any(has_leverage_effect(member.market) for member in market.members)


def second_index(market: Market) -> str | None:
    """Name of the market's second index; of an ensemble, the one that all its members have."""
    if isinstance(market, EnsembleMarket):
        names = {second_index(member.market) for member in market.members}
        return names.pop() if len(names) == 1 else None
    return None if market.second is None else market.second.index


def shared_out(market: Market, paths: int) -> tuple[tuple[int, int, SingleMarket], ...]:
    """First path, number of paths and market of each member of an ensemble, shared out in proportion to the weights.

    Any other market is one part.
    """
    if not isinstance(market, EnsembleMarket):
        return ((0, paths, market),)
    edges, share = [0], 0.0
    for member in market.members:
        share += member.weight
        edges.append(round(share * paths))
    counts = [end - start for start, end in pairwise(edges)]
    if min(counts) == 0:
        raise LetfError(f"paths must give every one of the ensemble's {len(counts)} models one, got {paths}")
    return tuple(zip(edges, counts, (member.market for member in market.members), strict=False))
