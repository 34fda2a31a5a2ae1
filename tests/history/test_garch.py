"""GARCH fits against arch's own summary and known parameters."""

import builtins
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from prices import prices

from simulator.errors import LetfError
from simulator.history import garch
from simulator.history.fitted import Fitted
from simulator.history.garch import fit_garch
from simulator.history.prices import read_prices
from simulator.spec.files import market_to_toml, preset_market, read_market
from simulator.spec.garch import GarchMarket
from simulator.spec.skewt import CutSkewT

SIGMAS = 4
SAME_OPTIMUM = 1e-6  # relative, of a log-likelihood: two stops of one optimiser
KEPT = 1e-3  # relative, of a variance: parameters of five digits, and an optimiser that stops sooner than ours
PERCENT = 100

TRUTH = {"omega": 2e-6, "alpha": 0.04, "gamma": 0.1, "beta": 0.88, "dof": 7.0, "skew": -0.15}


def simulated(days, market, mean=3e-4, seed=1):
    """Log returns of a GARCH market, day after day."""
    e, _ = market.innovations.from_normal(np.random.default_rng(seed).normal(size=days))
    variance, returns = market.first_variance(), []
    for z in e:
        surprise = np.sqrt(variance) * z
        returns.append(mean + surprise)
        news = market.alpha + (market.gamma if surprise < 0 else 0)
        variance = market.omega + news * surprise**2 + market.beta * variance
    return np.array(returns)


@cache
def made(days=8000, seed=1):
    return prices(np.expm1(simulated(days, GarchMarket(drift=0.08, **TRUTH), seed=seed)), "MADE.csv")


@cache
def fit():
    return fit_garch(made())


@pytest.mark.parametrize("file", ["IWM.csv", "SPY.csv"])
def test_parameters_are_those_of_archs_summary(shared_data, file):
    from arch import arch_model

    read = read_prices(shared_data / file)
    x = read.log_returns()
    theirs = arch_model(PERCENT * x, mean="Constant", vol="GARCH", p=1, o=1, q=1, dist="skewt").fit(disp="off")
    ours = fit_garch(read)
    assert ours.log_likelihood == pytest.approx(theirs.loglikelihood + len(x) * np.log(PERCENT), rel=SAME_OPTIMUM)
    units = {"mu": 252 / PERCENT, "omega": PERCENT**-2}
    names = {"annual_log_drift": "mu", "omega": "omega", "alpha": "alpha[1]", "gamma": "gamma[1]", "beta": "beta[1]"}
    for name, other in (names | {"dof": "eta", "skew": "lambda"}).items():
        estimate, stderr = ours.parameters()[name]
        assert estimate == pytest.approx(theirs.params[other] * units.get(other, 1), rel=1e-3, abs=1e-6)
        if stderr is not None:
            assert stderr == pytest.approx(theirs.std_err[other] * units.get(other, 1), rel=1e-2)
    np.testing.assert_allclose(ours.residuals, theirs.std_resid, atol=1e-3)
    assert ours.bic - len(x) * -2 * np.log(PERCENT) == pytest.approx(theirs.bic, rel=SAME_OPTIMUM)


def test_the_market_starts_from_archs_forecast(shared_data):
    from arch import arch_model

    read = read_prices(shared_data / "IWM.csv")
    model = arch_model(PERCENT * read.log_returns(), p=1, o=1, q=1, dist="skewt", rescale=False)
    variance = model.fit(disp="off").forecast(horizon=1).variance.to_numpy()[-1, 0] / PERCENT**2
    market = fit_garch(read).market()
    assert market.first_variance() == pytest.approx(variance, rel=KEPT)
    assert market.provenance["as_of"] == "2024-12-31"


