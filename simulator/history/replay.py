"""What a fund should have returned on its index's real days, beside what it returned, and why it differs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulator.history.block_bootstrap import stationary_counts
from simulator.history.pair import Pair
from simulator.history.rates import Rates
from simulator.spec.fund import Fund
from simulator.spec.model import TRADING_DAYS

MEAN_BLOCK = 21  # days; a close that is off comes back within few
WORST = 5
EDGE = 10  # calendar days; a year is full if its first close and its last are within so many of its ends


def daily_growth(fund: Fund, index_return: np.ndarray, rate: Any) -> np.ndarray:
    """A fund's growth a day, max(0, 1 + L r + carry / 252), (T,): the kernel's formula on days that were.

    Parameters
    ----------
    fund : Fund
    index_return : float64 (T,)
        Simple daily returns of the index.
    rate : float or float64 (T,)
        Short rate a year; a day bears 1/252 of it.
    """
    return np.maximum(0.0, 1 + fund.leverage * index_return + fund.annual_carry(rate) / TRADING_DAYS)


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Returns over a span, and the parts in which the real fund's differs from L times the index's.

    `multiple` plus compounding, volatility_drag, financing, swap and fee is `replay_return`; with tracking it is
    `fund_return`. All are fractions of the money put in.
    """

    index_return: float
    multiple: float
    compounding: float
    volatility_drag: float
    financing: float
    swap: float
    fee: float
    replay_return: float
    tracking: float
    fund_return: float

    PARTS = ("compounding", "volatility_drag", "financing", "swap", "fee", "tracking")


@dataclass(frozen=True, kw_only=True, eq=False)
class Replay:
    """A fund on its index's real daily returns.

    Parameters
    ----------
    pair : Pair
    rates : Rates or float
    rate : float64 (T,)
        Short rate a year, of each return's day.
    """

    pair: Pair
    rates: Rates | float
    rate: np.ndarray

    @property
    def fund(self) -> Fund:
        return self.pair.fund

    @property
    def replay_return(self) -> np.ndarray:
        """Daily returns of the fund as its costs have it, (T,)."""
        return daily_growth(self.fund, self.pair.index_return, self.rate) - 1

    @property
    def tracking(self) -> np.ndarray:
        """Daily return of the real fund less the replayed one's, (T,)."""
        return self.pair.fund_return - self.replay_return

    def attribution(self, days: slice | np.ndarray = slice(None)) -> Attribution:
        """Returns and their parts over consecutive returns; by default the whole span.

        With growth I of the index and F0 of the fund without carry: compounding I^L - 1 - L (I - 1), volatility drag
        F0 - I^L; then financing, swap and fee are what the growth changes as each joins, and tracking is the rest.
        """
        leverage, r, rate = self.fund.leverage, self.pair.index_return[days], self.rate[days]
        feeless = replace(self.fund, expense_ratio=0.0)
        costless = replace(feeless, swap_spread=0.0, swap_half_spread=0.0)
        index, real = float(np.prod(1 + r)), float(np.prod(1 + self.pair.fund_return[days]))
        steps = ((costless, 0.0), (costless, rate), (feeless, rate), (self.fund, rate))
        bare, financed, swapped, full = (float(np.prod(daily_growth(fund, r, at))) for fund, at in steps)
        multiple, power = leverage * (index - 1), index**leverage
        return Attribution(
            index_return=index - 1,
            multiple=multiple,
            compounding=power - 1 - multiple,
            volatility_drag=bare - power,
            financing=financed - bare,
            swap=swapped - financed,
            fee=full - swapped,
            replay_return=full - 1,
            tracking=real - full,
            fund_return=real - 1,
        )

    def years(self) -> dict[int, np.ndarray]:
        """Which returns are of each calendar year, by their days: whole numbers, rising."""
        years = self.pair.dates[1:].astype("datetime64[Y]").astype(int) + 1970
        return {int(year): np.flatnonzero(years == year) for year in np.unique(years)}

    def is_full(self, year: int) -> bool:
        """Whether the prices hold the whole of a calendar year."""
        rows = self.years()[year]
        first, last = self.pair.dates[[rows[0], rows[-1] + 1]]
        return bool(first - EDGE < np.datetime64(f"{year}-01-01") and last + EDGE > np.datetime64(f"{year}-12-31"))

    def worst_days(self, count: int = WORST) -> np.ndarray:
        """The returns that the replay missed by most, the worst first, (count,)."""
        return np.argsort(-np.abs(self.tracking), kind="stable")[:count]

    def daily_fit(self) -> "DailyFit":
        """How closely the real fund followed, day by day."""
        x, y, gap = self.pair.index_return, self.pair.fund_return, self.tracking
        moments = np.column_stack([x, y, x * x, x * y, y * y, gap, gap * gap])
        drawn = stationary_counts(len(x), MEAN_BLOCK) @ moments / len(x)
        estimates, errors = _fit(moments.mean(axis=0)), _fit(drawn).std(axis=1)
        names = ("beta", "r2", "tracking_error")
        return DailyFit(
            **dict(zip(names, estimates.tolist(), strict=True)),
            **{f"{name}_stderr": error for name, error in zip(names, errors.tolist(), strict=True)},
        )


@dataclass(frozen=True, kw_only=True)
class DailyFit:
    """The real fund's daily returns against the index's and the replay's.

    Parameters
    ----------
    beta, r2 : float
        Slope of the regression on the index, with a constant, and its share of variance explained.
    tracking_error : float
        Standard deviation of the real less the replayed daily return, times sqrt(252).
    beta_stderr, r2_stderr, tracking_error_stderr : float
        By stationary bootstrap in blocks of 21 days in the mean.
    """

    beta: float
    r2: float
    tracking_error: float
    beta_stderr: float
    r2_stderr: float
    tracking_error_stderr: float


def _fit(means: np.ndarray) -> np.ndarray:
    """Beta, R2 and tracking error, (3, ...), from means (..., 7) of x, y, x^2, xy, y^2, gap and gap^2."""
    x, y, xx, xy, yy, gap, square = np.moveaxis(means, -1, 0)
    covariance, variance = xy - x * y, xx - x * x
    beta = covariance / variance
    spread = np.sqrt(np.maximum(square - gap * gap, 0))
    return np.array([beta, beta * covariance / (yy - y * y), spread * np.sqrt(TRADING_DAYS)])


def replay(pair: Pair, rates: Rates | float) -> Replay:
    """Replay a fund on its index's real days.

    Parameters
    ----------
    pair : Pair
    rates : Rates or float
        The real short rate, or one for all days, annual.

    Raises
    ------
    LetfError
        If rates are missing for part of the span.
    """
    days = len(pair.dates) - 1
    rate = rates.annual(pair.dates) if isinstance(rates, Rates) else np.full(days, float(rates))
    return Replay(pair=pair, rates=rates, rate=rate)
