"""A volatility index that tells regimes apart."""

import numpy as np
import pytest
from prices import prices, weekdays

from simulator.errors import LetfError
from simulator.history.calibrate import calibrate
from simulator.history.prices import read_prices
from simulator.history.ratio import weighted_ratio
from simulator.history.regime_index import regime_indices
from simulator.history.series import Series, read_series
from simulator.history.state import INDEX_WEIGHT, as_of, filtered_laws, uses_vol_index

DAYS = 1500
MEDIANS, LOG_SD = (14.0, 40.0), 0.15
SIGMAS = 4


def made(days=DAYS, seed=1):
    """Prices of two regimes in turns of 100 days, an index that follows them, and which days are wild."""
    rng = np.random.default_rng(seed)
    wild = np.arange(days) // 100 % 2
    given = prices(np.expm1(np.where(wild, 0.03, 0.008) * rng.normal(size=days)), "MADE.csv")
    points = np.where(wild, MEDIANS[1], MEDIANS[0]) * np.exp(LOG_SD * rng.normal(size=days))
    return given, series(given.dates[1:], points), wild


def series(dates, values):
    return Series(dates=dates, values=np.asarray(values), source="VIX.csv", sha256="0" * 64)


def test_known_levels_are_found_within_their_errors():
    given, index, wild = made()
    found = regime_indices(given, index, np.column_stack([1 - wild, wild]).astype(float))
    for level, median in zip(found, MEDIANS, strict=True):
        assert abs(level.median.estimate - median) < SIGMAS * level.median.stderr < 0.2 * median
        assert abs(level.log_sd.estimate - LOG_SD) < SIGMAS * level.log_sd.stderr < 0.2 * LOG_SD


def test_a_ratio_of_independent_days_has_the_textbooks_error():
    x = np.random.default_rng(1).normal(5, 2, 4000)
    mean = weighted_ratio(np.ones(4000), x, np.ones(4000), 0)
    assert mean == (pytest.approx(x.mean()), pytest.approx(x.std() / np.sqrt(4000)))


def test_errors_of_days_that_hang_together_are_the_spread_of_samples():
    rng, rho, days = np.random.default_rng(2), 0.9, 3000
    means, claimed = [], []
    for _ in range(60):
        shocks, x = rng.normal(size=days), np.empty(days)
        x[0] = shocks[0] / np.sqrt(1 - rho**2)
        for t in range(1, days):
            x[t] = rho * x[t - 1] + shocks[t]
        found = weighted_ratio(np.ones(days), x, np.ones(days), 63)
        means.append(found.estimate)
        claimed.append(found.stderr)
    assert np.median(claimed) == pytest.approx(np.std(means, ddof=1), rel=0.4)  # four standard errors of a spread of 60


def test_the_market_keeps_them_and_its_start_looks_at_them():
    given, index, _ = made()
    fit = calibrate(given, 2, vol_index=index)
    market = fit.market()
    assert [regime.vol_index for regime in market.regimes] == pytest.approx(MEDIANS, rel=0.05)
    assert (market.provenance["vol_index_file"], market.provenance["vol_index_sha256"]) == ("VIX.csv", "0" * 64)
    assert set(market.provenance["standard_errors"]["calm"]) > {"vol_index", "vol_index_log_sd"}
    assert uses_vol_index(market) and not uses_vol_index(calibrate(given, 2).market())
    assert market == as_of(fit.market(initial="stationary"), given, index)
    assert fit.n_parameters == 6 and fit.log_likelihood == calibrate(given, 2).log_likelihood


def test_the_index_moves_the_law_towards_the_regime_it_speaks_of():
    given, index, _ = made()
    market = calibrate(given, 2, vol_index=index).market()
    share = {}
    for level in (*MEDIANS, None):
        points = None if level is None else np.append(index.values[:-1], level)
        share[level] = filtered_laws(market, given.log_returns(), points)[-1][1]
    assert share[MEDIANS[0]] < share[MEDIANS[1]]


def test_one_day_of_the_index_is_bayes_rule_with_its_weight():
    given, index, _ = made()
    market = calibrate(given, 2, vol_index=index).market()
    returns = given.log_returns()
    points = np.full(DAYS, np.nan)
    points[-1] = 30.0
    plain, told = filtered_laws(market, returns)[-1], filtered_laws(market, returns, points)[-1]
    likelihood = [
        np.exp(-((np.log(30 / one.vol_index) / one.vol_index_log_sd) ** 2) / 2) / one.vol_index_log_sd
        for one in market.regimes
    ]
    expected = plain * np.array(likelihood) ** INDEX_WEIGHT
    np.testing.assert_allclose(told, expected / expected.sum(), rtol=1e-9)


def test_a_market_without_levels_does_not_hear_the_index():
    given, index, _ = made()
    market = calibrate(given, 2).market()
    assert as_of(market, given, index) == as_of(market, given)


def test_real_levels_rise_with_the_regimes(shared_data):
    iwm, vix = read_prices(shared_data / "IWM.csv"), read_series(shared_data / "VIX.csv", "volatility index")
    market = calibrate(iwm, vol_index=vix).market()
    levels = [regime.vol_index for regime in market.regimes]
    assert levels == sorted(levels) and levels[0] == pytest.approx(14.3, abs=0.5) and levels[2] > 30


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (series(weekdays(100), np.full(100, 20.0)), "VIX.csv: it has 10. of the 1,500 days of MADE.csv, at least 250"),
        (
            series(weekdays(300)[50:], np.full(250, 20.0)),
            "and 5 of each regime are needed; give a longer one, or none",
        ),
    ],
)
def test_an_index_of_too_few_days_is_refused(index, message):
    given, _, wild = made()
    late = np.where(np.arange(DAYS) > 1000, wild, 0)
    with pytest.raises(LetfError, match=message):
        regime_indices(given, index, np.column_stack([1 - late, late]).astype(float))
