"""A fund replayed on real days: the kernel's formula, and parts that add up on any dates."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prices import fund, fund_returns, index_returns, prices

from simulator.history.pair import Pair, pair
from simulator.history.prices import read_prices
from simulator.history.rates import Rates, read_rates
from simulator.history.replay import Attribution, daily_growth, replay
from simulator.kernels.fund import fund_growth
from simulator.spec.files import find_funds, preset_funds

COSTS = {"expense_ratio": 0.0103, "swap_spread": -0.004, "swap_half_spread": 0.007}
ROUNDING = 1e-12  # relative to the largest part: some thousand products


def made_up(leverage=3.0, days=300, rate=0.04, noise=0.001, vol=0.012, **costs):
    r = index_returns(days, vol)
    real = prices(fund_returns(r, leverage, 0.02, noise), "FUND.csv")
    return replay(Pair(fund=fund(leverage, **costs), index=prices(r, "IDX.csv"), fund_prices=real), rate)


def rising_rates(replayed):
    """Rates of 0 to 8 % on each calendar day."""
    dates = replayed.pair.dates
    calendar = np.arange(dates[0], dates[-1])
    values = np.linspace(0, 0.08, len(calendar))
    return Rates(dates=calendar, values=values, year=360, source="RATE.csv", sha256="")


@pytest.mark.parametrize("leverage", [3.0, 2.0, -1.0, -3.0])
def test_growth_is_the_kernels(leverage):
    """Also on a day that takes all: returns that single precision holds exactly, as the kernel reads them."""
    described = fund(leverage, **COSTS)
    returns = np.array([0.015625, -0.03125, 0.0, -0.75, 0.75], np.float32)
    nav = np.ones((1, 5))
    fund_growth(returns, leverage, described.annual_carry(0.05) / 252, nav, np.ones((1, 5)), 0)
    found = daily_growth(described, returns.astype(float), 0.05)
    np.testing.assert_allclose(found, nav[0], rtol=1e-15)
    assert (found == 0).sum() == (abs(leverage) > 1)


def test_a_leverage_of_one_without_costs_is_the_index():
    told = made_up(1.0, expense_ratio=0.0)
    np.testing.assert_allclose(told.replay_return, told.pair.index_return, rtol=0, atol=1e-15)
    parts = told.attribution()
    for name in ("compounding", "volatility_drag", "financing", "swap", "fee"):
        assert getattr(parts, name) == pytest.approx(0, abs=ROUNDING)


def test_a_real_rate_is_paid_by_the_night():
    constant = made_up(-3.0)
    told = replay(constant.pair, rising_rates(constant))
    dates, rates = told.pair.dates, told.rates
    nights = rates.values[(dates[5] - dates[0]).astype(int) : (dates[6] - dates[0]).astype(int)]
    free = replace(told.fund, expense_ratio=0.0)
    plain = 1 - 3 * told.pair.index_return[5] + 4 * nights.sum() / 360
    assert daily_growth(free, told.pair.index_return, told.rate)[5] == pytest.approx(plain, rel=1e-14)


@given(
    leverage=st.sampled_from([3.0, 2.0, -1.0, -2.0, -3.0]),
    rate=st.floats(-0.02, 0.2),
    vol=st.sampled_from([0.005, 0.03, 0.2]),
    ends=st.tuples(st.integers(0, 299), st.integers(0, 299)),
)
def test_the_parts_add_up_exactly_on_any_dates(leverage, rate, vol, ends):
    """Floored days included: at a volatility of 20 % a day a 3x fund is wiped out."""
    told = made_up(leverage, rate=rate, vol=vol, **COSTS)
    first, last = sorted(ends)
    days = slice(first, last + 1)
    told_of = told.attribution(days)
    parts = [getattr(told_of, name) for name in Attribution.PARTS]
    real = told.pair.fund_prices.close[last + 1] / told.pair.fund_prices.close[first] - 1
    index = told.pair.index.close[last + 1] / told.pair.index.close[first] - 1
    tolerance = ROUNDING * max(1, abs(real), abs(leverage * index), *map(abs, parts))
    assert sum(parts) == pytest.approx(real - leverage * index, abs=tolerance)
    assert told_of.replay_return + told_of.tracking == pytest.approx(told_of.fund_return, abs=tolerance)
    assert told_of.fund_return == pytest.approx(real, abs=tolerance)
    assert told_of.compounding >= -tolerance and told_of.volatility_drag <= tolerance


def slow_attribution(told):
    """Day by day in plain Python."""
    described, names = told.fund, ("index", "bare", "financed", "swapped", "full")
    growth = dict.fromkeys(names, 1.0)
    swap = described.leverage * described.swap_spread + abs(described.leverage) * described.swap_half_spread
    for r, rate in zip(told.pair.index_return.tolist(), told.rate.tolist(), strict=True):
        financing = (1 - described.leverage) * rate / 252
        moves = (0, financing, financing - swap / 252, financing - swap / 252 - described.expense_ratio / 252)
        growth["index"] *= 1 + r
        for name, carry in zip(names[1:], moves, strict=True):
            growth[name] *= max(0.0, 1 + described.leverage * r + carry)
    return growth


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_the_parts_are_those_of_a_slow_twin(leverage):
    told = made_up(leverage, **COSTS)
    growth, parts = slow_attribution(told), told.attribution()
    power = growth["index"] ** leverage
    expected = {
        "index_return": growth["index"] - 1,
        "multiple": leverage * (growth["index"] - 1),
        "compounding": power - 1 - leverage * (growth["index"] - 1),
        "volatility_drag": growth["bare"] - power,
        "financing": growth["financed"] - growth["bare"],
        "swap": growth["swapped"] - growth["financed"],
        "fee": growth["full"] - growth["swapped"],
        "replay_return": growth["full"] - 1,
    }
    assert {name: getattr(parts, name) for name in expected} == pytest.approx(expected, abs=1e-11)


def test_years_hold_each_return_once():
    told = made_up(days=600)
    years = told.years()
    assert list(years) == [2012, 2013, 2014]
    assert np.concatenate(list(years.values())).tolist() == list(range(600))
    assert all(str(told.pair.dates[rows[0] + 1]) >= f"{year}-01-01" for year, rows in years.items())
    grown = [1 + told.attribution(rows).fund_return for rows in years.values()]
    assert np.prod(grown) == pytest.approx(1 + told.attribution().fund_return, rel=1e-12)


def test_worst_days():
    told = made_up()
    worst = told.worst_days(3)
    assert np.abs(told.tracking[worst]).tolist() == sorted(np.abs(told.tracking).tolist(), reverse=True)[:3]


def test_the_daily_fit_is_the_regression():
    told = made_up(days=1000)
    fit = told.daily_fit()
    x, y = told.pair.index_return, told.pair.fund_return
    assert fit.beta == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-9)
    assert fit.r2 == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, rel=1e-9)
    assert fit.tracking_error == pytest.approx(told.tracking.std() * np.sqrt(252), rel=1e-9)
    assert abs(fit.beta - 3) < 4 * fit.beta_stderr
    assert 0 < fit.beta_stderr < 0.01 and 0 < fit.r2_stderr < 1e-3 and 0 < fit.tracking_error_stderr < 2e-3


YEARS = {  # index, bull, bear: total returns in %, to a tenth
    2011: (-4.4, -38.1, -43.5),
    2015: (-4.5, -21.5, -6.3),
    2020: (20.0, -7.8, -80.4),
    2022: (-20.5, -62.5, 30.2),
    2024: (11.4, 7.2, -32.2),
}


@pytest.mark.parametrize(("ticker", "column", "beta", "r2"), [("TNA", 1, 2.97, 0.998), ("TZA", 2, -2.99, 0.997)])
def test_real_funds(shared_data, ticker, column, beta, r2):
    index, real = (read_prices(shared_data / f"{name}.csv") for name in ("IWM", ticker))
    described = find_funds((ticker,), preset_funds())[0]
    told = replay(pair(index, real, described), read_rates(shared_data / "DFF.csv"))
    fit = told.daily_fit()
    assert fit.beta == pytest.approx(beta, abs=0.006) and fit.r2 == pytest.approx(r2, abs=0.0006)
    days = told.years()
    for year, expected in YEARS.items():
        parts = told.attribution(days[year])
        assert 100 * parts.index_return == pytest.approx(expected[0], abs=0.06)
        assert 100 * parts.fund_return == pytest.approx(expected[column], abs=0.06)
        if year > 2020:  # the years to which the built-in costs were fitted
            assert parts.replay_return == pytest.approx(parts.fund_return, abs=0.006)
    assert {str(told.pair.dates[i + 1])[:7] for i in told.worst_days(2)} == {"2020-03"}
