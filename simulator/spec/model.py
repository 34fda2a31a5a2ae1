"""What every model of the index's daily returns has and answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.second import SecondIndex

SCHEMA, SCHEMA_VERSION = "letf.market", 1
TRADING_DAYS = 252  # a year
DEFAULT_DRIFT = 0.08  # of a fitted market: the default short rate, 0.04, and an equity premium of 0.04
VOL_DAYS = 21  # `expected_vol` and `with_vol` speak of this many days
VOL_ROUNDING = 1e-4  # of a volatility: messages show four digits
PRICE_KEYS = ("source_file", "sha256", "first_date", "last_date", "as_of")  # of provenance, what the prices were
COMMON = ("name", "second", "provenance")  # optional keys of every market file

Drift = float | Literal["regime"]


@dataclass(frozen=True, kw_only=True)
class IndexModel(ABC):
    """A model of the daily log returns x_t of an index, and where it starts.

    Parameters
    ----------
    drift : float
        The index grows by exp(drift / 252) a day.
    index, name : str
    second : SecondIndex, optional
        Another index beside it; what the first does is the same without.
    provenance : mapping
        Where the parameters come from; kept, never interpreted.
    """

    drift: Drift
    index: str = "IWM"
    name: str = "unnamed"
    second: SecondIndex | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    kind: ClassVar[str]
    required: ClassVar[tuple[str, ...]]  # keys of the market file besides schema, index, kind and drift
    optional: ClassVar[tuple[str, ...]]

    def __post_init__(self):
        checked: dict[str, Any] = {"index": check.text("index", self.index), "name": check.text("name", self.name)}
        checked["drift"] = self._checked_drift()
        if not isinstance(self.provenance, Mapping):
            raise LetfError(f"provenance must be a table, got {self.provenance!r}")
        if self.second is not None and not isinstance(self.second, SecondIndex):
            raise LetfError(f"second must be a SecondIndex, got {self.second!r}")
        self._set(**checked)

    def _set(self, **values: Any) -> None:
        """What `__post_init__` made exact; a frozen dataclass knows no other way."""
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def _checked_drift(self) -> Drift:
        if self.drift == "regime":
            raise LetfError(f'drift "regime" needs a market of regimes; one of kind {self.kind} takes a number, as 8%')
        return check.number("drift", self.drift, low=-10, high=10)

    @abstractmethod
    def expected_vol(self) -> float:
        """Root of the mean annual variance over the first 21 days."""

    @abstractmethod
    def with_vol(self, vol: float) -> "IndexModel":
        """The market that starts so that `expected_vol` is `vol`."""

    @abstractmethod
    def with_scaled_vol(self, vol: float) -> "IndexModel":
        """The market whose volatilities are all scaled by one factor until `expected_vol` is `vol`."""

    @abstractmethod
    def own_dict(self) -> dict[str, Any]:
        """The keys of the market file that are this kind's own."""

    def _renamed(self, factor: float) -> dict[str, Any]:
        """Name, provenance and second index once volatilities are scaled; of the provenance only the prices': the fit
        is another's."""
        prices = {key: value for key, value in self.provenance.items() if key in PRICE_KEYS}
        second = None if self.second is None else self.second.scaled(factor)
        return {"name": f"{self.name} (volatility x {factor:.3g})", "provenance": prices, "second": second}

    def _check_second(self, count: int) -> None:
        """Refuse a second index that a market of `count` regimes or days cannot move."""
        if self.second is not None:
            self.second.check_beside(self.index, self.kind, count)

    def to_dict(self) -> dict[str, Any]:
        """The market as its TOML file holds it."""
        data: dict[str, Any] = {
            "schema": f"{SCHEMA}/{SCHEMA_VERSION}",
            "name": self.name,
            "index": self.index,
            "kind": self.kind,
            "drift": self.drift,
        }
        data |= self.own_dict()
        if self.second is not None:
            data["second"] = self.second.to_dict()
        if self.provenance:
            data["provenance"] = dict(self.provenance)
        return data

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """A market from the content of a market file; unknown keys are refused by name."""
        check.schema("market", check.keys("market", data, required=(), optional=data), SCHEMA, SCHEMA_VERSION)
        required = ("schema", "index", "kind", "drift", *cls.required)
        values = check.keys("market", data, required=required, optional=(*COMMON, *cls.optional))
        del values["schema"]
        if (kind := values.pop("kind")) != cls.kind:
            raise LetfError(f'market: kind must be "{cls.kind}", got {kind!r}')
        if "second" in values:
            values["second"] = SecondIndex.from_dict(values["second"])
        return cls(**cls._parsed(values))

    @classmethod
    def _parsed(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Arguments from the file's values."""
        return values

    def with_drift(self, drift: Drift) -> Self:
        """The same market with another drift."""
        return replace(self, drift=drift)


def mean_variance_line(persistence: float, intercept: float, days: int = VOL_DAYS) -> tuple[float, float]:
    """(a, b) with mean over `days` of E v_t = a + b v_1 where E v_t+1 = intercept + persistence E v_t."""
    powers = persistence ** np.arange(days)
    constant = np.concatenate([[0.0], np.cumsum(powers)[:-1]]) * intercept
    return float(constant.mean()), float(powers.mean())


def log_mean_exp(values: np.ndarray) -> float:
    """log mean exp(values), whatever their size."""
    peak = values.max()
    return float(peak + np.log(np.exp(values - peak).mean()))
