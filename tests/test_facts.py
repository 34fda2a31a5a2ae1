"""The simulator against published facts: the estimated-return tables of prospectuses, and what they leave out."""

import math

import numpy as np
import pytest
from examples import drawn_normals, fund, market, run
from scipy import stats

from simulator.engine.lower_market import lower_market
from simulator.engine.simulate import simulate
from simulator.kernels.fund import fund_growth
from simulator.kernels.market import simple_returns
from simulator.kernels.markov import regime_day

VOLS = (0.10, 0.25, 0.50, 0.75, 1.00)
# Leverage, index return: one year's fund return in %, no costs, at these volatilities (filings of 3x and -3x funds).
TABLE = {
    (3, -0.40): (-79.0, -82.1, -89.8, -96.0, -98.9),
    (3, -0.20): (-50.3, -57.6, -75.8, -90.5, -97.5),
    (3, 0.00): (-3.0, -17.1, -52.8, -81.5, -95.0),
    (3, 0.20): (67.7, 43.3, -18.4, -68.0, -91.4),
    (3, 0.40): (166.3, 127.5, 29.6, -49.2, -86.3),
    (-3, -0.40): (336.0, 218.2, 3.3, -84.2, -98.9),
    (-3, -0.20): (83.9, 34.2, -56.4, -93.3, -99.5),
    (-3, 0.00): (-5.8, -31.3, -77.7, -96.6, -99.8),
    (-3, 0.20): (-45.5, -60.2, -87.1, -98.0, -99.9),
    (-3, 0.40): (-65.7, -75.0, -91.9, -98.8, -99.9),
}
PRINTED = 0.0005 + 1e-9  # the tables have a tenth of a percent


def log_drag(leverage, vol):
    """A year's expected log fund growth less L times the index's, where resets never end: -(L^2 - L) vol^2 / 2."""
    return -(leverage**2 - leverage) * vol**2 / 2


def daily_log_drag(leverage, vol):
    """The same with 252 resets, over log-normal days of zero log drift with 1 + L r > 0; by the trapezium rule."""
    z = np.linspace(-12, 12, 48_001)
    x, weights = vol / math.sqrt(252) * z, stats.norm.pdf(z)
    growth = 1 + leverage * np.expm1(x)
    kept = growth > 0
    return 252 * np.average(np.log(growth[kept]) - leverage * x[kept], weights=weights[kept])


@pytest.mark.parametrize(("leverage", "index_return"), TABLE)
def test_the_tables_are_the_continuous_formula(leverage, index_return):
    found = [(1 + index_return) ** leverage * math.exp(log_drag(leverage, vol)) - 1 for vol in VOLS]
    assert found == pytest.approx(np.array(TABLE[leverage, index_return]) / 100, abs=PRINTED)


GAPS = [  # leverage, volatility, expected log drag of daily resets less the formula's, the rounding of that figure
    (3.0, 0.5, -0.00703, 5e-6),
    (-3.0, 0.5, -0.0283, 5e-5),
    (3.0, 1.0, -0.1204, 5e-5),
    (-3.0, 1.0, -0.533, 1e-3),
]


@pytest.mark.parametrize(("leverage", "vol", "gap", "rounding"), GAPS)
def test_daily_resets_lose_more_than_the_formula(leverage, vol, gap, rounding):
    assert daily_log_drag(leverage, vol) - log_drag(leverage, vol) == pytest.approx(gap, abs=rounding)


LANES, CALLS = 2**18, 8  # eight million days
SIGMAS = 4.5


def simulated_days(leverage, vol):
    """Fund growth and log index return of single days, from the kernels."""
    lowered = lower_market(market(1, vols=[vol], drift="regime", log_drifts=[0.0])).markov
    regime = np.zeros(LANES, np.int32)
    for call in range(CALLS):
        z = drawn_normals(7, 0, call, LANES)
        for row in range(len(z)):
            x, r, nav = np.full(LANES, lowered.last), np.empty(LANES, np.float32), np.ones((1, LANES))
            regime_day(lowered, regime, z, row, x)
            simple_returns(x, r)
            fund_growth(r, leverage, 0.0, nav, np.ones((1, LANES)), 0)
            yield nav[0], x.astype(float)


@pytest.mark.parametrize("leverage", [3.0, -3.0])
@pytest.mark.parametrize("vol", VOLS)
def test_simulated_days_lose_what_daily_resets_lose(leverage, vol):
    """And from 50 % volatility on not what the tables say, by many standard errors."""
    drags = []
    for nav, x in simulated_days(leverage, vol):
        kept = nav > 0
        drags.append(np.log(nav[kept]) - leverage * x[kept])
    drags = 252 * np.concatenate(drags)
    error = drags.std() / math.sqrt(drags.size)
    assert abs(drags.mean() - daily_log_drag(leverage, vol)) < SIGMAS * error
    if vol >= 0.5:
        assert drags.mean() < log_drag(leverage, vol) - 2 * SIGMAS * error


@pytest.mark.parametrize(("vol", "near"), [(0.10, True), (0.25, True), (0.75, False), (1.00, False)])
@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_a_year_of_flat_prices(leverage, vol, near):
    """Median fund return where the index's median is 0: the table's where volatility is low, worse where it is high."""
    flat = market(1, vols=[vol], drift="regime", log_drifts=[0.0])
    result = simulate(run(flat, leverage, horizons=(252,), paths=2_000_000))
    assert float(result.index_return(252).quantile(0.5)) == pytest.approx(0, abs=0.01)
    law = result.fund_return(f"F{leverage:g}", 252)
    median, error = math.log1p(law.quantile(0.5)), float(law.quantile_stderr(0.5) / (1 + law.quantile(0.5)))
    formula = log_drag(leverage, vol)
    if near:
        assert median == pytest.approx(formula, abs=SIGMAS * error + 2 * abs(daily_log_drag(leverage, vol) - formula))
    else:
        assert median < formula - 2 * SIGMAS * error


def test_a_move_of_minus_12_percent_in_tna_is_one_of_minus_4_in_iwm():
    nav, carry = np.ones((1, 1)), fund(3.0, 0.0103).annual_carry(0.04) / 252
    fund_growth(np.array([-0.04], np.float32), 3.0, carry, nav, np.ones((1, 1)), 0)
    assert nav[0, 0] - 1 == pytest.approx(-0.12, abs=5e-4)


@pytest.mark.parametrize("leverage", [3.0, 2.0, -1.0, -3.0])
def test_an_inverse_fund_earns_interest_in_a_flat_market(leverage):
    """Charging it interest on its leverage is the commonest mistake: it earns the rate on 1 - L times its value."""
    still = market(1, vols=[1e-3], drift=0.0)
    result = simulate(run(still, leverage, horizons=(252,), paths=1000, rate=0.05))
    expected = math.exp((1 - leverage) * 0.05) - 1
    assert result.fund_return(f"F{leverage:g}", 252).mean == pytest.approx(expected, rel=0.01)
