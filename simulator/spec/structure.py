"""A way to take a view: what is bought or sold short with the money at risk, and when it is sold again."""

from dataclasses import dataclass

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.call_spread import CallSpread
from simulator.spec.leg import Hedge, Leg
from simulator.spec.model import TRADING_DAYS
from simulator.spec.trade import MOST_GAIN

MOST_LEGS = 8
LONGEST_NAME = 40
ROUNDING = 1e-9  # of a sum of weights


@dataclass(frozen=True, kw_only=True)
class Structure:
    """One dollar at risk, and what is done with it at the close before day 1.

    Legs are opened at their weights; what they leave is cash, 1 - sum of weights, a loan where that is negative. Or
    the dollar is the premium of a call spread, and nothing else is set: a model's mark is no price to sell at.

    Parameters
    ----------
    name : str
    legs : tuple of Leg
        Up to 8 of different instruments.
    spread : CallSpread, optional
    hedge : Hedge, optional
    rebalance_days : int
        Every so many days legs are brought back to their weights times the equity; 0: never. It costs nothing.
    stop : float, optional
        Loss of the money at risk, in (0, 1), at or beyond which all is sold at that close.
    target : float, optional
        Gain, in (0, 100], likewise.
    maintenance : float, optional
        Margin call: all is sold at the first close at which equity is below this share, in (0, 1], of the value of
        the short legs, and of the long ones where there is a loan.

    Raises
    ------
    LetfError
        If a value breaks its rule, or something is set that does not apply.
    """

    name: str
    legs: tuple[Leg, ...] = ()
    spread: CallSpread | None = None
    hedge: Hedge | None = None
    rebalance_days: int = 0
    stop: float | None = None
    target: float | None = None
    maintenance: float | None = None

    def __post_init__(self):
        where = f"structure {check.text('name', self.name)!r}"
        if len(self.name) > LONGEST_NAME:
            raise LetfError(f"{where}: name must have at most {LONGEST_NAME} characters")
        object.__setattr__(self, "legs", self._checked_legs(where))
        for name, kind in (("spread", CallSpread), ("hedge", Hedge)):
            if not isinstance(getattr(self, name), kind | None):
                raise LetfError(f"{where}: {name} must be a {kind.__name__}, got {getattr(self, name)!r}")
        days = check.integer(f"{where}: rebalance_days", self.rebalance_days, low=0, high=TRADING_DAYS)
        object.__setattr__(self, "rebalance_days", days)
        for name, most, closed in (("stop", 1, False), ("target", MOST_GAIN, True), ("maintenance", 1, True)):
            if (value := getattr(self, name)) is not None:
                value = check.number(
                    f"{where}: {name} (0.12 is 12%)", value, low=0, high=most, open_low=True, open_high=not closed
                )
                object.__setattr__(self, name, value)
        self._refuse_what_does_not_apply(where)

    def _checked_legs(self, where):
        legs = check.items(f"{where}: legs", self.legs, Leg, fewest=0, most=MOST_LEGS)
        if (not legs) == (self.spread is None):
            raise LetfError(f"{where}: it must have either legs or a call spread")
        names = [leg.instrument for leg in legs]
        for name in names:
            if names.count(name) > 1:
                raise LetfError(f"{where}: {name!r} stands in more than one leg; add up their weights")
        return legs

    def _refuse_what_does_not_apply(self, where):
        if self.spread is not None:
            for name in ("hedge", "rebalance_days", "stop", "target", "maintenance"):
                if getattr(self, name):
                    raise LetfError(
                        f"{where}: a call spread is held to its end, for a model's mark is no price to sell at; "
                        f"leave out {name}"
                    )
        parts: list[Leg | Hedge] = [*self.legs, *([self.hedge] if self.hedge else [])]
        invested = sum(part.weight for part in parts)
        if self.maintenance is not None and invested <= 1 + ROUNDING and all(part.weight > 0 for part in parts):
            raise LetfError(f"{where}: maintenance is of short legs or a loan, and it has neither; leave it out")

    @property
    def instruments(self) -> tuple[str, ...]:
        """What its legs and its hedge are in, each once; a call spread is on the index and names none."""
        hedge = (self.hedge.instrument,) if self.hedge else ()
        return tuple(dict.fromkeys((*(leg.instrument for leg in self.legs), *hedge)))
