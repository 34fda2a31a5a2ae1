"""The models that a score knows."""

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.errors import LetfError
from simulator.history.forecasters import BASELINES, DEFAULT_FORECASTER, FORECASTERS, Past, ewma_vol, find_forecasters

ROUNDING = 1e-12
DAYS = 1700  # to 2018: some models learn from seven years
SWINGS = np.where(np.arange(DAYS) // 90 % 2, 1.6, 0.7)  # of volatility, so that every model has something to find
PAST = Past(prices(SWINGS * index_returns(DAYS), "IDX.csv"), None, "IDX")


def started(name):
    forecaster = FORECASTERS[name]
    return forecaster.start(forecaster.fit(PAST), PAST)


def test_gbm_has_the_standard_deviation_of_all_days():
    market, x = started("gbm"), PAST.prices.log_returns()
    assert market.regimes[0].annual_vol == pytest.approx(x.std(ddof=1) * np.sqrt(252), rel=ROUNDING)
    assert len(market.regimes) == 1 and market.index == "IDX"


def test_ewma_is_the_recursion_of_riskmetrics():
    """sigma2_t = 0.94 sigma2_(t-1) + 0.06 x_t^2, whose start is forgotten after 1,700 days."""
    x, variance = PAST.prices.log_returns(), 0.0
    for value in x:
        variance = 0.94 * variance + 0.06 * value**2
    assert ewma_vol(x) == pytest.approx(np.sqrt(variance), rel=1e-10)
    assert started("ewma").regimes[0].annual_vol == pytest.approx(ewma_vol(x) * np.sqrt(252), rel=ROUNDING)
    assert ewma_vol(np.array([0.02])) == pytest.approx(0.02)


@pytest.mark.parametrize("name", FORECASTERS)
def test_every_forecaster_starts_a_market_of_the_index_at_any_drift(name):
    market = started(name)
    assert market.index == "IDX" and market.with_drift(0.0).drift == 0
    assert FORECASTERS[name].about.isprintable()


def test_baselines_come_first_and_none_twice():
    assert tuple(find_forecasters(())) == BASELINES
    assert tuple(find_forecasters(("markov", "garch", "gbm", "markov"))) == (*BASELINES, "markov")
    assert DEFAULT_FORECASTER in find_forecasters(("default",))


def test_an_unknown_model_lists_the_known():
    with pytest.raises(LetfError, match=r"unknown model 'arima'; known: gbm, ewma, gjr, markov, .*default"):
        find_forecasters(("arima",))
