"""A daily-reset fund and its costs."""

from dataclasses import dataclass
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check

SCHEMA, SCHEMA_VERSION = "letf.funds", 1
LONGEST_TICKER = 12
REQUIRED = ("ticker", "name", "index", "leverage", "expense_ratio")
OPTIONAL = ("swap_spread", "swap_half_spread", "source")


@dataclass(frozen=True, kw_only=True)
class Fund:
    """A fund that resets its exposure to `leverage` times its value at each close.

    Parameters
    ----------
    ticker, name, index : str
    leverage : float
        Daily multiple of the index, non-zero, within +-10.
    expense_ratio : float
        Annual fee, a fraction in [0, 1).
    swap_spread : float
        What the long side of the index swap pays over the short rate and the short side receives, annual, (-1, 1).
    swap_half_spread : float
        What both sides pay, annual, (-1, 1).
    source : str
        Where the figures come from.
    """

    ticker: str
    name: str
    index: str
    leverage: float
    expense_ratio: float
    swap_spread: float = 0.0
    swap_half_spread: float = 0.0
    source: str = ""

    def __post_init__(self):
        where = f"fund {check.text('ticker', self.ticker)!r}"
        if len(self.ticker) > LONGEST_TICKER:
            raise LetfError(f"{where}: ticker must have at most {LONGEST_TICKER} characters")
        check.text(f"{where}: name", self.name)
        check.text(f"{where}: index", self.index)
        if self.source != "":
            check.text(f"{where}: source", self.source)
        checked = {
            "leverage": check.number(f"{where}: leverage", self.leverage, low=-10, high=10),
            "expense_ratio": check.number(f"{where}: expense_ratio", self.expense_ratio, low=0, high=1, open_high=True),
        }
        for key in ("swap_spread", "swap_half_spread"):
            value = check.number(f"{where}: {key}", getattr(self, key), low=-1, high=1, open_low=True, open_high=True)
            checked[key] = value
        if checked["leverage"] == 0:
            raise LetfError(f"{where}: leverage must be finite and non-zero, got {self.leverage!r}")
        for key, value in checked.items():
            object.__setattr__(self, key, value)

    def annual_carry(self, rate: float) -> float:
        """What the fund gains a year besides L times the index, at short rate `rate` (annual, simple).

        (1 - L) rate - expense_ratio - L swap_spread - |L| swap_half_spread: a 3x fund borrows twice its value, a -3x
        fund earns the rate on four times its value.
        """
        leverage = self.leverage
        swap = leverage * self.swap_spread + abs(leverage) * self.swap_half_spread
        return (1 - leverage) * rate - self.expense_ratio - swap

    def to_dict(self) -> dict[str, Any]:
        """The fund as its TOML file holds it."""
        return {key: value for key, value in vars(self).items() if value != "" or key != "source"}

    @classmethod
    def from_dict(cls, data: Any, where: str = "fund") -> "Fund":
        """A fund from one [[funds]] table; unknown keys are refused by name."""
        return cls(**check.keys(where, data, required=REQUIRED, optional=OPTIONAL))


def funds_from_dict(data: Any) -> tuple[Fund, ...]:
    """The funds of a funds file, in its order.

    Raises
    ------
    LetfError
        On another schema, a key unknown or missing, no fund, or one ticker twice.
    """
    entries = check.tables(data, "funds", SCHEMA, SCHEMA_VERSION)["funds"]
    funds = tuple(Fund.from_dict(entry, f"funds[{i}]") for i, entry in enumerate(entries))
    check.unlike("funds file", "ticker", (fund.ticker for fund in funds))
    return funds


def funds_to_dict(funds: tuple[Fund, ...]) -> dict[str, Any]:
    """The content of a funds file."""
    return {"schema": f"{SCHEMA}/{SCHEMA_VERSION}", "funds": [fund.to_dict() for fund in funds]}
