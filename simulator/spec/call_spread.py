"""A call spread on the index."""

from dataclasses import dataclass
from math import log1p
from typing import Any

import numpy as np

from simulator.errors import LetfError
from simulator.options import LEAST_VOL, MONEYNESS_STEP, call_spread
from simulator.spec import check
from simulator.spec.model import TRADING_DAYS

CALENDAR_DAYS = 365  # a year
LEAST_DAYS, MOST_DAYS = 45, 90
MOST_VOL = 3.0
STEEPEST = -0.5  # of a skew
LEAST_STRIKE, MOST_STRIKE = 0.5, 2.0


@dataclass(frozen=True, kw_only=True)
class CallSpread:
    """A European call on the index bought and one of a higher strike sold; the premium paid is all that is at risk.

    Strikes are fractions of the index at entry. The implied volatility of a strike is
    vol + skew (strike / index - 1) / 0.1, at entry and at the end alike ("sticky moneyness").

    Parameters
    ----------
    low, high : float
        Strikes, from 0.5 to 2, low < high.
    days : int
        Calendar days to expiry, 45 to 90.
    vol : float
        Implied at the money, annual, from 0.01 to 3.
    skew : float
        Change of the implied volatility per +10 % of moneyness, from -0.5 to 0.
    settle : bool
        Kept to expiry, also beyond the hold, and settled there; else sold at the end of the hold at what the model
        says it is worth, or settled where it has expired by then.
    """

    low: float
    high: float
    days: int
    vol: float
    skew: float
    settle: bool

    def __post_init__(self):
        checked: dict[str, Any] = {
            "days": check.integer("call spread: days", self.days, low=LEAST_DAYS, high=MOST_DAYS),
            "vol": check.number("call spread: vol (0.2 is 20%)", self.vol, low=LEAST_VOL, high=MOST_VOL),
            "skew": check.number("call spread: skew (-0.02 is -2% a 10%)", self.skew, low=STEEPEST, high=0),
        }
        for name in ("low", "high"):
            strike = f"call spread: {name} (a strike, 1.05 is 105% of the index)"
            checked[name] = check.number(strike, getattr(self, name), low=LEAST_STRIKE, high=MOST_STRIKE)
        if checked["low"] >= checked["high"]:
            raise LetfError(f"call spread: low must lie below high, got {self.low!r} and {self.high!r}")
        lowest = checked["vol"] + checked["skew"] * (checked["high"] - 1) / MONEYNESS_STEP
        if lowest < LEAST_VOL:
            raise LetfError(
                f"call spread: the implied volatility of the high strike must be at least {LEAST_VOL:g}, got "
                f"{lowest:.4g}; take a flatter skew or a lower strike"
            )
        if not isinstance(self.settle, bool):
            raise LetfError(f"call spread: settle must be true or false, got {self.settle!r}")
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def expiry(self) -> int:
        """The trading day, from 1, at whose close it expires."""
        return round(self.days * TRADING_DAYS / CALENDAR_DAYS)

    def value(self, growth: np.ndarray, day: int, rate: float) -> np.ndarray:
        """Per dollar of the index at entry, at the close of trading day `day`, 0 being that of entry.

        Time is counted in trading days, 252 a year.

        Parameters
        ----------
        growth : float64, any shape
            The index over its value at entry.
        day : int
            From 0 to `expiry`.
        rate : float
            The short rate of that day, annual and simple.
        """
        years = (self.expiry - day) / TRADING_DAYS
        return call_spread(growth, self.low, self.high, years, log_rate(rate), self.vol, self.skew)

    def premium(self, rate: float) -> float:
        """What it costs at entry, per dollar of the index."""
        return float(self.value(np.ones(1), 0, rate)[0])

    def end(self, hold: int) -> int:
        """The trading day at whose close the trade is over, of a hold of so many."""
        return self.expiry if self.settle else min(hold, self.expiry)


def log_rate(rate: float) -> float:
    """Continuously compounded rate, a year, of cash that earns rate / 252 a day."""
    return TRADING_DAYS * log1p(rate / TRADING_DAYS)
