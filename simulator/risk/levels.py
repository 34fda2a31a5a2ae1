"""What a level of the fund is in moves of the index, and back: in one day, and over a hold."""

from dataclasses import dataclass
from math import copysign

from simulator.spec.fund import Fund
from simulator.spec.model import TRADING_DAYS
from simulator.spec.trade import Trade


@dataclass(frozen=True, kw_only=True)
class Level:
    """A stop or target, and what it is in the other's terms.

    name : as in `Trade`.
    move : the return since entry at which it is reached: of the index where `name` begins with index, else the fund's.
    one_day : the other's return where it is reached on the first day.
    hold : the other's return where it is reached at the end of the hold, on a path of a given drag and carry.
    """

    name: str
    move: float
    one_day: float
    hold: float

    @property
    def of_index(self) -> bool:
        return self.name.startswith("index")


def levels(fund: Fund, rate: float, trade: Trade, break_even: float, days: int) -> tuple[Level, ...]:
    """The trade's stops and targets over a hold of `days`, stops first; `break_even` as in `index_over_hold`."""
    favour = copysign(1.0, fund.leverage)
    signs = {"stop": -1.0, "index_stop": -favour, "target": 1.0, "index_target": favour}
    found = []
    for name, sign in signs.items():
        if (size := getattr(trade, name)) is None:
            continue
        move = sign * size
        if name.startswith("index"):
            day, hold = fund_move(fund, rate, move), fund_over_hold(fund, break_even, move)
        else:
            day, hold = index_move(fund, rate, move), index_over_hold(fund, break_even, move)
        found.append(Level(name=name, move=move, one_day=day, hold=hold if days > 1 else day))
    return tuple(found)


def index_move(fund: Fund, rate: float, fund_return: float) -> float:
    """Move of the index that takes the fund to `fund_return` in one day: (R - carry) / L."""
    return (fund_return - fund.annual_carry(rate) / TRADING_DAYS) / fund.leverage


def fund_move(fund: Fund, rate: float, index_return: float) -> float:
    """What the fund returns on a day on which the index does `index_return`: max(-1, L r + carry)."""
    return max(fund.leverage * index_return + fund.annual_carry(rate) / TRADING_DAYS, -1.0)


def index_over_hold(fund: Fund, break_even: float, fund_return: float) -> float:
    """Return of the index over a hold at which the fund has returned `fund_return`: (1 + R)^(1/L) (1 + b) - 1.

    `break_even`, b, is the index's return at which the fund comes out even: it holds the path's drag and carry.
    """
    return (1 + fund_return) ** (1 / fund.leverage) * (1 + break_even) - 1


def fund_over_hold(fund: Fund, break_even: float, index_return: float) -> float:
    """What the fund has returned over a hold on which the index did `index_return`, the inverse of that."""
    return ((1 + index_return) / (1 + break_even)) ** fund.leverage - 1


def cash_over_hold(rate: float, days: int) -> float:
    """What money at the short rate returns over a hold: (1 + rate / 252)^days - 1."""
    return (1 + rate / TRADING_DAYS) ** days - 1
