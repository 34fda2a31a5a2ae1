"""A scenario: days that history has few of, put into a hold."""

from dataclasses import dataclass
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.course import Course
from simulator.spec.shocks import EventDay, Part, RateChange, Shock, Window, YieldChange

SCHEMA, SCHEMA_VERSION = "letf.scenarios", 1
WORDS = ("name", "title", "assumes", "source")
LISTS: dict[str, type[Part]] = {"shocks": Shock, "short_rate": RateChange, "event_days": EventDay}
TABLES: dict[str, type[Part]] = {"ten_year": YieldChange, "replay": Window}
NUMBERS = ("regime", "regime_days", "correlation", "behind")
PARTS = (*LISTS, *TABLES, *NUMBERS)
LONGEST_REGIME = 2520.0  # days
LONGEST_NAME = 20  # characters that a table has room for


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is set in a hold instead of drawn, and how the market differs that draws the rest.

    Parameters
    ----------
    name, title : str
        The name of at most 20 characters.
    assumes, source : str
        In words: what is assumed, and where its figures come from.
    shocks : tuple of Shock
        Moves of the indexes on days of the hold, each day once.
    regime : str, optional
        The market's regime on day 1, by name. A shock on day 1 is set, so that the regime is the one after it.
    regime_days : float, optional
        Mean length of that regime in days, 1 or more; absent: the market's own.
    correlation : float, optional
        Of the two indexes in every regime, in (-1, 1); the second keeps its volatility.
    behind : float, optional
        By how much a year the market's index grows less than it would; its second grows as ever.
    short_rate : tuple of RateChange
    ten_year : YieldChange, optional
        Acts on the indexes as a shock, not on the short rate, and so not on what funds pay or earn.
    event_days : tuple of EventDay
        Days that are louder than the market draws them, each once and none with a shock.
    replay : Window, optional
        Real days, which take the place of all the rest where prices are given.

    Raises
    ------
    LetfError
        If a value breaks its rule, one day is set twice or nothing is set.
    """

    name: str
    title: str
    assumes: str
    source: str
    shocks: tuple[Shock, ...] = ()
    regime: str | None = None
    regime_days: float | None = None
    correlation: float | None = None
    behind: float | None = None
    short_rate: tuple[RateChange, ...] = ()
    ten_year: YieldChange | None = None
    event_days: tuple[EventDay, ...] = ()
    replay: Window | None = None

    def __post_init__(self):
        checked: dict[str, Any] = {word: check.text(word, getattr(self, word)) for word in WORDS}
        if len(self.name) > LONGEST_NAME:
            raise LetfError(f"name must have at most {LONGEST_NAME} characters, got {len(self.name)}")
        for name in LISTS:
            checked[name] = tuple(sorted(getattr(self, name), key=lambda part: part.day))
        if self.regime is not None:
            checked["regime"] = check.text("regime", self.regime)
        if self.regime_days is not None:
            if self.regime is None:
                raise LetfError("regime_days is the mean length of a regime; name it: regime = ...")
            checked["regime_days"] = check.number("regime_days", self.regime_days, low=1, high=LONGEST_REGIME)
        if self.correlation is not None:
            checked["correlation"] = check.number(
                "correlation", self.correlation, low=-1, high=1, open_low=True, open_high=True
            )
        if self.behind is not None:
            checked["behind"] = check.number("behind (0.2 is 20% a year)", self.behind, low=-5, high=5)
        for key, value in checked.items():
            object.__setattr__(self, key, value)
        self._check_days()
        if self.only_replays and self.replay is None:
            raise LetfError(f"sets nothing; give one of {', '.join(PARTS)}")

    def _check_days(self):
        loud = [event.day for event in self.event_days]
        for days in ([shock.day for shock in self.moves] + loud, [change.day for change in self.short_rate]):
            for day in days:
                if days.count(day) > 1:
                    raise LetfError(f"day {day} is set more than once; a day has one move, one change or one factor")

    @property
    def moves(self) -> tuple[Shock, ...]:
        """The shocks, that of the ten-year yield among them, by day."""
        shocks = self.shocks + (() if self.ten_year is None else (self.ten_year.shock(),))
        return tuple(sorted(shocks, key=lambda shock: shock.day))

    @property
    def only_replays(self) -> bool:
        """Whether nothing is set but real days."""
        return all(getattr(self, name) in (None, ()) for name in PARTS if name != "replay")

    def course(self) -> Course:
        """What is set on the days of the hold."""
        return Course(
            moves=tuple((shock.day, shock.index, shock.second) for shock in self.moves),
            vol_scales=tuple((event.day, event.factor) for event in self.event_days),
            rates=tuple((change.day, change.change) for change in self.short_rate),
        )

    def to_dict(self) -> dict[str, Any]:
        """The scenario as its TOML file holds it."""
        data: dict[str, Any] = {word: getattr(self, word) for word in WORDS}
        data |= {name: [part.to_dict() for part in parts] for name in LISTS if (parts := getattr(self, name))}
        data |= {name: part.to_dict() for name in TABLES if (part := getattr(self, name)) is not None}
        return data | {name: value for name in NUMBERS if (value := getattr(self, name)) is not None}

    @classmethod
    def from_dict(cls, data: Any, where: str = "scenario") -> "Scenario":
        """A scenario from one [[scenarios]] table; unknown keys are refused by name."""
        values = check.keys(where, data, required=WORDS, optional=PARTS)
        if isinstance(values["name"], str):
            where = f"scenario {values['name']!r}"
        for name in LISTS.keys() & values.keys():
            if not isinstance(values[name], list | tuple):
                raise LetfError(f"{where}: {name} must be a list of tables, got {values[name]!r}")
            parts = enumerate(values[name])
            values[name] = tuple(LISTS[name].from_dict(part, f"{where}: {name}[{i}]") for i, part in parts)
        for name in TABLES.keys() & values.keys():
            values[name] = TABLES[name].from_dict(values[name], f"{where}: {name}")
        try:
            return cls(**values)
        except LetfError as error:
            raise LetfError(f"{where}: {error}") from None


def scenarios_from_dict(data: Any) -> tuple[Scenario, ...]:
    """The scenarios of a file, in its order.

    Raises
    ------
    LetfError
        On another schema, a key unknown or missing, no scenario, or one name twice.
    """
    entries = check.tables(data, "scenarios", SCHEMA, SCHEMA_VERSION)["scenarios"]
    scenarios = tuple(Scenario.from_dict(entry, f"scenarios[{i}]") for i, entry in enumerate(entries))
    check.unlike("scenarios file", "name", (scenario.name for scenario in scenarios))
    return scenarios