def test_the_preset_is_the_fit_of_the_real_prices(shared_data):
    preset = preset_market("iwm-garch")
    made = fit_garch(read_prices(shared_data / "IWM.csv")).market(initial="stationary")
    assert (made.name, made.initial, made.drift) == (preset.name, preset.initial, preset.drift)
    for name in (*TRUTH, "annual_log_drift", "overnight_share"):
        assert getattr(made, name) == pytest.approx(getattr(preset, name), rel=KEPT)
    same = ("source_file", "sha256", "price_column", "first_date", "last_date", "days", "parameters")
    assert {key: made.provenance[key] for key in same} == {key: preset.provenance[key] for key in same}


def test_known_parameters_are_recovered_within_their_errors():
    found = fit().parameters()
    scores = {name: (found[name].estimate - TRUTH[name]) / found[name].stderr for name in TRUTH}
    assert max(map(abs, scores.values())) < SIGMAS
    drift = found["annual_log_drift"]
    assert abs(drift.estimate - 252 * 3e-4) < SIGMAS * drift.stderr
    for name in ("gamma", "beta", "dof"):
        assert found[name].stderr < 0.2 * TRUTH[name]  # errors far too large would let anything pass


def test_persistence_and_long_run_volatility_are_recovered_within_their_errors():
    truth = GarchMarket(drift=0.08, **TRUTH)
    for found, true in ((fit().persistence, truth.persistence), (fit().long_run_vol, truth.expected_vol())):
        assert abs(found.estimate - true) < SIGMAS * found.stderr < true
    market = fit().market(initial="stationary")
    assert fit().persistence.estimate == pytest.approx(market.persistence, rel=KEPT)
    assert fit().long_run_vol.estimate == pytest.approx(market.expected_vol(), rel=KEPT)
    assert fit().notes() == []


def test_errors_by_the_delta_method_are_those_of_draws():
    """Parameters drawn from their covariance spread persistence and long-run volatility as claimed."""
    from arch import arch_model

    found = arch_model(PERCENT * made().log_returns(), p=1, o=1, q=1, dist="skewt", rescale=False).fit(disp="off")
    names = ["omega", "alpha[1]", "gamma[1]", "beta[1]"]
    covariance = found.param_cov.loc[names, names].to_numpy() / 100  # small steps, where slopes are exact enough
    drawn = np.random.default_rng(1).multivariate_normal(found.params[names], covariance, 20_000)
    lower = CutSkewT(found.params["eta"], found.params["lambda"]).lower_variance
    persistence = drawn[:, 1] + lower * drawn[:, 2] + drawn[:, 3]
    vol = np.sqrt(252 * drawn[:, 0] / (1 - persistence)) / PERCENT
    assert fit().persistence.stderr == pytest.approx(10 * persistence.std(), rel=0.05)
    assert fit().long_run_vol.stderr == pytest.approx(10 * vol.std(), rel=0.05)


def test_variance_that_returns_nowhere_is_noted():
    growing = replace(fit(), persistence=Fitted(1.0123, 0.01), long_run_vol=None)
    assert growing.notes() == ["persistence 1.0123: variance returns to no long-run level, and grows"]
    assert growing.to_dict(fit().market())["long_run_vol"] is None


def test_scale_of_returns_scales_what_it_should():
    wild = fit_garch(prices(np.expm1(3 * made().log_returns()), "WILD.csv"))
    for name, unit in (("omega", 9), ("annual_log_drift", 3), ("alpha", 1), ("beta", 1), ("dof", 1)):
        assert wild.parameters()[name].estimate == pytest.approx(unit * fit().parameters()[name].estimate, rel=1e-2)
    assert wild.log_likelihood == pytest.approx(fit().log_likelihood - fit().days * np.log(3), rel=1e-5)


def test_markets_survive_their_files(tmp_path):
    path = tmp_path / "market.toml"
    skewed, residual = fit().market(), fit().market(draw="residuals", index="SPY", drift=0.05)
    assert (skewed.name, skewed.skew, skewed.residuals) == ("iwm-garch", fit().market().skew, None)
    assert (residual.name, residual.dof, len(residual.residuals)) == ("spy-garch-residuals", None, fit().days)
    for market in (skewed, residual, fit().market(initial="stationary")):
        path.write_text(market_to_toml(market))
        again = read_market(path)
        assert again.to_dict().keys() == market.to_dict().keys()
        assert again.expected_vol() == pytest.approx(market.expected_vol(), rel=1e-9)
    assert fit().market(initial="stationary").initial == "stationary"
    assert "as_of" not in fit().market(initial="stationary").provenance


