"""Ways to take a view, held side by side on the same paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.course import Course
from simulator.spec.fund import Fund
from simulator.spec.market import Market, second_index, shared_out
from simulator.spec.run import DEFAULT_PATHS, DEFAULT_RATE, DEFAULT_SEED, MAX_FUNDS, MAX_HORIZON, MAX_PATHS
from simulator.spec.structure import Structure

MAX_STRUCTURES = 64
NOTHING_SET = Course()
DEFAULT_LOAN_SPREAD = 0.015
OUTCOME_BYTES = 8 + 8 + 1 + 4  # of a structure and path: profit, drawdown, end and day
MOST_BYTES = 2 << 30
LEAST_PREMIUM = 1e-4  # of a call spread; a hundredth of a percent of the index is next to nothing to lose
MOST_FEE = 10.0  # to borrow shares, a year


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What determines the outcomes of structures, bit for bit.

    Parameters
    ----------
    market : Market
        With a second index where a structure names it, or its fall.
    funds : tuple of Fund
        Those that structures may name, all on the market's index.
    structures : tuple of Structure
        1 to 64 with different names.
    hold : int
        Trading days, 1 to 2,520.
    paths : int
        As many as leave outcomes that fit in 2 GiB.
    seed : int
        0 to 2^64 - 1.
    rate : float
        Annual simple short rate, within (-1, 1): what cash earns.
    loan_spread : float
        What a loan costs over the short rate, annual, in [0, 1).
    borrow_fees : mapping of str to float
        What shares that are sold short cost to borrow, annual, by instrument; 0 where none is given.
    course : Course
        What is set on days instead of drawn.

    Raises
    ------
    LetfError
        If a value breaks its rule, or a structure needs what is not there.
    """

    market: Market
    funds: tuple[Fund, ...]
    structures: tuple[Structure, ...]
    hold: int
    paths: int = DEFAULT_PATHS
    seed: int = DEFAULT_SEED
    rate: float = DEFAULT_RATE
    loan_spread: float = DEFAULT_LOAN_SPREAD
    borrow_fees: Mapping[str, float] = field(default_factory=dict)
    course: Course = NOTHING_SET

    def __post_init__(self):
        if not isinstance(self.market, Market):
            raise LetfError(f"market must be a market, as a MarkovMarket, got {self.market!r}")
        if not isinstance(self.course, Course):
            raise LetfError(f"course must be a Course, got {self.course!r}")
        checked = {
            "funds": check.items("funds", self.funds, Fund, fewest=0, most=MAX_FUNDS),
            "structures": check.items("structures", self.structures, Structure, fewest=1, most=MAX_STRUCTURES),
            "hold": check.integer("hold", self.hold, low=1, high=MAX_HORIZON),
            "paths": check.integer("paths", self.paths, low=1, high=MAX_PATHS),
            "seed": check.integer("seed", self.seed, low=0, high=2**64 - 1),
            "rate": check.number("rate", self.rate, low=-1, high=1, open_low=True, open_high=True),
            "loan_spread": check.number("loan_spread", self.loan_spread, low=0, high=1, open_high=True),
            "borrow_fees": self._checked_fees(),
        }
        for key, value in checked.items():
            object.__setattr__(self, key, value)
        self._check_funds()
        self._check_structures()
        self._check_course()
        if (needed := self.paths * len(self.structures) * OUTCOME_BYTES) > MOST_BYTES:
            most = MOST_BYTES // (len(self.structures) * OUTCOME_BYTES)
            raise LetfError(
                f"outcomes of {self.paths:,} paths and {len(self.structures)} structures take {needed / 2**30:.3g} "
                f"GiB, at most 2 GiB are allowed; take {most:,} paths or fewer"
            )
        self.parts()

    def _checked_fees(self):
        if not isinstance(self.borrow_fees, Mapping):
            raise LetfError(f"borrow_fees must be fees by instrument, got {self.borrow_fees!r}")
        return {
            check.text("borrow_fees: instrument", name): check.number(
                f"borrow_fees: {name} (0.01 is 1% a year)", fee, low=0, high=MOST_FEE
            )
            for name, fee in self.borrow_fees.items()
        }

    def _check_funds(self):
        names = [name.upper() for name in (self.market.index, self.second, *self._tickers()) if name is not None]
        for fund in self.funds:
            if fund.index != self.market.index:
                raise LetfError(
                    f"fund {fund.ticker!r} follows {fund.index!r} but the market is {self.market.index!r}; "
                    "choose a fund of that index or another market"
                )
            if names.count(fund.ticker.upper()) > 1:
                raise LetfError(f"fund {fund.ticker!r}: another fund or an index is called so; leave one of them out")

    def _check_structures(self):
        names = [structure.name for structure in self.structures]
        known = [name for name in (self.market.index, self.second, *self._tickers()) if name is not None]
        for structure in self.structures:
            where = f"structure {structure.name!r}"
            if names.count(structure.name) > 1:
                raise LetfError(f"{where} stands more than once; structures must have different names")
            if structure.hedge is not None and self.second is None:
                raise LetfError(
                    f"{where}: its hedge is bought when the second index falls, and market {self.market.name!r} has "
                    "none; choose a market of two indexes"
                )
            spread = structure.spread
            if spread is not None and (premium := spread.premium(self.rate)) < LEAST_PREMIUM:
                raise LetfError(
                    f"{where}: its premium must be at least {LEAST_PREMIUM:g} of the index, got {premium:.3g}; take a "
                    "lower low strike or a wider spread"
                )
            for name in structure.instruments:
                if name not in known:
                    lacking = "; it has no second index" if self.second is None else ""
                    raise LetfError(
                        f"{where}: {name!r} is none of {', '.join(known)}, which market {self.market.name!r} and "
                        f"the funds have{lacking}"
                    )

    def _check_course(self):
        if self.course.last_day > self.last_day:
            raise LetfError(f"course: day {self.course.last_day} lies beyond the hold of {self.last_day} days")
        for day in (0, *(since for since, _ in self.course.rates)):
            check.number(
                f"rate on day {day}", self.course.rate_on(day, self.rate), low=-1, high=1, open_low=True, open_high=True
            )

    def _tickers(self):
        return tuple(fund.ticker for fund in self.funds)

    @property
    def second(self) -> str | None:
        """Name of the market's second index; of an ensemble, the one that all members have."""
        return second_index(self.market)

    @property
    def last_day(self) -> int:
        """The day that the last structure is over."""
        spreads = [structure.spread for structure in self.structures if structure.spread is not None]
        return max([self.hold, *(spread.end(self.hold) for spread in spreads)])

    def parts(self) -> "tuple[tuple[int, Comparison], ...]":
        """First path and comparison of each member of an ensemble; any other market is one part."""
        return tuple(
            (first, self if market is self.market else replace(self, market=market, paths=paths))
            for first, paths, market in shared_out(self.market, self.paths)
        )
