"""A part of a structure: bought or sold short at entry, or bought later as a hedge."""

from dataclasses import dataclass

from simulator.errors import LetfError
from simulator.spec import check

MOST_WEIGHT = 10.0


@dataclass(frozen=True, kw_only=True)
class Leg:
    """A part of a structure.

    Parameters
    ----------
    instrument : str
        The market's index, its second index, or a fund's ticker.
    weight : float
        Dollars of value at entry for each dollar at risk, within +-10 and not 0; negative is sold short.
    """

    instrument: str
    weight: float

    def __post_init__(self):
        _check_leg("leg", self)


@dataclass(frozen=True, kw_only=True)
class Hedge:
    """What is bought later, out of cash or on a loan: at the first close that the second index has fallen so far.

    Parameters
    ----------
    instrument, weight
        As a `Leg`'s; dollars for each dollar that was at risk at entry.
    fall : float
        Of the second index since entry, in (0, 1).
    """

    instrument: str
    weight: float
    fall: float

    def __post_init__(self):
        _check_leg("hedge", self)
        fall = check.number("hedge: fall (0.03 is 3%)", self.fall, low=0, high=1, open_low=True, open_high=True)
        object.__setattr__(self, "fall", fall)


def _check_leg(where: str, part: Leg | Hedge) -> None:
    check.text(f"{where}: instrument", part.instrument)
    name = f"{where}: weight of {part.instrument}"
    weight = check.number(name, part.weight, low=-MOST_WEIGHT, high=MOST_WEIGHT)
    if weight == 0:
        raise LetfError(f"{name} must not be 0; leave it out")
    object.__setattr__(part, "weight", weight)