def test_the_overnight_share_is_told_where_there_are_opens():
    """Opens that halve each day's move in the mean: half of the variance, but for what both halves have in common."""
    x = made().log_returns()
    halves = x / 2 + np.random.default_rng(3).normal(0, 0.003, len(x))
    opens = np.concatenate([made().close[:1], made().close[:-1] * np.exp(halves)])
    found = fit_garch(replace(made(), open=opens))
    share = (halves**2).sum() / (halves**2 + (x - halves) ** 2).sum()
    assert found.overnight_share.estimate == pytest.approx(share, rel=1e-12) and 0 < found.overnight_share.stderr < 0.05
    for draw in ("skewt", "residuals"):
        assert found.market(draw=draw).overnight_share == pytest.approx(share, rel=1e-4)
    assert set(found.provenance()["standard_errors"]) == {*TRUTH, "annual_log_drift", "overnight_share"}
    assert found.to_dict(found.market())["overnight_share"] == found.overnight_share._asdict()
    assert fit().overnight_share is fit().market().overnight_share is None
    useless = replace(found, overnight_share=None)
    assert useless.notes() == ["the opens are none, or not on the basis of the closes: no overnight_share"]


def test_residuals_are_standardised():
    assert np.std(fit().residuals) == pytest.approx(1, abs=0.05)
    x = made().log_returns()
    mean = fit().annual_log_drift.estimate / 252
    np.testing.assert_allclose(fit().residuals * fit().conditional_vol / np.sqrt(252) + mean, x, atol=1e-12)


def test_parameters_on_their_bounds_have_no_error():
    x = np.random.default_rng(2).normal(0, 0.01, 1000)
    found = fit_garch(prices(np.expm1(x), "NORMAL.csv")).parameters()
    assert found["alpha"].stderr is None or found["alpha"].estimate > 1e-6
    numbers = [value for pair in found.values() for value in pair if value is not None]
    assert np.isfinite(numbers).all()


def test_without_arch_the_way_out_is_told(monkeypatch):
    known = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.partition(".")[0] == "arch":
            raise ImportError(name)
        return known(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(LetfError, match=r"library arch, which is missing; pip install 'letf\[garch\]'"):
        fit_garch(made())


def test_a_fit_that_stops_short_goes_on_by_archs_own_tolerance(monkeypatch):
    """As where the optimiser's last steps find nothing to gain, which on some machines they do."""
    monkeypatch.setattr(garch, "TO_THE_END", {"ftol": 1e-12, "maxiter": 5})
    assert fit_garch(made()).log_likelihood == pytest.approx(fit().log_likelihood, rel=SAME_OPTIMUM)


def test_a_likelihood_without_maximum_is_refused(monkeypatch):
    from arch.univariate.base import ARCHModelResult

    monkeypatch.setattr(ARCHModelResult, "convergence_flag", 4)
    with pytest.raises(LetfError, match=r"MADE.csv: no fit of GARCH from 2012-01-02 to .*; look for stale"):
        fit_garch(made())


def test_too_few_prices_are_refused():
    with pytest.raises(LetfError, match=r"F.csv: 100 returns from .*; at least 250 are needed"):
        fit_garch(prices(np.full(100, 0.01), "F.csv"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draw": "normal"}, 'innovations must be "skewt" or "residuals", got \'normal\''),
        ({"initial": "first"}, 'initial must be "last" or "stationary", got \'first\''),
    ],
)
def test_unknown_choices_are_refused(options, message):
    with pytest.raises(LetfError, match=message):
        fit().market(**options)
