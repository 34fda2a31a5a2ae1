"""What a scenario may bring: moves, changes of rates and yields, loud days, a stretch of the past."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Self

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.course import LEAST_MOVE, MOST_SCALE

LAST_DAY = 252  # of a hold
LARGEST_MOVE = 1.0  # of an index in a day
LARGEST_CHANGE = 1000.0  # of a rate, in basis points either way
BASIS_POINT = 1e-4
BETA_POINTS = 10.0  # basis points that the betas of a yield are told for


class Part:
    """A table of a scenario file: every field a key."""

    @classmethod
    def from_dict(cls, data: Any, where: str) -> Self:
        """The part that a table describes; unknown keys are refused by name."""
        known = fields(cls)  # type: ignore[arg-type]
        required = [one.name for one in known if one.default is one.default_factory]
        optional = [one.name for one in known if one.name not in required]
        values = check.keys(where, data, required=required, optional=optional)
        try:
            return cls(**values)
        except LetfError as error:
            raise LetfError(f"{where}: {error}") from None

    def _set(self, **values: Any) -> None:
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def to_dict(self) -> dict[str, Any]:
        """The part as its table holds it."""
        known = ((key, value) for key, value in vars(self).items() if value is not None)
        return {key: str(value) if isinstance(value, date) else value for key, value in known}


def _day(value: Any) -> int:
    return check.integer("day (1 is the first of the hold)", value, low=1, high=LAST_DAY)


def _move(name: str, value: Any) -> float:
    return check.number(f"{name} (-0.04 is -4%)", value, low=LEAST_MOVE, high=LARGEST_MOVE)


def _basis_points(value: Any) -> float:
    return check.number("basis_points", value, low=-LARGEST_CHANGE, high=LARGEST_CHANGE)


@dataclass(frozen=True, kw_only=True)
class Shock(Part):
    """On `day` the market's index moves by `index` and its second by `second`, simple returns in [-0.99, 1].

    Without `second` that index does what is drawn for it.
    """

    day: int
    index: float
    second: float | None = None

    def __post_init__(self):
        second = None if self.second is None else _move("second", self.second)
        self._set(day=_day(self.day), index=_move("index", self.index), second=second)


@dataclass(frozen=True, kw_only=True)
class RateChange(Part):
    """From `day` on the short rate is `basis_points` higher, beside what came before."""

    day: int
    basis_points: float

    def __post_init__(self):
        self._set(day=_day(self.day), basis_points=_basis_points(self.basis_points))

    @property
    def change(self) -> float:
        """A fraction a year."""
        return self.basis_points * BASIS_POINT


@dataclass(frozen=True, kw_only=True)
class YieldChange(Part):
    """On `day` the ten-year yield rises by `basis_points`, to which the indexes answer by betas.

    `index_beta` and `second_beta` are their returns for 10 basis points. No fund's financing hangs on this yield.
    """

    day: int
    basis_points: float
    index_beta: float
    second_beta: float | None = None

    def __post_init__(self):
        self._set(
            day=_day(self.day),
            basis_points=_basis_points(self.basis_points),
            index_beta=_move("index_beta (for 10 basis points)", self.index_beta),
        )
        if self.second_beta is not None:
            self._set(second_beta=_move("second_beta (for 10 basis points)", self.second_beta))
        self.shock()

    @property
    def change(self) -> float:
        """A fraction a year."""
        return self.basis_points * BASIS_POINT

    def shock(self) -> Shock:
        """The move of the indexes that day."""
        tens = self.basis_points / BETA_POINTS
        second = None if self.second_beta is None else tens * self.second_beta
        return Shock(day=self.day, index=tens * self.index_beta, second=second)


@dataclass(frozen=True, kw_only=True)
class EventDay(Part):
    """On `day` the log returns of both indexes are `factor` times what the market draws."""

    day: int
    factor: float

    def __post_init__(self):
        factor = check.number("factor", self.factor, low=0, high=MOST_SCALE)
        self._set(day=_day(self.day), factor=factor)


@dataclass(frozen=True, kw_only=True)
class Window(Part):
    """Real days from `first` to `last`, both included, and what is told of them where no prices are given.

    Parameters
    ----------
    first, last : date, or YYYY-MM-DD
    days : int, optional
        Trading days between them.
    index_return, second_return : float, optional
        What the indexes returned over them.
    annual_vol : float, optional
        Realised volatility of the market's index, annual.
    """

    first: date
    last: date
    days: int | None = None
    index_return: float | None = None
    second_return: float | None = None
    annual_vol: float | None = None

    def __post_init__(self):
        self._set(first=_date("first", self.first), last=_date("last", self.last))
        if self.first > self.last:
            raise LetfError(f"first {self.first} is after last {self.last}; swap them")
        if self.days is not None:
            self._set(days=check.integer("days", self.days, low=1, high=10_000))
        for name in ("index_return", "second_return", "annual_vol"):
            if (value := getattr(self, name)) is not None:
                self._set(**{name: check.number(name, value, low=-1, high=100)})


def _date(name: str, value: Any) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if type(value) is not date:
        raise LetfError(f"{name} must be a day, YYYY-MM-DD, got {value!r}")
    return value
