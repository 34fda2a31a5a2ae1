"""One run: a market, funds, horizons, a number of paths and a seed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.fund import Fund
from simulator.spec.market import Market, market_from_dict, shared_out
from simulator.spec.trade import Trade

MAX_HORIZON = 2520
MAX_PATHS = 2**40
MAX_FUNDS = 64
MAX_LAWS = 2048  # histograms of one run: horizons times (1 + 2 funds), 0.2 MB each and thread
DEFAULT_HORIZONS = (1, 2, 3, 5, 10, 15, 21, 30, 42, 63, 126, 252)
DEFAULT_PATHS = 262_144
DEFAULT_RATE = 0.04
DEFAULT_SEED = 1


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What determines a Result, bit for bit.

    Parameters
    ----------
    market : Market
    funds : tuple of Fund
        1 to 64 funds with different tickers, all on the market's index.
    horizons : tuple of int
        Holding periods in trading days, 1 to 2,520; sorted, repeats dropped.
    paths : int
        1 to 2^40.
    seed : int
        0 to 2^64 - 1, the key of the random numbers.
    rate : float
        Annual simple short rate, within (-1, 1).
    trade : Trade, optional
        Holds every fund as a position: drawdowns, stops and targets, and what the index did are then known too.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    market: Market
    funds: tuple[Fund, ...]
    horizons: tuple[int, ...] = DEFAULT_HORIZONS
    paths: int = DEFAULT_PATHS
    seed: int = DEFAULT_SEED
    rate: float = DEFAULT_RATE
    trade: Trade | None = None

    def __post_init__(self):
        if not isinstance(self.market, Market):
            raise LetfError(f"market must be a market, as a MarkovMarket, got {self.market!r}")
        if not isinstance(self.horizons, Iterable) or isinstance(self.horizons, str):
            raise LetfError(f"horizons must be holding periods in days, got {self.horizons!r}")
        horizons = {check.integer("horizon", day, low=1, high=MAX_HORIZON) for day in self.horizons}
        if not horizons:
            raise LetfError("horizons must name at least one holding period")
        checked = {
            "funds": self._checked_funds(),
            "horizons": tuple(sorted(horizons)),
            "paths": check.integer("paths", self.paths, low=1, high=MAX_PATHS),
            "seed": check.integer("seed", self.seed, low=0, high=2**64 - 1),
            "rate": check.number("rate", self.rate, low=-1, high=1, open_low=True, open_high=True),
        }
        if self.trade is not None and not isinstance(self.trade, Trade):
            raise LetfError(f"trade must be a Trade, got {self.trade!r}")
        for key, value in checked.items():
            object.__setattr__(self, key, value)
        if self.laws > MAX_LAWS:
            raise LetfError(
                f"{len(horizons)} horizons with {len(self.funds)} funds need {self.laws:,} histograms, at most "
                f"{MAX_LAWS:,} fit; name fewer horizons or funds"
            )
        self.parts()

    def _checked_funds(self):
        if not isinstance(self.funds, Iterable) or not all(isinstance(fund, Fund) for fund in self.funds):
            raise LetfError(f"funds must be Funds, got {self.funds!r}")
        funds = tuple(self.funds)
        if not 1 <= len(funds) <= MAX_FUNDS:
            raise LetfError(f"funds must number from 1 to {MAX_FUNDS}, got {len(funds)}")
        if len({fund.ticker.upper() for fund in funds}) < len(funds):
            raise LetfError("funds must have different tickers")
        for fund in funds:
            if fund.index != self.market.index:
                raise LetfError(
                    f"fund {fund.ticker!r} follows {fund.index!r} but the market is {self.market.index!r}; "
                    "choose a fund of that index or another market"
                )
        return funds

    @property
    def laws(self) -> int:
        """How many histograms it keeps."""
        return len(self.horizons) * (1 + (2 if self.trade is None else 6) * len(self.funds))

    def parts(self) -> "tuple[tuple[int, Simulation], ...]":
        """First path and run of each member of an ensemble, paths shared out in proportion to the weights, in order.

        Any other market is one part.
        """
        return tuple(
            (first, self if market is self.market else replace(self, market=market, paths=paths))
            for first, paths, market in shared_out(self.market, self.paths)
        )

    def to_dict(self) -> dict[str, Any]:
        """The run as plain data; `from_dict` gives it back."""
        return {
            "market": self.market.to_dict(),
            "funds": [fund.to_dict() for fund in self.funds],
            "horizons": list(self.horizons),
            "paths": self.paths,
            "seed": self.seed,
            "rate": self.rate,
        } | ({} if self.trade is None else {"trade": self.trade.to_dict()})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Simulation":
        """The run that `to_dict` described."""
        keys = ("market", "funds", "horizons", "paths", "seed", "rate")
        values = check.keys("simulation", data, required=keys, optional=("trade",))
        values["market"] = market_from_dict(values["market"])
        values["funds"] = tuple(Fund.from_dict(entry) for entry in values["funds"])
        if "trade" in values:
            values["trade"] = Trade.from_dict(values["trade"])
        return cls(**values)
