"""Fits against statsmodels, known laws and themselves."""

import re
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest

from simulator.errors import LetfError
from simulator.history.calibrate import calibrate
from simulator.history.em import starts
from simulator.history.fitted import Fitted
from simulator.history.innovations import student_log_density, student_slope
from simulator.history.likelihood import Likelihood, stationary
from simulator.history.newton import hessian, maximise
from simulator.history.prices import Prices, read_prices
from simulator.spec.files import market_to_toml, preset_market, read_market
from simulator.spec.student import CutStudent

SAME_VOL = 0.02
ROUNDED = 1e-6  # relative: the preset's digits, and what another processor's arithmetic may change
SIGMAS = 4


def prices_of(log_returns):
    close = 100 * np.exp(np.concatenate([[0.0], np.cumsum(log_returns)]))
    dates = np.datetime64("2000-01-03") + np.arange(len(close))
    return Prices(dates=dates, close=close, column="close", source="made.csv", sha256="0" * 64)


def simulated(days, transition, annual_vol, annual_log_drift, dof=None, seed=1):
    """Log returns of a known market, drawn with numpy."""
    rng = np.random.default_rng(seed)
    transition = np.array(transition)
    regime, path = 0, []
    for u in rng.random(days):
        path.append(regime)
        regime = int(np.searchsorted(np.cumsum(transition[regime]), u))
    path = np.minimum(path, len(transition) - 1)
    e = rng.normal(size=days)
    if dof is not None:
        e = rng.standard_t(np.array(dof)[path]) / np.sqrt(np.array(dof) / (np.array(dof) - 2))[path]
    return np.array(annual_log_drift)[path] / 252 + np.array(annual_vol)[path] / np.sqrt(252) * e


TWO = {"transition": [[0.98, 0.02], [0.05, 0.95]], "annual_vol": [0.15, 0.45], "annual_log_drift": [0.2, -0.3]}
THREE = {
    "transition": [[0.98, 0.015, 0.005], [0.02, 0.97, 0.01], [0.01, 0.04, 0.95]],
    "annual_vol": [0.1, 0.22, 0.6],
    "annual_log_drift": [0.2, 0.0, -0.5],
}


@pytest.fixture(scope="module")
def iwm(shared_data):
    return read_prices(shared_data / "IWM.csv")


def library_fit(log_returns, count):
    """Log-likelihood and annual volatilities by statsmodels, on returns in percent for its optimiser's sake.

    It starts from sticky regimes of 0.5 to 2 sample volatilities: its own random search ends in lesser maxima.
    """
    from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

    x = 100 * log_returns
    stay, move = 0.97, 0.03 / (count - 1)
    to_all_but_last = [stay if i == j else move for j in range(count - 1) for i in range(count)]
    start = [*to_all_but_last, *np.full(count, x.mean()), *(x.var() * np.geomspace(0.25, 4, count))]
    fit = MarkovRegression(x, k_regimes=count, switching_variance=True).fit(start_params=start)
    return fit.llf + len(x) * np.log(100), np.sort(np.sqrt(252 * fit.params[-count:])) / 100


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.filterwarnings("ignore")  # of the library's optimiser
def test_the_likelihood_is_no_worse_than_statsmodels(iwm, count):
    fit = calibrate(iwm, count)
    log_likelihood, vols = library_fit(iwm.log_returns(), count)
    assert fit.log_likelihood >= log_likelihood - 1e-6
    np.testing.assert_allclose([vol.estimate for vol in fit.annual_vol], vols, rtol=SAME_VOL)


def test_the_likelihood_function_is_statsmodels(iwm):
    from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

    x = iwm.log_returns()
    likelihood = Likelihood(x, 2, student=False)
    parameters = next(starts(likelihood))
    a = parameters.transition
    model = MarkovRegression(x, k_regimes=2, switching_variance=True)
    value = model.loglike([a[0, 0], a[1, 0], *parameters.mean, *parameters.sd**2])
    assert likelihood.infer(parameters).log_likelihood == pytest.approx(value, rel=1e-10)


