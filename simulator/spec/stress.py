"""A hold that is put under stress: what is held, how long, and where it is sold."""

from dataclasses import dataclass, replace
from functools import cached_property

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.comparison import Comparison
from simulator.spec.course import Course
from simulator.spec.fund import Fund
from simulator.spec.market import Market, second_index
from simulator.spec.run import DEFAULT_RATE, DEFAULT_SEED
from simulator.spec.scenario import Scenario
from simulator.spec.shocks import LAST_DAY
from simulator.spec.stressed import stressed
from simulator.spec.structure import Leg, Structure
from simulator.spec.trade import Trade

DEFAULT_HOLD = 20  # trading days
DEFAULT_STOP = 0.12
DEFAULT_PATHS = 32_768
SOLD = " until sold"  # of the name of a structure with a stop or a target


@dataclass(frozen=True, kw_only=True)
class StressTest:
    """Every fund and index held alone from the close before day 1, and again with a stop and a target.

    Parameters
    ----------
    market : Market
        Its indexes are held too.
    funds : tuple of Fund
        At least one, on the market's index.
    hold : int
        Trading days, 1 to 252.
    stop, target : float, optional
        Loss and gain of a fund since entry at which it is sold, looked at at closes; for the market's index both over
        the largest multiple, so that all are sold at about the same move. Its second index has none.
    paths, seed, rate
        As in a `Comparison`.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    market: Market
    funds: tuple[Fund, ...]
    hold: int = DEFAULT_HOLD
    stop: float | None = DEFAULT_STOP
    target: float | None = None
    paths: int = DEFAULT_PATHS
    seed: int = DEFAULT_SEED
    rate: float = DEFAULT_RATE

    def __post_init__(self):
        funds = tuple(fund for fund in self.funds if fund.ticker.upper() != self.market.index.upper())
        if not funds:
            raise LetfError(f"a stress test needs a fund besides its index {self.market.index}; name one, as TNA")
        object.__setattr__(self, "funds", funds)
        object.__setattr__(self, "hold", check.integer("hold (trading days)", self.hold, low=1, high=LAST_DAY))
        Trade(stop=self.stop, target=self.target)  # whose rules hold here too
        self.baseline.parts()

    @property
    def instruments(self) -> tuple[str, ...]:
        """What is held: the index, the second index if there is one, the funds."""
        second = second_index(self.market)
        return (self.market.index, *(() if second is None else (second,)), *(fund.ticker for fund in self.funds))

    def levels(self, instrument: str) -> tuple[float | None, float | None]:
        """Stop and target of an instrument; (None, None) where it is held without."""
        if instrument == second_index(self.market):
            return None, None
        scale = max(abs(fund.leverage) for fund in self.funds) if instrument == self.market.index else 1.0
        stop, target = (None if level is None else level / scale for level in (self.stop, self.target))
        return stop, target

    @cached_property
    def baseline(self) -> Comparison:
        """The hold without a scenario: each instrument, then those that are sold at a stop or target."""
        sold = [name for name in self.instruments if self.levels(name) != (None, None)]
        structures = [*(_held(name) for name in self.instruments), *(_held(name, *self.levels(name)) for name in sold)]
        return Comparison(
            market=self.market,
            funds=self.funds,
            structures=tuple(structures),
            hold=self.hold,
            paths=self.paths,
            seed=self.seed,
            rate=self.rate,
        )

    def under(self, scenario: Scenario) -> Comparison:
        """The hold in which the scenario happens, on the same random numbers.

        Raises
        ------
        LetfError
            If the scenario sets a day beyond the hold, or needs another market.
        """
        course = scenario.course()
        if course.last_day > self.hold:
            raise LetfError(
                f"scenario {scenario.name!r}: day {course.last_day} lies beyond a hold of {self.hold} "
                f"day{'s' * (self.hold > 1)}; hold longer"
            )
        return replace(self.baseline, market=stressed(scenario, self.market), course=course)

    def until(self, comparison: Comparison, day: int) -> Comparison:
        """The instruments held without stop or target over the first `day` days alone."""
        kept = {
            name: tuple(entry for entry in getattr(comparison.course, name) if entry[0] <= day)
            for name in ("moves", "vol_scales", "rates")
        }
        held = comparison.structures[: len(self.instruments)]
        return replace(comparison, structures=held, hold=day, course=Course(**kept))


def _held(instrument: str, stop: float | None = None, target: float | None = None) -> Structure:
    name = instrument if stop is None and target is None else f"{instrument}{SOLD}"
    return Structure(name=name, legs=(Leg(instrument=instrument, weight=1.0),), stop=stop, target=target)
