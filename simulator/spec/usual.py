"""Structures files: the usual ways to take a view, as TOML tables, and those that a user adds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.call_spread import MOST_VOL, CallSpread
from simulator.spec.comparison import MOST_FEE
from simulator.spec.files import PRESETS, parsed, read_bytes
from simulator.spec.leg import Hedge, Leg
from simulator.spec.structure import Structure

SCHEMA, SCHEMA_VERSION = "letf.structures", 1
LONGEST_NAME = 20  # characters that a table has room for
MOST_PREMIUM = 10.0
OPTIONAL = ("rule", "legs", "spread", "hedge", "rebalance_days", "stop", "target", "maintenance")
SPREAD = ("low", "high", "days", "skew")
UNTOLD_VOL = MOST_VOL  # of a spread until the market tells it, so that no skew is refused before


@dataclass(frozen=True, kw_only=True)
class UsualStructure:
    """A structure of a file, before the market has told what its options cost.

    Parameters
    ----------
    structure : Structure
        With its stop and target.
    rule : str
        What a dollar at risk is.
    vol_premium : float, optional
        Implied volatility at the money over the market's expected one; None where the file gives the implied one, or
        there is no option.
    """

    structure: Structure
    rule: str = ""
    vol_premium: float | None = None

    @property
    def name(self) -> str:
        return self.structure.name

    @property
    def sold_short(self) -> tuple[str, ...]:
        """What it borrows."""
        hedge = self.structure.hedge
        parts: list[Leg | Hedge] = [*self.structure.legs, *([hedge] if hedge else [])]
        return tuple(part.instrument for part in parts if part.weight < 0)

    def at(self, expected_vol: float, *, implied_vol: float | None = None, exits: bool = False) -> Structure:
        """The structure in a market.

        Parameters
        ----------
        expected_vol : float
            Of the market, annual.
        implied_vol : float, optional
            Of options at the money, instead of the file's and of expected_vol times the premium.
        exits : bool
            Whether its stop and target sell it.
        """
        found = self.structure if exits else replace(self.structure, stop=None, target=None)
        if found.spread is None:
            return found
        if implied_vol is None:
            implied_vol = found.spread.vol if self.vol_premium is None else expected_vol * self.vol_premium
        try:
            return replace(found, spread=replace(found.spread, vol=implied_vol))
        except LetfError as error:
            raise LetfError(f"structure {self.name!r}: {error}") from None

    def to_dict(self) -> dict[str, Any]:
        """The structure's table of its file."""
        terms = {key: value for key, value in terms_of(self.structure).items() if value}
        if self.vol_premium is not None:
            del terms["spread"]["vol"]
            terms["spread"]["vol_premium"] = self.vol_premium
        return {"name": self.name} | ({"rule": self.rule} if self.rule else {}) | terms


@dataclass(frozen=True, kw_only=True)
class UsualStructures:
    """The content of a structures file: structures in order, and the annual fee of borrowing each instrument."""

    structures: tuple[UsualStructure, ...]
    borrow_fees: Mapping[str, float] = field(default_factory=dict)

    def called(self, names: tuple[str, ...]) -> "UsualStructures":
        """Those of these names, in any case, in the file's order, all without one; an unknown one lists the known."""
        if not names:
            return self
        known, asked = {usual.name.casefold() for usual in self.structures}, {name.casefold() for name in names}
        for name in names:
            if name.casefold() not in known:
                listed = "; ".join(usual.name for usual in self.structures)
                raise LetfError(f"unknown structure {name!r}; known: {listed}")
        return replace(self, structures=tuple(usual for usual in self.structures if usual.name.casefold() in asked))


def usual_structures() -> UsualStructures:
    """The structures that come with the package."""
    return structures_from_dict(parsed((PRESETS / "structures.toml").read_bytes(), "structures"))


def read_structures(path: Path | str) -> UsualStructures:
    """The structures in a TOML file; fees that it does not give are those of the package."""
    data = parsed(read_bytes(path), str(path))
    try:
        found = structures_from_dict(data)
    except LetfError as error:
        raise LetfError(f"{path}: {error}") from None
    return replace(found, borrow_fees={**usual_structures().borrow_fees, **found.borrow_fees})


def structures_from_dict(data: Any) -> UsualStructures:
    """The content of a structures file.

    Raises
    ------
    LetfError
        On another schema, a key unknown or missing, no structure, one name twice, or a value that breaks its rule.
    """
    values = check.tables(data, "structures", SCHEMA, SCHEMA_VERSION, optional=("borrow_fees",))
    structures = tuple(_structure(f"structures[{i}]", entry) for i, entry in enumerate(values["structures"]))
    check.unlike("structures file", "name", (usual.name for usual in structures))
    return UsualStructures(structures=structures, borrow_fees=_fees(values.get("borrow_fees", {})))


def structures_to_dict(known: UsualStructures) -> dict[str, Any]:
    """The content of a structures file."""
    return {
        "schema": f"{SCHEMA}/{SCHEMA_VERSION}",
        "borrow_fees": dict(known.borrow_fees),
        "structures": [usual.to_dict() for usual in known.structures],
    }


def terms_of(structure: Structure) -> dict[str, Any]:
    """What is held and when it is sold, as plain data."""
    return {
        "legs": {leg.instrument: leg.weight for leg in structure.legs},
        "spread": None if structure.spread is None else asdict(structure.spread),
        "hedge": None if structure.hedge is None else asdict(structure.hedge),
        "rebalance_days": structure.rebalance_days,
        "stop": structure.stop,
        "target": structure.target,
        "maintenance": structure.maintenance,
    }


def _fees(data: Any) -> dict[str, float]:
    fees = check.keys("borrow_fees", data, required=(), optional=data)
    return {name: check.number(f"borrow_fees: {name}", fee, low=0, high=MOST_FEE) for name, fee in fees.items()}


def _structure(where: str, data: Any) -> UsualStructure:
    values = check.keys(where, data, required=("name",), optional=OPTIONAL)
    name = check.text(f"{where}: name", values["name"])
    where = f"structure {name!r}"
    if len(name) > LONGEST_NAME:
        raise LetfError(f"{where}: name must have at most {LONGEST_NAME} characters, got {len(name)}")
    rule = check.text(f"{where}: rule", values.pop("rule")) if "rule" in values else ""
    try:
        premium = _with_parts(values)
        return UsualStructure(structure=Structure(**values), rule=rule, vol_premium=premium)
    except LetfError as error:
        raise LetfError(f"{where}: {str(error).removeprefix(f'{where}: ')}") from None


def _with_parts(values: dict[str, Any]) -> float | None:
    """Make legs, spread and hedge of the tables in `values`; the premium on the market's volatility, if any."""
    if "legs" in values:
        legs = check.keys("legs", values["legs"], required=(), optional=values["legs"])
        values["legs"] = tuple(Leg(instrument=name, weight=weight) for name, weight in legs.items())
    if "hedge" in values:
        values["hedge"] = Hedge(**check.keys("hedge", values["hedge"], required=("instrument", "weight", "fall")))
    if "spread" not in values:
        return None
    spread = check.keys("spread", values["spread"], required=SPREAD, optional=("vol", "vol_premium", "settle"))
    if ("vol" in spread) == ("vol_premium" in spread):
        raise LetfError("spread: give vol, or vol_premium, what it is over the market's expected one; not both")
    premium = spread.pop("vol_premium", None)
    if premium is not None:
        premium = check.number("spread: vol_premium", premium, low=0, high=MOST_PREMIUM, open_low=True)
    values["spread"] = CallSpread(**({"vol": UNTOLD_VOL, "settle": False} | spread))
    return premium
