"""What leveraged funds hold, and what they must trade at the close for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.files import PRESETS, find_funds, parsed
from simulator.spec.fund import Fund

SCHEMA, SCHEMA_VERSION = "letf.assets", 1
MOST_DOLLARS = 1e15
KEYS = ("ticker", "dollars", "date", "source")


@dataclass(frozen=True, kw_only=True)
class Assets:
    """A fund and the dollars that are in it.

    Parameters
    ----------
    fund : Fund
    dollars : float
        Net assets at the close before, in (0, 10^15].
    date, source : str
        When, and who says so; empty where the user does.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    fund: Fund
    dollars: float
    date: str = ""
    source: str = ""

    def __post_init__(self):
        if not isinstance(self.fund, Fund):
            raise LetfError(f"fund must be a Fund, got {self.fund!r}")
        name = f"assets of {self.fund.ticker} (dollars)"
        dollars = check.number(name, self.dollars, low=0, high=MOST_DOLLARS, open_low=True)
        object.__setattr__(self, "dollars", dollars)

    @property
    def flow_per_move(self) -> float:
        """Dollars to buy at the close for a move of the index of 1, as many times as it moves: L (L - 1) assets.

        After a move r the fund is worth A (1 + L r) and must hold L times that of the index, but holds L A (1 + r): it
        buys L (L - 1) A r (Cheng and Madhavan 2009, "The Dynamics of Leveraged and Inverse Exchange-Traded Funds", J.
        Investment Management 7(4), 43-62). A bull and a bear fund both buy after a rise and sell after a fall. Exact
        until the fund is gone, at a move of -1 / L.
        """
        return self.fund.leverage * (self.fund.leverage - 1) * self.dollars

    def to_dict(self) -> dict[str, Any]:
        """The assets as plain data."""
        told = {"date": self.date or None, "source": self.source or None}
        return {
            "ticker": self.fund.ticker,
            "leverage": self.fund.leverage,
            "dollars": self.dollars,
            "flow_per_move": self.flow_per_move,
        } | told


def preset_assets(known: tuple[Fund, ...]) -> tuple[Assets, ...]:
    """The assets that come with the package, of funds among those known."""
    data = parsed((PRESETS / "assets.toml").read_bytes(), "assets")
    check.schema("assets", data, SCHEMA, SCHEMA_VERSION)
    entries = [check.keys("assets", entry, required=KEYS) for entry in data["assets"]]
    return tuple(Assets(fund=find_funds((entry.pop("ticker"),), known)[0], **entry) for entry in entries)


def assets_of(dollars: Mapping[str, float], known: tuple[Fund, ...]) -> tuple[Assets, ...]:
    """The assets that a user gives by ticker, in that order."""
    return tuple(Assets(fund=find_funds((ticker,), known)[0], dollars=amount) for ticker, amount in dollars.items())
