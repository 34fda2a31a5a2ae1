"""What scales a bootstrap: every rule and its message, the forecast, the volatility that it makes one expect."""

import math
from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import SCALED, index_log_returns, scaling

from simulator.errors import LetfError
from simulator.history.prices import read_prices
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.files import market_to_toml, read_market
from simulator.spec.model import VOL_DAYS
from simulator.spec.scaling import ERROR_SHARE, Forecast, Scaling

SIGMAS = 4.5  # of a standard error
# `expected_vol` takes forecasts at joins for the first one's, while volatility reverts: of blocks of 42 days fitted to
# IWM and SPY it is at most 6 % off, too high after falls and too low in calm; the shorter the blocks the more.
BIAS = 0.06
ONE = SCALED.scaling
COEFFICIENTS = ONE.prices.coefficients

FORECAST_RULES = [
    ({"coefficients": COEFFICIENTS[:5]}, "coefficients must be 6 to 7 numbers, got 5"),
    ({"coefficients": (*COEFFICIENTS, 0.1, 0.1)}, "coefficients must be 6 to 7 numbers, got 8"),
    ({"coefficients": (math.nan, *COEFFICIENTS[1:])}, r"coefficients\[0\] must be finite, got nan"),
    ({"vols": ()}, "vols must be 1 to 100,000 numbers, got 0"),
    ({"vols": (0.01, 0.0)}, r"vols\[1\] must be in \(0, 10\], got 0"),
    ({"vols": 0.01}, "vols must be a list of numbers, got 0.01"),
    ({"error_sd": -0.1}, r"error_sd must be in \[0, 10\], got -0.1"),
    ({"error_sd": None}, "error_sd must be a number, got None"),
]


@pytest.mark.parametrize(("change", "match"), FORECAST_RULES)
def test_rules_of_a_forecast(change, match):
    with pytest.raises(LetfError, match=match) as caught:
        replace(ONE.prices, **change)
    assert "\n" not in str(caught.value)


RULES = [
    ({"measure": "open"}, "measure must be one of range, closes, got 'open'"),
    ({"variances": ONE.variances[1:]}, "variances must be 120 numbers, got 119"),
    ({"variances": (0.0, *ONE.variances[1:])}, r"variances\[0\] must be in \(0, 10\], got 0"),
    ({"initial": 0}, r"initial \(volatility\) must be in \(0, 10\], got 0"),
    ({"initial": "20%"}, r"initial \(volatility\) must be a number, got '20%'"),
    ({"initial_by": "index"}, "initial_by must name a forecast that there is, got 'index'"),
    ({"initial_by": "open"}, "initial_by must name a forecast that there is, got 'open'"),
    ({"recent_variances": ONE.recent_variances[1:]}, "recent_variances must be 66 numbers, got 65"),
    ({"recent_log_returns": (0.1,) * 6}, "recent_log_returns must be 5 numbers, got 6"),
    ({"index": ONE.prices}, "index must have 7 coefficients and 120 vols"),
    ({"prices": scaling(by="index").index}, "prices must have 6 coefficients and 120 vols"),
    ({"index": replace(scaling(by="index").index, vols=(0.01,) * 119)}, "index must have 7 coefficients and 120 vols"),
]


@pytest.mark.parametrize(("change", "match"), RULES)
def test_rules(change, match):
    with pytest.raises(LetfError, match=match) as caught:
        replace(ONE, **change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"window": 5}, "scaling: unknown key 'window'; known keys: measure, initial, initial_by, recent_variances"),
        ({"prices": 3}, "scaling.prices must be a table, got 3"),
        ({"prices": {}}, "scaling.prices: missing key 'coefficients'"),
        ({"index": {"vols": []}}, "scaling.index: missing key 'coefficients'"),
        (
            {"prices": ONE.prices.to_dict() | {"sd": 1}},
            "scaling.prices: unknown key 'sd'; known keys: coefficients, error",
        ),
    ],
)
def test_files_name_what_is_wrong(change, match):
    with pytest.raises(LetfError, match=match):
        Scaling.from_dict(ONE.to_dict() | change)
    with pytest.raises(LetfError, match=match):
        BootstrapMarket.from_dict(SCALED.to_dict() | {"scaling": ONE.to_dict() | change})


@pytest.mark.parametrize("by", ["prices", "index"])
def test_round_trip(by):
    one = scaling(by=by)
    assert Scaling.from_dict(one.to_dict()) == one
    assert one.first is (one.prices if by == "prices" else one.index)
    both = replace(scaling(by="index"), initial_by="prices")
    assert both.first is both.prices and Scaling.from_dict(both.to_dict()) == both


