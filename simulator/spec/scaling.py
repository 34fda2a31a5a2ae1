"""How the days of a bootstrap are scaled from the volatility they had to that which is forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, sqrt
from typing import Any, Literal

import numpy as np

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.model import TRADING_DAYS, VOL_DAYS

WINDOWS = (2, 5, 22, 66)  # days whose mean variance a forecast looks at, the longest last
LONGEST, WEEK = WINDOWS[-1], 5
TERMS = 2 + len(WINDOWS)  # of a forecast: constant, log mean variance over each window, return of the last week
ERROR_SHARE = 0.5  # of the spread of forecast errors, that paths start with
MOST_DAYS = 100_000

Measure = Literal["range", "closes"]
MEASURES = ("range", "closes")


def _positive(name: str, values: Any, fewest: int, most: int) -> tuple[float, ...]:
    numbers = check.numbers(name, values, fewest=fewest, most=most)
    for i, value in enumerate(numbers):
        check.number(f"{name}[{i}]", value, low=0, high=10, open_low=True)
    return numbers


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """A forecast of the log of the coming days' mean daily variance, and what it was before each day of the past.

    The regression on log mean variances over windows of days is Corsi's (2009, Journal of Financial Econometrics 7) in
    logs, with the last week's return for the leverage effect.

    Parameters
    ----------
    coefficients : tuple of float
        Constant, log mean variance of the last 2, 5, 22 and 66 days, log return of the last 5 days; where a volatility
        index is looked at, then that of log((index / 100)^2 / 252).
    vols : tuple of float
        The forecast as a daily volatility before each day of the past, by coefficients of that time.
    error_sd : float
        Standard deviation of the errors of the log variance, out of sample.
    """

    coefficients: tuple[float, ...]
    vols: tuple[float, ...]
    error_sd: float

    def __post_init__(self):
        checked = {
            "coefficients": check.numbers("coefficients", self.coefficients, fewest=TERMS, most=TERMS + 1),
            "vols": _positive("vols", self.vols, 1, MOST_DAYS),
            "error_sd": check.number("error_sd", self.error_sd, low=0, high=10),
        }
        for key, value in checked.items():
            object.__setattr__(self, key, value)

    def log_variance(self, variances: np.ndarray, returns: np.ndarray, index_points: float | None = None) -> float:
        """The forecast after days of these variances and log returns, oldest first, at least 66 and 5 of them."""
        terms = [1.0, *(np.log(variances[-days:].mean()) for days in WINDOWS), returns[-WEEK:].sum()]
        if len(self.coefficients) > TERMS:
            if index_points is None:
                raise LetfError("this forecast looks at a volatility index; give its last value")
            terms.append(np.log((index_points / 100) ** 2 / TRADING_DAYS))
        return float(np.dot(self.coefficients, terms))

    def to_dict(self) -> dict[str, Any]:
        return {"coefficients": list(self.coefficients), "error_sd": self.error_sd, "vols": list(self.vols)}


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """Each block of past days divided by the volatility forecast at its start, times the one that is forecast now.

    The first block is multiplied by `initial` times exp(eta / 2), eta normal, once a path, of half the standard
    deviation of the forecast's errors. At every later join the volatility is forecast anew, by `prices`, from the
    path's own last 66 days, and held within the least and greatest of `prices.vols`: so volatility reverts.

    Parameters
    ----------
    measure : "range" or "closes"
        What a day's variance is: squared overnight move and Parkinson's (1980, Journal of Business 53) of high and low;
        or the squared log return.
    variances : tuple of float
        Daily variance of each day of the past.
    prices, index : Forecast
        By prices alone; and, optionally, by a volatility index too.
    initial : float
        Forecast for the first block, a volatility a year.
    initial_by : "prices" or "index"
        Which forecast `initial` is: the days of the first block are divided by that one's.
    recent_variances, recent_log_returns : tuple of float
        Of the last 66 and 5 days before day 1, oldest first.
    """

    measure: Measure
    variances: tuple[float, ...]
    prices: Forecast
    index: Forecast | None = None
    initial: float
    initial_by: Literal["prices", "index"] = "prices"
    recent_variances: tuple[float, ...]
    recent_log_returns: tuple[float, ...]

    def __post_init__(self):
        if self.measure not in MEASURES:
            raise LetfError(f"measure must be one of {', '.join(MEASURES)}, got {self.measure!r}")
        days = len(self.prices.vols)
        for name, forecast, terms in (("prices", self.prices, TERMS), ("index", self.index, TERMS + 1)):
            if forecast and (len(forecast.vols) != days or len(forecast.coefficients) != terms):
                raise LetfError(f"{name} must have {terms} coefficients and {days:,} vols")
        if self.initial_by not in ("prices", "index") or (self.initial_by == "index" and self.index is None):
            raise LetfError(f"initial_by must name a forecast that there is, got {self.initial_by!r}")
        checked = {
            "variances": _positive("variances", self.variances, days, days),
            "initial": check.number("initial (volatility)", self.initial, low=0, high=10, open_low=True),
            "recent_variances": _positive("recent_variances", self.recent_variances, LONGEST, LONGEST),
            "recent_log_returns": check.numbers("recent_log_returns", self.recent_log_returns, fewest=WEEK, most=WEEK),
        }
        for key, value in checked.items():
            object.__setattr__(self, key, value)

    @property
    def first(self) -> Forecast:
        """The forecast that the first block starts from."""
        return self.index if self.initial_by == "index" and self.index else self.prices

    def mean_square(self, log_returns: np.ndarray, block_days: float) -> float:
        """Mean square over the first 21 days of a day's log return over the forecast at the start of its block.

        On day k the first block still runs with probability q^k, q = 1 - 1 / block_days; else the block is of age
        a < k with probability q^a / block_days.
        """
        around = np.concatenate([log_returns, np.resize(log_returns, VOL_DAYS)]) ** 2
        inverse = np.array(self.first.vols) ** -2.0
        by_age = np.array([(around[age : age + len(log_returns)] * inverse).mean() for age in range(VOL_DAYS)])
        running = (1 - 1 / block_days) ** np.arange(VOL_DAYS)
        later = np.concatenate([[0.0], np.cumsum(running * by_age)[:-1]]) / block_days
        return float((running * by_age + later).mean())

    def expected_vol(self, log_returns: np.ndarray, block_days: float) -> float:
        """Root of the mean annual variance over the first 21 days, forecasts at joins taken to be the first one's."""
        spread = ERROR_SHARE * self.first.error_sd
        return self.initial * sqrt(self.mean_square(log_returns, block_days)) * exp(spread**2 / 4)

    def started_at(self, factor: float) -> "Scaling":
        """The scaling whose days before day 1, and so its start, are `factor` times as volatile."""
        recent = tuple(variance * factor**2 for variance in self.recent_variances)
        return replace(self, initial=self.initial * factor, recent_variances=recent)

    def to_dict(self) -> dict[str, Any]:
        index = {} if self.index is None else {"index": self.index.to_dict()}
        return {
            "measure": self.measure,
            "initial": self.initial,
            "initial_by": self.initial_by,
            "recent_variances": list(self.recent_variances),
            "recent_log_returns": list(self.recent_log_returns),
            "variances": list(self.variances),
            "prices": self.prices.to_dict(),
        } | index

    @classmethod
    def from_dict(cls, data: Any) -> "Scaling":
        """The scaling of a market file."""
        names = ("measure", "initial", "initial_by", "recent_variances", "recent_log_returns", "variances", "prices")
        values = check.keys("scaling", data, required=names, optional=("index",))
        for name in ("prices", "index"):
            if name in values:
                values[name] = _forecast(f"scaling.{name}", values[name])
        return cls(**values)


def _forecast(where: str, data: Mapping[str, Any]) -> Forecast:
    return Forecast(**check.keys(where, data, required=("coefficients", "error_sd", "vols")))
