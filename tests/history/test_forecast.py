"""Forecasts of volatility: what they regress on what, and that none knows what comes."""

from dataclasses import replace

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history.forecast import Regression, daily_variances, forecasts, index_points, measure_of
from simulator.history.series import Series

COUNT = 8 * 261
SWINGS = np.where(np.arange(COUNT) // 90 % 2, 1.6, 0.7)
PRICES = prices(SWINGS * index_returns(COUNT), "MADE.csv")
DAYS, RETURNS = PRICES.dates[1:], PRICES.log_returns()
VARIANCES = daily_variances(PRICES, "closes")
POINTS = 16 * np.exp(0.3 * np.sin(np.arange(COUNT) / 40))
CLOSE = 1e-9  # least squares by another route


def terms(day, week_return=True, points=None):
    """What is known before `day`, term by term."""
    known = [1.0, *(np.log(np.mean(VARIANCES[day - window : day])) for window in (2, 5, 22, 66))]
    if week_return:
        known.append(sum(RETURNS[day - 5 : day]))
    if points is not None:
        known.append(np.log((points[day - 1] / 100) ** 2 / 252))
    return known


def twin(day, ahead, **given):
    """The forecast before `day`: a regression on the days whose target was over when the day's year began."""
    first = next(i for i in range(COUNT) if DAYS[i].astype("datetime64[Y]") == DAYS[day].astype("datetime64[Y]"))
    known = range(66, first - ahead + 1)
    x = np.array([terms(each, **given) for each in known])
    y = np.array([np.log(np.mean(VARIANCES[each : each + ahead])) for each in known])
    return np.dot(terms(day, **given), np.linalg.solve(x.T @ x, x.T @ y))


@pytest.mark.parametrize("day", [1305, 1500, COUNT - 1])
@pytest.mark.parametrize(
    ("regression", "given"),
    [
        (Regression(), {}),
        (Regression(ahead_days=21, training_years=4), {}),
        (Regression(), {"points": POINTS}),
        (Regression(week_return=False), {"week_return": False}),
    ],
    ids=["default", "longer", "index", "no week"],
)
def test_a_forecast_is_the_regression_that_it_says(day, regression, given):
    found = forecasts(DAYS, VARIANCES, RETURNS, given.get("points"), regression)
    assert found.log_variance[day] == pytest.approx(twin(day, regression.ahead_days, **given), abs=CLOSE)
    assert regression.week_return or found.coefficients[5] == pytest.approx(0, abs=CLOSE)


def test_the_next_days_forecast_is_that_of_its_own_year():
    """Before the first day of a year the regression is the new year's: it knows all of the old one."""
    years = DAYS.astype("datetime64[Y]")
    new_year = int(np.flatnonzero(np.diff(years))[-1]) + 1
    for last in (new_year, new_year - 20):
        ended = forecasts(DAYS[:last], VARIANCES[:last], RETURNS[:last]).log_variance
        assert ended[-1] == pytest.approx(forecasts(DAYS, VARIANCES, RETURNS).log_variance[last], abs=CLOSE)


def test_training_years_have_no_forecast():
    for years in (3, 5):
        found = forecasts(DAYS, VARIANCES, RETURNS, regression=Regression(training_years=years)).log_variance
        first = np.flatnonzero(np.isfinite(found))[0]
        assert DAYS[first].astype("datetime64[Y]") == DAYS[0].astype("datetime64[Y]") + years
        assert np.isfinite(found[first:]).all()


def test_the_error_is_that_of_the_forecasts_made():
    found = forecasts(DAYS, VARIANCES, RETURNS)
    errors = [
        np.log(np.mean(VARIANCES[day : day + 10])) - found.log_variance[day]
        for day in range(COUNT - 9)
        if np.isfinite(found.log_variance[day])
    ]
    assert found.error_sd == pytest.approx(np.std(errors), rel=CLOSE)


def test_too_few_years_say_how_many_are_needed():
    few = slice(np.searchsorted(DAYS, np.datetime64("2018-01-01")))
    with pytest.raises(LetfError, match="at least 7 calendar years are needed, 5 of them to learn from"):
        forecasts(DAYS[few], VARIANCES[few], RETURNS[few])
    forecasts(DAYS[few], VARIANCES[few], RETURNS[few], regression=Regression(training_years=4))


def test_a_range_is_the_overnight_move_and_parkinsons():
    last, close = PRICES.close[:-1], PRICES.close[1:]
    bars = {"open": 1.01 * last, "high": 1.02 * np.maximum(1.01 * last, close), "low": 0.97 * np.minimum(last, close)}
    whole = replace(PRICES, **{name: np.concatenate([[100.0], bar]) for name, bar in bars.items()})
    assert (measure_of(whole), measure_of(PRICES)) == ("range", "closes")
    expected = np.log(1.01) ** 2 + np.log(bars["high"] / bars["low"]) ** 2 / (4 * np.log(2))
    assert daily_variances(whole, "range") == pytest.approx(expected)


def test_a_day_without_its_range_is_measured_by_its_closes():
    holes = [np.where(np.arange(COUNT + 1) == 40, np.nan, PRICES.close) for _ in range(3)]
    whole = replace(PRICES, open=holes[0], high=holes[1], low=holes[2])
    assert daily_variances(whole, "range")[39] == RETURNS[39] ** 2


def test_an_index_is_taken_from_at_most_a_week_back():
    series = Series(dates=DAYS[[10, 100]], values=np.array([20.0, 30.0]), source="VIX.csv", sha256="0" * 64)
    points = index_points(PRICES, series)
    assert np.isnan(points[:10]).all() and (points[10:16] == 20).all() and np.isnan(points[16:100]).all()
