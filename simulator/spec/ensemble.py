"""How the index moves, when no one model is sure: several, each with a share of the paths."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import IndexModel

MAX_MEMBERS = 8
SINGLE_KINDS = {market.kind: market for market in (MarkovMarket, GarchMarket, BootstrapMarket)}

SingleMarket = MarkovMarket | GarchMarket | BootstrapMarket


@dataclass(frozen=True, kw_only=True)
class Member:
    """A market of an ensemble and its weight, in (0, 1]."""

    weight: float
    market: SingleMarket

    def __post_init__(self):
        if not isinstance(self.market, SingleMarket):
            raise LetfError(f"members must be markets of kind {', '.join(SINGLE_KINDS)}, got {self.market!r}")


@dataclass(frozen=True, kw_only=True)
class EnsembleMarket(IndexModel):
    """A mixture of markets on one index: a path follows member j with probability weight_j.

    Paths are shared out in proportion instead of drawn, which only narrows the Monte Carlo error. The drift is the
    ensemble's: members take it over.

    Parameters
    ----------
    members : tuple of Member
        1 to 8, with different names; weights sum to 1.
    drift, index, name, provenance
        As in every `IndexModel`; `drift` is a number.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    drift: float
    members: tuple[Member, ...]

    kind = "ensemble"
    required = ("members",)
    optional = ()

    def __post_init__(self):
        super().__post_init__()
        self._check_second(0)
        if not 1 <= len(self.members) <= MAX_MEMBERS:
            raise LetfError(f"members must number from 1 to {MAX_MEMBERS}, got {len(self.members)}")
        given = [member.weight for member in self.members]
        weights = check.probabilities("weights of members", given, len(given))
        names = [member.market.name for member in self.members]
        if len(set(names)) < len(names):
            raise LetfError(f"members must have different names, got {', '.join(names)}")
        for member, weight in zip(self.members, weights, strict=True):
            if weight == 0:
                raise LetfError(f"member {member.market.name!r} has weight 0; leave it out")
            if member.market.index != self.index:
                raise LetfError(f"member {member.market.name!r} is of {member.market.index!r}, not {self.index!r}")
        self._set(
            members=tuple(
                Member(weight=weight, market=member.market.with_drift(self.drift))
                for member, weight in zip(self.members, weights, strict=True)
            )
        )

    def _each(self, change) -> "EnsembleMarket":
        members = tuple(replace(member, market=change(member.market)) for member in self.members)
        return replace(self, members=members)

    @property
    def regimes_market(self) -> MarkovMarket | None:
        """The first member that is a market of regimes."""
        return next((one.market for one in self.members if isinstance(one.market, MarkovMarket)), None)

    def in_regime(self, name: str) -> "EnsembleMarket":
        """The ensemble whose first market of regimes starts in the one called `name`.

        All others start so that their `expected_vol` is that market's from there.
        """
        first = self.regimes_market
        if first is None:
            raise LetfError(f"regime {name!r} needs a market of regimes; no member of {self.name} is one")
        started = first.in_regime(name)
        vol = started.expected_vol()
        return self._each(lambda market: started if market is first else market.with_vol(vol))

    def expected_vol(self) -> float:
        """Root of the mean annual variance over the first 21 days."""
        return sqrt(sum(member.weight * member.market.expected_vol() ** 2 for member in self.members))

    def with_vol(self, vol: float) -> "EnsembleMarket":
        """Every member starts so that its own `expected_vol` is `vol`."""
        return self._each(lambda market: market.with_vol(vol))

    def with_scaled_vol(self, vol: float) -> "EnsembleMarket":
        """Every member's volatilities are scaled until its own `expected_vol` is `vol`."""
        scaled = self._each(lambda market: market.with_scaled_vol(vol))
        return replace(scaled, **self._renamed(vol / self.expected_vol()))

    def own_dict(self) -> dict[str, Any]:
        return {"members": [{"weight": member.weight, "market": member.market.to_dict()} for member in self.members]}

    @classmethod
    def _parsed(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(values["members"], list | tuple):
            raise LetfError(f"market: members must be a list of tables, got {values['members']!r}")
        return values | {"members": tuple(_member(i, entry) for i, entry in enumerate(values["members"]))}


def _member(position: int, data: Any) -> Member:
    where = f"members[{position}]"
    entry = check.keys(where, data, required=("weight", "market"))
    kind = entry["market"].get("kind") if isinstance(entry["market"], dict) else None
    if not isinstance(kind, str) or kind not in SINGLE_KINDS:
        raise LetfError(f"{where}: kind must be one of {', '.join(SINGLE_KINDS)}, got {kind!r}")
    try:
        return Member(weight=entry["weight"], market=SINGLE_KINDS[kind].from_dict(entry["market"]))
    except LetfError as error:
        raise LetfError(f"{where}: {error}") from None
