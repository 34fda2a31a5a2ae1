"""What must hold of every market on average: growth by its drift, variance by its recursion."""

import math
from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, ensemble, index_log_returns, run

from simulator.engine.simulate import simulate
from simulator.spec.model import VOL_DAYS, mean_variance_line

SIGMAS = 4.5  # of a standard error
PATHS = 400_000
HEAVY = replace(SKEWED, dof=3.0, skew=0.3, gamma=0.0, alpha=0.08, initial=1.5)


def growth(one, *days, paths=PATHS):
    result = simulate(run(one, 1.0, horizons=days, paths=paths))
    return [result.index_return(day) for day in days]


@pytest.mark.parametrize("drift", [-0.5, 0.08, 1.0])
@pytest.mark.parametrize("one", [SKEWED, RESIDUALS, HEAVY], ids=["skewed", "residuals", "heavy tails"])
def test_garch_grows_by_its_drift(one, drift):
    """E[1 + r] = exp(d / 252) each day given the past, so over any number of days."""
    days = (1, 5, 21, 63)
    for h, law in zip(days, growth(one.with_drift(drift), *days), strict=True):
        assert abs(1 + law.mean - math.exp(h * drift / 252)) < SIGMAS * law.stderr


@pytest.mark.parametrize("drift", [-0.5, 0.08, 1.0])
@pytest.mark.parametrize("one", [BOOTSTRAP, replace(BOOTSTRAP, scale=6.0)], ids=["plain", "wide"])
def test_a_bootstrap_grows_by_its_drift_over_a_day(one, drift):
    """And over more of them where blocks are of one day."""
    (law,) = growth(one.with_drift(drift), 1)
    assert abs(1 + law.mean - math.exp(drift / 252)) < SIGMAS * law.stderr
    single = replace(one, drift=drift, block_days=1.0)
    for h, law in zip((5, 63), growth(single, 5, 63), strict=True):
        assert abs(1 + law.mean - math.exp(h * drift / 252)) < SIGMAS * law.stderr


def test_an_ensemble_grows_by_its_drift():
    whole = ensemble(SKEWED, replace(BOOTSTRAP, block_days=1.0), weights=[0.7, 0.3], drift=0.5)
    (law,) = growth(whole, 21)
    assert abs(1 + law.mean - math.exp(21 * 0.5 / 252)) < SIGMAS * law.stderr


# Of log growth a year, of blocks of 42 days fitted to real prices: the drift is that of whole blocks of 42 days, the
# first days of a block move less than the last ones; and how far, where blocks begin at 100 % volatility, in a crash.
SCALED_BIAS, CRASH_BIAS = 0.01, 0.03


@pytest.mark.parametrize(("end", "largest"), [("2024-12-31", SCALED_BIAS), ("2020-03-20", CRASH_BIAS)])
def test_a_scaled_bootstrap_of_real_prices_grows_nearly_by_its_drift(shared_data, end, largest):
    from simulator.history.prices import read_prices
    from simulator.history.scaled_bootstrap import scaled_bootstrap_market

    one = scaled_bootstrap_market(read_prices(shared_data / "IWM.csv").between(end=end))
    for law, days in zip(growth(one, 21, 63, 252, paths=200_000), (21, 63, 252), strict=True):
        bias = math.log(1 + law.mean) * 252 / days - one.drift
        assert abs(bias) < largest + SIGMAS * law.stderr * 252 / days


@pytest.mark.parametrize("initial", ["stationary", 0.1, 0.5])
@pytest.mark.parametrize("one", [SKEWED, RESIDUALS], ids=["skewed", "residuals"])
def test_mean_variance_is_the_line_of_the_first(one, initial):
    """Of all 21 days together and of the last alone; the cap is hardly ever reached."""
    one = replace(one, initial=initial, drift=0.0)
    x = index_log_returns(one, VOL_DAYS, 100_000)
    assert simulate(run(one, 1.0, horizons=(VOL_DAYS,), paths=100_000)).capped < 50
    first = one.first_variance()
    constant, slope = mean_variance_line(one.persistence, one.omega)
    squares = x**2
    # x is the innovation less the drift of its volatility, sd^2 / 2: a share below 1e-4 of the variance
    found = squares.mean(axis=1)
    assert abs(found.mean() - constant - slope * first) < SIGMAS * found.std() / math.sqrt(len(x)) + 1e-3 * first
    last = one.persistence ** (VOL_DAYS - 1)
    expected = last * first + one.omega * (1 - last) / (1 - one.persistence)
    assert abs(squares[:, -1].mean() - expected) < SIGMAS * squares[:, -1].std() / math.sqrt(len(x)) + 1e-3 * first


def test_volatility_answers_more_to_falls():
    """E[x_1 x_2^2] is negative: a fall is followed by more variance than a rise."""
    x = index_log_returns(replace(SKEWED, drift=0.0), 2, 200_000)
    lever = x[:, 0] * x[:, 1] ** 2
    assert lever.mean() < -SIGMAS * lever.std() / math.sqrt(len(x))


def test_scaled_volatility_reverts():
    """From far above, the second quarter is calmer than the first; from far below it is wilder."""
    for vol, sign in ((1.5, -1), (0.1, 1)):
        x = index_log_returns(SCALED.with_vol(vol), 42, 20_000)
        early, late = (x[:, part] ** 2 for part in (slice(0, 6), slice(36, 42)))
        moved = late.mean(axis=1) - early.mean(axis=1)
        assert sign * moved.mean() > SIGMAS * moved.std() / math.sqrt(len(moved))


def test_paths_are_independent():
    """Neighbouring paths, and the first days of a path, share no more than chance lets them."""
    for one in (SKEWED, BOOTSTRAP, SCALED):
        x = index_log_returns(one, 1, 100_000)[:, 0]
        assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < SIGMAS / math.sqrt(len(x))