def test_a_forecast_is_its_regression():
    rng = np.random.default_rng(1)
    variances, returns = rng.chisquare(2, 80) * 1e-4, rng.normal(0, 0.01, 9)
    one = Forecast(coefficients=(0.5, 1.0, -2.0, 3.0, 0.25, 7.0), vols=(0.01,), error_sd=0.5)
    expected = 0.5 + 7 * sum(returns[-5:])
    for c, window in ((1.0, 2), (-2.0, 5), (3.0, 22), (0.25, 66)):
        expected += c * math.log(sum(variances[-window:]) / window)
    assert one.log_variance(variances, returns) == pytest.approx(expected, rel=1e-12)
    with_index = replace(one, coefficients=(*one.coefficients, 2.0))
    expected += 2 * math.log(0.2**2 / 252)
    assert with_index.log_variance(variances, returns, 20.0) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(LetfError, match="this forecast looks at a volatility index; give its last value"):
        with_index.log_variance(variances, returns)


@pytest.mark.parametrize("block_days", [1.0, 6.0, 42.0, 1e6])
def test_mean_square_by_enumeration(block_days):
    """Every first day of a block, weighted by its age on each of the days."""
    x, vols, stay = np.array(SCALED.log_returns), np.array(ONE.prices.vols), 1 - 1 / block_days
    total = 0.0
    for day in range(VOL_DAYS):
        ages = [stay**age / block_days for age in range(day)] + [stay**day]
        total += sum(p * np.mean((np.roll(x, -age) / vols) ** 2) for age, p in enumerate(ages))
    assert ONE.mean_square(x, block_days) == pytest.approx(total / VOL_DAYS, rel=1e-12)


def test_the_error_of_the_first_forecast_adds_to_the_volatility():
    """E exp(eta) = exp(sd^2 / 2), sd half that of the errors."""
    x = np.array(SCALED.log_returns)
    sure = replace(ONE, prices=replace(ONE.prices, error_sd=0.0))
    ratio = ONE.expected_vol(x, 6.0) / sure.expected_vol(x, 6.0)
    assert ratio**2 == pytest.approx(math.exp((ERROR_SHARE * 0.6) ** 2 / 2), rel=1e-12) and ERROR_SHARE == 0.5


def test_without_later_forecasts_the_expected_volatility_is_exact():
    """Where a forecast is always the first one's, nothing reverts: the twin's paths have what is expected."""
    level = 2 * math.log(0.2 / math.sqrt(252))
    level_vols = {"vols": (0.2 / math.sqrt(252),) * 120, "error_sd": 0.0}
    flat = Forecast(coefficients=(level, 0.0, 0.0, 0.0, 0.0, 0.0), **level_vols)
    centred = np.array(SCALED.log_returns) - np.mean(SCALED.log_returns)  # the drift takes the mean off
    one = replace(SCALED, log_returns=tuple(centred.tolist()), scaling=scaling(prices=flat, initial=0.2), drift=0.0)
    x = np.array([reference.scaled_returns(one, 5, path, VOL_DAYS) for path in range(1500)])
    found = 252 * (x**2).mean(axis=1)
    error = found.std() / math.sqrt(len(found))
    # what a block's volatility takes off its days is not in it: less than a thousandth of the variance
    assert abs(found.mean() - one.expected_vol() ** 2) < SIGMAS * error + 0.001 * found.mean()
    assert SIGMAS * error < 0.15 * found.mean()


def test_a_start_changes_what_came_before_alone():
    started = SCALED.with_vol(0.6)
    factor = 0.6 / SCALED.expected_vol()
    assert started.scale == SCALED.scale and started.log_returns == SCALED.log_returns
    assert started.scaling.initial == pytest.approx(factor * ONE.initial)
    assert started.scaling.recent_variances == pytest.approx([factor**2 * value for value in ONE.recent_variances])
    assert replace(started.scaling, initial=ONE.initial, recent_variances=ONE.recent_variances) == ONE
    scaled = SCALED.with_scaled_vol(0.6)
    assert scaled.scaling == ONE and scaled.scale == pytest.approx(SCALED.scale * factor)


@pytest.fixture(scope="module")
def iwm(shared_data):
    return scaled_bootstrap_market(read_prices(shared_data / "IWM.csv"))


@pytest.mark.parametrize("vol", [None, 0.12, 0.8])
def test_expected_volatility_of_a_real_market_is_near_the_simulated(iwm, vol):
    one = iwm if vol is None else iwm.with_vol(vol)
    x = index_log_returns(one, VOL_DAYS, 20_000)
    assert math.sqrt(252 * (x**2).mean()) == pytest.approx(one.expected_vol(), rel=BIAS)


def test_a_real_market_survives_its_file(iwm, tmp_path):
    path = tmp_path / "scaled.toml"
    path.write_text(market_to_toml(iwm))
    assert read_market(path) == iwm