@pytest.mark.parametrize("innovations", ["normal", "t"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_gradient_is_the_slope(count, innovations):
    y = simulated(400, **THREE)
    likelihood = Likelihood((y - y.mean()) / y.std(), count, innovations == "t")
    theta = likelihood.pack(next(starts(likelihood)))
    step = 1e-5
    slopes = [
        (likelihood(theta + e)[0] - likelihood(theta - e)[0]) / (2 * step) for e in step * np.eye(likelihood.size)
    ]
    np.testing.assert_allclose(likelihood(theta)[1], slopes, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dof", [2.1, 3.0, 8.0, 200.0])
def test_the_student_density_is_the_simulated_law(dof):
    law, dofs = CutStudent(dof), np.array([dof])
    edge = law.bound / law.scale
    z = np.sinh(np.linspace(-np.arcsinh(edge), np.arcsinh(edge), 40_001))[:, None]
    density = np.exp(student_log_density(z, dofs, cut=False))[:, 0]
    for power, moment in ((0, 1), (1, 0), (2, 1)):
        assert np.trapezoid(density * z[:, 0] ** power, z[:, 0]) == pytest.approx(moment, abs=1e-5)
    outside = student_log_density(np.array([[-edge * 1.001], [edge * 0.999], [edge * 1.001]]), dofs)[:, 0]
    assert np.isinf(outside).tolist() == [True, False, True]
    slope = (student_log_density(z + 1e-5, dofs, cut=False) - student_log_density(z - 1e-5, dofs, cut=False)) / 2e-5
    np.testing.assert_allclose(student_slope(z, dofs), slope, atol=1e-5)


def test_one_regime_is_the_sample_moments():
    x = simulated(1000, **TWO)
    fit = calibrate(prices_of(x), 1)
    vol, drift = fit.annual_vol[0], fit.annual_log_drift[0]
    assert vol.estimate == pytest.approx(x.std() * np.sqrt(252), rel=1e-8)
    assert drift.estimate == pytest.approx(x.mean() * 252, abs=1e-8)
    assert vol.stderr == pytest.approx(vol.estimate / np.sqrt(2 * len(x)), rel=1e-4)
    assert drift.stderr == pytest.approx(x.std() * 252 / np.sqrt(len(x)), rel=1e-4)
    assert fit.log_likelihood == pytest.approx(-len(x) / 2 * (np.log(2 * np.pi * x.var()) + 1), rel=1e-10)
    assert fit.transition[0][0] == (1.0, None) and fit.mean_duration_days == (None,)


@pytest.mark.parametrize("truth", [TWO, THREE], ids=["two", "three"])
def test_known_parameters_are_recovered_within_their_errors(truth):
    fit = calibrate(prices_of(simulated(10_000, **truth)), len(truth["annual_vol"]))
    pairs = [
        *zip(fit.annual_vol, truth["annual_vol"], strict=True),
        *zip(fit.annual_log_drift, truth["annual_log_drift"], strict=True),
        *zip(chain(*fit.transition), chain(*truth["transition"]), strict=True),
    ]
    scores = np.array([(found.estimate - true) / found.stderr for found, true in pairs])
    assert np.abs(scores).max() < SIGMAS
    assert np.sqrt((scores**2).mean()) > 0.3  # errors far too large would let anything pass


def test_known_tails_are_recovered():
    fit = calibrate(prices_of(simulated(10_000, **TWO, dof=[4.0, 12.0])), 2, "t")
    for found, true in zip((*fit.dof, *fit.annual_vol), (4.0, 12.0, 0.15, 0.45), strict=True):
        assert abs(found.estimate - true) < SIGMAS * found.stderr
    assert fit.n_parameters == 8


def test_standard_errors_are_the_spread_of_repeated_fits():
    fits = [calibrate(prices_of(simulated(2500, **TWO, seed=seed)), 2) for seed in range(30)]
    for k in range(2):
        spread = np.std([fit.annual_vol[k].estimate for fit in fits], ddof=1)
        claimed = np.median([fit.annual_vol[k].stderr for fit in fits])
        assert claimed == pytest.approx(spread, rel=0.5)  # four standard errors of a spread of 30


def test_the_same_prices_give_the_same_bits():
    x = simulated(1500, **THREE)
    first, second = (calibrate(prices_of(x), 3, "t") for _ in range(2))
    assert market_to_toml(first.market()) == market_to_toml(second.market())
    assert first.log_likelihood == second.log_likelihood
    assert np.array_equal(first.smoothed, second.smoothed)


def test_scale_of_prices_does_not_matter_and_scale_of_returns_scales_volatility():
    x = simulated(2000, **TWO)
    plain, prices = calibrate(prices_of(x), 2), prices_of(x)
    dear = calibrate(Prices(**{**vars(prices), "close": prices.close * 1000}), 2)
    wild = calibrate(prices_of(3 * x), 2)
    for k in range(2):
        assert dear.annual_vol[k].estimate == pytest.approx(plain.annual_vol[k].estimate, rel=ROUNDED)
        assert wild.annual_vol[k].estimate == pytest.approx(3 * plain.annual_vol[k].estimate, rel=ROUNDED)
    assert wild.log_likelihood == pytest.approx(plain.log_likelihood - len(x) * np.log(3), rel=ROUNDED)


def test_regimes_are_in_order_of_volatility_and_laws_are_laws():
    fit = calibrate(prices_of(simulated(3000, **THREE)), 3)
    assert fit.regimes == ("calm", "normal", "crisis")
    assert [vol.estimate for vol in fit.annual_vol] == sorted(vol.estimate for vol in fit.annual_vol)
    for law in (fit.filtered, fit.smoothed, fit.transition_matrix, fit.stationary[None]):
        np.testing.assert_allclose(law.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(fit.stationary @ fit.transition_matrix, fit.stationary, atol=1e-12)
    np.testing.assert_array_equal(fit.filtered_last, fit.smoothed[-1])
    assert fit.bic == -2 * fit.log_likelihood + 12 * np.log(3000)


def test_the_market_starts_on_the_day_after_the_last_price(tmp_path):
    fit = calibrate(prices_of(simulated(1000, **TWO)), 2)
    market = fit.market()
    np.testing.assert_allclose(market.initial_law(), fit.filtered_last @ fit.transition_matrix, atol=ROUNDED)
    assert (market.name, market.drift, market.autocorrelation) == ("iwm-markov2", 0.08, 0)
    other = fit.market(initial="stationary", drift="regime", index="SPY")
    assert (other.name, other.initial, other.drift) == ("spy-markov2", "stationary", "regime")
    path = tmp_path / "market.toml"
    for made in (market, other):
        path.write_text(market_to_toml(made))
        assert read_market(path) == made
    with pytest.raises(LetfError, match="initial must be"):
        fit.market(initial="first")


def test_moves_that_were_never_seen_have_no_error_and_stays_that_never_ended_no_length():
    x = simulated(3000, [[0.97, 0.03, 0.0], [0.02, 0.96, 0.02], [0.0, 0.03, 0.97]], [0.05, 0.2, 0.8], [0.0] * 3)
    fit = calibrate(prices_of(x), 3)
    assert fit.transition[0][2] == (pytest.approx(0, abs=1e-6), None)
    assert fit.transition[0][1].stderr > 0
    assert None not in fit.mean_duration_days
    stays = (Fitted(0.0, None), Fitted(1e-7, None), Fitted(1.0, None))
    for_good = replace(fit, transition=(*fit.transition[:2], stays))
    assert for_good.mean_duration_days[2] is None and for_good.mean_duration_days[:2] == fit.mean_duration_days[:2]


@pytest.mark.parametrize("innovations", ["normal", "t"])
def test_more_regimes_than_the_prices_have_give_finite_numbers(innovations):
    fit = calibrate(prices_of(simulated(260, [[1.0]], [0.2], [0.1])), 4, innovations)
    numbers = [value for row in fit.parameters().values() for estimate in row.values() for value in estimate]
    assert np.isfinite([number for number in numbers if number is not None]).all()
    assert not re.search(r"\b(nan|inf)\b", market_to_toml(fit.market()))


def test_a_day_beyond_the_cut_widens_the_only_regime_that_can_hold_it():
    x = simulated(1000, [[1.0]], [0.1], [0.0])
    x[500] = 0.4
    fit = calibrate(prices_of(x), 1, "t")
    assert np.isfinite(fit.log_likelihood)
    assert 12.5 * fit.annual_vol[0].estimate / np.sqrt(252) > 0.4


def test_a_regime_of_few_days_is_named():
    x = simulated(2000, [[1.0]], [0.15], [0.0])
    x[1000:1010] = 0.08 * np.random.default_rng(2).normal(size=10)
    (note,) = calibrate(prices_of(x), 2).notes()
    assert "'crisis' covers" in note and "of 2,000 days" in note


def stale():
    x = simulated(2000, [[1.0]], [0.2], [0.0])
    return np.where(np.arange(2000) % 7 == 0, 0.0, x)


@pytest.mark.parametrize(
    ("x", "count", "message"),
    [
        (
            np.full(249, 0.01) * np.tile([1, -1], 125)[:249],
            1,
            "249 returns from 2000-01-03 to 2000-09-08; at least 250",
        ),
        (np.zeros(300), 2, "made.csv: the prices do not move"),
        (np.full(300, 0.001), 1, "the prices do not move"),
        (stale(), 2, "no fit of 2 regimes: one collapses .*; look for stale or faulty prices, or try --regimes 1"),
        (np.zeros(300), 5, "regimes must be from 1 to 4, got 5"),
    ],
)
def test_what_cannot_be_fitted_is_refused(x, count, message):
    with pytest.raises(LetfError, match=message):
        calibrate(prices_of(x), count)


def test_an_unknown_law_is_refused():
    with pytest.raises(LetfError, match='innovations must be "normal" or "t", got \'cauchy\''):
        calibrate(prices_of(np.zeros(300)), 2, "cauchy")


def test_the_preset_is_the_fit_of_the_real_prices(iwm):
    preset, made = preset_market("iwm"), calibrate(iwm, 3).market(initial="stationary")
    assert (made.name, made.regime_names, made.initial, made.drift) == (
        preset.name,
        preset.regime_names,
        preset.initial,
        preset.drift,
    )
    for found, kept in zip(made.regimes, preset.regimes, strict=True):
        assert found.annual_vol == pytest.approx(kept.annual_vol, rel=ROUNDED)
        assert found.annual_log_drift == pytest.approx(kept.annual_log_drift, rel=1e-4)
        assert found.overnight_share == pytest.approx(kept.overnight_share, rel=1e-5)
    np.testing.assert_allclose(made.transition, preset.transition, atol=1e-6)
    same = ("source_file", "sha256", "price_column", "first_date", "last_date", "days", "parameters")
    assert {key: made.provenance[key] for key in same} == {key: preset.provenance[key] for key in same}
    assert made.provenance["log_likelihood"] == pytest.approx(preset.provenance["log_likelihood"], rel=1e-8)


def bowl(theta):
    """A quartic with its maximum at (1, 2)."""
    x, y = theta - [1.0, 2.0]
    return -(x**4) - x**2 - y**2 - x * y, np.array([-4 * x**3 - 2 * x - y, -2 * y - x])


@pytest.mark.parametrize(("upper", "theta", "free"), [(9.0, [1, 2], [True, True]), (0.5, [0.5, 0.5], [False, False])])
def test_newton_finds_the_top_and_stops_at_bounds(upper, theta, free):
    top = maximise(bowl, np.array([-3.0, -3.0]), np.full(2, -5.0), np.full(2, upper))
    np.testing.assert_allclose(top.theta, theta, atol=1e-5)
    assert top.free.tolist() == free


def test_both_differences_give_the_curvature():
    theta, free = np.array([1.0, 2.0]), np.array([True, True])
    for base in (None, bowl(theta)[1]):
        np.testing.assert_allclose(hessian(bowl, theta, free, base), [[-2, -1], [-1, -2]], atol=1e-6)


def test_the_stationary_law_stays():
    a = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]])
    np.testing.assert_allclose(stationary(a) @ a, stationary(a), atol=1e-15)
    np.testing.assert_allclose(stationary(a), np.linalg.matrix_power(a, 500)[0], atol=1e-12)
