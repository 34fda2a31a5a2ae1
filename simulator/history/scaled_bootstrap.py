"""Past days as a market of their own, scaled to the volatility that is forecast."""

from math import exp, sqrt

import numpy as np

from simulator.errors import LetfError
from simulator.history.bars import DECIMALS, bar_moves, bar_provenance, past_bars
from simulator.history.daily import daily_log_returns
from simulator.history.forecast import (
    REGRESSION,
    Forecasts,
    Regression,
    daily_variances,
    forecasts,
    index_points,
    measure_of,
)
from simulator.history.prices import Prices
from simulator.history.series import Series
from simulator.spec.bootstrap import DEFAULT_BLOCK_DAYS, BootstrapMarket
from simulator.spec.model import DEFAULT_DRIFT, TRADING_DAYS
from simulator.spec.scaling import LONGEST, WEEK, Forecast, Scaling

DIGITS = 8  # significant, of what a file keeps


def scaled_bootstrap_market(
    prices: Prices,
    block_days: float = DEFAULT_BLOCK_DAYS,
    *,
    vol_index: Series | None = None,
    drift: float = DEFAULT_DRIFT,
    index: str = "IWM",
    name: str | None = None,
    regression: Regression = REGRESSION,
) -> BootstrapMarket:
    """The market that draws the days of `prices` in blocks, each scaled to a forecast of volatility.

    It starts on the day after the last price. The first calendar years, five unless told, only teach the forecasts, so
    that every day is divided by one that knew nothing of it.

    Parameters
    ----------
    prices : Prices
        At least 7 calendar years, `regression.fewest_years`; open, high and low sharpen the forecasts.
    block_days : float
        Mean length of a block.
    vol_index : Series, optional
        A volatility index in points, as the VIX, that covers the years after those that only teach.
    drift : float
        Growth of the index a year.
    index, name : str
    regression : Regression
        What volatility is forecast by.

    Raises
    ------
    LetfError
        If the prices are too few, not daily or do not move, or the volatility index does not cover them.
    """
    returns = np.round(daily_log_returns(prices), DECIMALS)
    measure = measure_of(prices)
    variances = daily_variances(prices, measure)
    by_prices = forecasts(prices.dates[1:], variances, returns, regression=regression)
    drawn = np.flatnonzero(np.isfinite(by_prices.log_variance[:-1]))
    by_index = None
    if vol_index is not None:
        points = index_points(prices, vol_index)
        _check_points(points[drawn[0] - 1 :], prices.dates[drawn[0] :], vol_index)
        by_index = forecasts(prices.dates[1:], variances, returns, points, regression)
    latest = by_prices if by_index is None else by_index
    scaling = Scaling(
        measure=measure,
        variances=_rounded(variances[drawn]),
        prices=_forecast(by_prices, drawn),
        index=None if by_index is None else _forecast(by_index, drawn),
        initial=_annual_vol(float(latest.log_variance[-1])),
        initial_by="prices" if by_index is None else "index",
        recent_variances=_rounded(variances[-LONGEST:]),
        recent_log_returns=tuple(returns[-WEEK:].tolist()),
    )
    bars = past_bars(prices, drawn)
    first_drawn = {"first_drawn": str(prices.dates[1 + drawn[0]]), "days": len(drawn)} | bar_provenance(bars)
    return BootstrapMarket(
        log_returns=tuple(returns[drawn].tolist()),
        **bar_moves(bars),
        block_days=block_days,
        scaling=scaling,
        drift=drift,
        index=index,
        name=name or f"{index.lower()}-scaled-bootstrap",
        provenance=prices.provenance() | first_drawn | {"as_of": str(prices.dates[-1])},
    )


def restarted(scaling: Scaling, prices: Prices, vol_index: Series | None) -> Scaling:
    """The scaling that starts on the day after the last of `prices`, by the volatility index where it can be."""
    returns = prices.log_returns()[-LONGEST:]
    variances = daily_variances(prices, scaling.measure)[-LONGEST:]
    points = None
    if vol_index is not None and scaling.index is not None:
        points = float(index_points(prices, vol_index)[-1])
        _check_points(np.array([points]), prices.dates[-1:], vol_index)
    by = scaling.prices if points is None or scaling.index is None else scaling.index
    return Scaling(
        measure=scaling.measure,
        variances=scaling.variances,
        prices=scaling.prices,
        index=scaling.index,
        initial=_annual_vol(by.log_variance(variances, returns, points)),
        initial_by="prices" if by is scaling.prices else "index",
        recent_variances=_rounded(variances),
        recent_log_returns=tuple(returns[-WEEK:].tolist()),
    )


def _check_points(points: np.ndarray, days: np.ndarray, vol_index: Series) -> None:
    for missing in np.flatnonzero(np.isnan(points))[:1]:
        raise LetfError(
            f"{vol_index.source}: no value for {days[missing]} or the week before; it has {vol_index.dates[0]} to "
            f"{vol_index.dates[-1]}; give a volatility index that covers the prices, or none"
        )


def _forecast(found: Forecasts, drawn: np.ndarray) -> Forecast:
    return Forecast(
        coefficients=_rounded(found.coefficients),
        vols=_rounded(np.exp(found.log_variance[drawn] / 2)),
        error_sd=_rounded(np.array([found.error_sd]))[0],
    )


def _annual_vol(log_variance: float) -> float:
    return float(f"{exp(log_variance / 2) * sqrt(TRADING_DAYS):.{DIGITS}g}")


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values.tolist())
