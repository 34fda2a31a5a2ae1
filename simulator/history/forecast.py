"""Forecasts of the coming days' volatility, each by what was known at its time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.prices import Prices
from simulator.history.series import Series
from simulator.spec.model import TRADING_DAYS
from simulator.spec.scaling import WEEK, WINDOWS, Measure

LEAST_VARIANCE = 1e-7  # a day: half a point of volatility a year, below it prices were not measured
STALE_DAYS = 7  # calendar days back that a volatility index is taken from
PARKINSON = 4 * np.log(2)


@dataclass(frozen=True, kw_only=True)
class Regression:
    """What volatility is regressed on what; docs/models.md has what other values gave.

    ahead_days : int, trading days whose mean variance is forecast.
    training_years : int, calendar years before the first forecast.
    week_return : bool, whether the last week's return tells anything.
    """

    ahead_days: int = 10
    training_years: int = 5
    week_return: bool = True

    @property
    def fewest_years(self) -> int:
        """Calendar years of prices that it needs."""
        return self.training_years + 2


REGRESSION = Regression()
FEWEST_YEARS = REGRESSION.fewest_years


class Forecasts(NamedTuple):
    """Forecasts of log variance by expanding regressions.

    coefficients : float64 (terms,), for days after the last.
    log_variance : float64 (T + 1,), the forecast before each day and before the first that is not known yet, by the
        coefficients of its calendar year, which know the days before that year alone; NaN in the training years.
    error_sd : float, standard deviation of the errors of those whose days are over.
    """

    coefficients: np.ndarray
    log_variance: np.ndarray
    error_sd: float


def measure_of(prices: Prices) -> Measure:
    """How a day's variance is measured: by its range where nearly every day has open, high and low."""
    bars = [bar for bar in (prices.open, prices.high, prices.low) if bar is not None]
    known = len(bars) == 3 and float(np.isfinite(bars).all(axis=0).mean()) > 0.99
    return "range" if known else "closes"


def daily_variances(prices: Prices, measure: Measure) -> np.ndarray:
    """The variance of each return's day, (T - 1,).

    "range": log(open / last close)^2 + log(high / low)^2 / (4 log 2), the overnight move and Parkinson's (1980, Journal
    of Business 53) measure of the day, high and low widened to open and close; days without them, and "closes": the
    squared log return.
    """
    squares = prices.log_returns() ** 2
    if measure == "range":
        if prices.open is None or prices.high is None or prices.low is None:
            raise LetfError(
                f"{prices.source}: no open, high and low, by which this market measures a day's volatility; "
                "give prices with them, or calibrate on closes alone"
            )
        start, last = prices.open[1:], prices.close[1:]
        high = np.maximum(prices.high[1:], np.maximum(start, last))
        low = np.minimum(prices.low[1:], np.minimum(start, last))
        ranges = np.log(start / prices.close[:-1]) ** 2 + np.log(high / low) ** 2 / PARKINSON
        squares = np.where(np.isfinite(ranges), ranges, squares)
    return np.maximum(squares, LEAST_VARIANCE)


def calendar_years(days: np.ndarray) -> int:
    """Calendar years that rising `days` touch."""
    first, last = days[[0, -1]].astype("datetime64[Y]").astype(int)
    return int(last - first) + 1


def index_points(prices: Prices, vol_index: Series) -> np.ndarray:
    """The volatility index at the close of each return's day, (T - 1,), the last value of up to a week; else NaN."""
    days = prices.dates[1:]
    last = np.searchsorted(vol_index.dates, days, side="right") - 1
    known = (last >= 0) & (days - vol_index.dates[last] <= np.timedelta64(STALE_DAYS, "D"))
    return np.where(known, vol_index.values[last], np.nan)


def _terms(variances: np.ndarray, returns: np.ndarray, points: np.ndarray | None, week_return: bool) -> np.ndarray:
    """What is known before each day and before the next, (T + 1, terms); NaN where too little is."""
    count = len(variances) + 1
    sums, path = (np.concatenate([[0.0], np.cumsum(values)]) for values in (variances, returns))
    columns = [np.ones(count)]
    for days in WINDOWS:
        mean = np.full(count, np.nan)
        mean[days:] = (sums[days:] - sums[:-days]) / days
        columns.append(np.log(mean))
    week = np.full(count, np.nan)
    week[WEEK:] = path[WEEK:] - path[:-WEEK]
    columns.append(week if week_return else np.zeros(count))  # least squares of least norm leaves it a coefficient of 0
    if points is not None:
        columns.append(np.concatenate([[np.nan], np.log((points / 100) ** 2 / TRADING_DAYS)]))
    return np.stack(columns, axis=1)


def forecasts(
    days: np.ndarray,
    variances: np.ndarray,
    returns: np.ndarray,
    points: np.ndarray | None = None,
    regression: Regression = REGRESSION,
) -> Forecasts:
    """Regress the log mean variance of the coming days on what was known before them, anew for every year.

    Parameters
    ----------
    days : datetime64[D] (T,)
    variances, returns : float64 (T,)
        Daily variances and log returns.
    points : float64 (T,), optional
        A volatility index at the day's close.
    regression : Regression

    Raises
    ------
    LetfError
        If there are fewer calendar years than the regression needs.
    """
    following = np.busday_offset(days[-1], 1, roll="backward")  # the day after the last; holidays are not known
    years = np.append(days, following).astype("datetime64[Y]")
    first, last = years[0] + regression.training_years, years[-1]
    if calendar_years(days) < regression.fewest_years:
        raise LetfError(
            f"prices from {days[0]} to {days[-1]} are too few to forecast volatility by: at least "
            f"{regression.fewest_years} calendar years are needed, {regression.training_years} of them to learn from"
        )
    count, ahead = len(days), regression.ahead_days
    terms = _terms(variances, returns, points, regression.week_return)
    sums = np.concatenate([[0.0], np.cumsum(variances)])
    target = np.full(count + 1, np.nan)
    target[: count + 1 - ahead] = np.log((sums[ahead:] - sums[:-ahead]) / ahead)
    usable = np.isfinite(terms).all(axis=1) & np.isfinite(target)
    forecast = np.full(count + 1, np.nan)
    ends = np.arange(count + 1) + ahead  # the first day after those that row i forecasts
    for year in np.arange(first, last + 1):
        start, stop = np.searchsorted(years, [year, year + 1])
        known = usable & (ends <= start)
        coefficients = np.linalg.lstsq(terms[known], target[known], rcond=None)[0]
        forecast[start:stop] = terms[start:stop] @ coefficients
    errors = (target - forecast)[usable & np.isfinite(forecast)]
    return Forecasts(coefficients, forecast, float(errors.std()))
