"""A second index fitted to prices: known parameters come back, the presets are made again, bad prices are named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from examples import both_log_returns, index_log_returns, market

from simulator.engine.apart import in_the_long_run, share_apart
from simulator.errors import LetfError
from simulator.history.bars import DECIMALS
from simulator.history.bootstrap import bootstrap_market
from simulator.history.factor import FactorLikelihood
from simulator.history.prices import Prices, read_prices
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.history.second import RISE, with_second
from simulator.spec.files import preset_market
from simulator.spec.garch import GarchMarket
from simulator.spec.second import SecondIndex

MODELS = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
DAYS = 5000
STDERRS = 4.0  # of a parameter, beyond which it is not the one that made the days: one test in 16,000
CLOSE = 0.02  # of a correlation of 5,000 days: four of its standard errors
SLOPES = 1e-5  # of central differences
UNCUT = 0.01  # of a fit whose Student-t is not cut at 12 standard deviations
CURVATURE = 0.1  # of a standard error, theirs by another estimate of the curvature
TAILS = 0.2  # of the volatility's standard error: the cut takes away tails that hang on dof
MACHINES = 1e-4  # of a fitted parameter, relative, that two machines' libraries may end apart


def prices(moves, source="A.csv", first="2000-01-03"):
    dates = np.busday_offset(np.datetime64(first), np.arange(len(moves) + 1))
    return Prices(
        dates=dates, close=100 * np.exp(np.concatenate([[0.0], np.cumsum(moves)])), column="close", source=source,
        sha256="0" * 64,
    )  # fmt: skip


def lived(one, days=DAYS):
    """Prices of both indexes of one long path."""
    x, y = both_log_returns(one, days, 1)
    return prices(x[0]), prices(y[0], "B.csv")


def assert_near(found, true):
    for one, value in zip(found, true, strict=True):
        assert abs(one.estimate - value) < STDERRS * one.stderr


def test_the_parameters_of_regimes_come_back():
    beside = SecondIndex(index="B", drift=0.08, betas=(0.5, 0.9), residual_vols=(0.05, 0.2), dof=5.0)
    one = replace(market(2, vols=[0.1, 0.6], log_drifts=[0.05, -0.05]), second=beside)
    first, second = lived(one)
    joint, fit = with_second(replace(one, second=None), first, second, index="B", drift=0.03)
    assert_near(fit.factor.betas, beside.betas)
    assert_near(fit.factor.vols, beside.residual_vols)
    assert_near([fit.factor.dof], [5.0])
    assert fit.names == one.regime_names and fit.days == DAYS
    assert fit.correlations == pytest.approx(joint.second.correlations(np.array([0.1, 0.6])))
    assert joint.second.drift == 0.03 and replace(joint, second=None) == replace(one, second=None)
    assert joint.second.provenance["source_file"] == "B.csv"


def test_the_parameters_of_garch_come_back():
    beside = SecondIndex(index="B", drift=0.08, betas=(0.7,), residual_ratio=0.5, dof=6.0)
    one = GarchMarket(drift=0.08, omega=3e-6, alpha=0.05, gamma=0.1, beta=0.88, dof=8.0, skew=-0.1, second=beside)
    _, fit = with_second(replace(one, second=None), *lived(one), index="B", drift=0.08)
    assert_near(fit.factor.betas, beside.betas)
    assert_near(fit.factor.vols, [0.5])
    assert fit.correlations == pytest.approx([0.7 / np.hypot(0.7, 0.5)], abs=CLOSE)


def test_the_gradient_is_that_of_the_likelihood():
    rng = np.random.default_rng(4)
    weights = rng.dirichlet([1, 1], 300)
    likelihood = FactorLikelihood(
        rng.normal(size=(300, 1)), rng.normal(size=(300, 2)), weights, rng.uniform(0.5, 2, (300, 1))
    )
    theta = np.array([0.1, -0.2, 0.6, 0.9, -0.3, 0.2, 1.1])
    step = 1e-5
    slopes = [(likelihood(theta + d)[0] - likelihood(theta - d)[0]) / (2 * step) for d in step * np.eye(7)]
    assert likelihood(theta)[1] == pytest.approx(slopes, rel=SLOPES, abs=SLOPES)


def test_days_apart_are_counted_as_they_come():
    one = preset_market("iwm-spy-garch")
    x, y = both_log_returns(one, 252, 20_000)
    counts = ((np.expm1(x) >= RISE) & (y < 0)).sum(axis=1) / 252
    found = share_apart(one, rise=RISE)
    error = np.hypot(counts.std() / len(counts) ** 0.5, found.stderr)
    assert abs(found.mean - counts.mean()) < STDERRS * error and error < 0.1 * counts.mean()
    with pytest.raises(LetfError, match="iwm-markov3 has no second index; letf calibrate --second gives it one"):
        share_apart(preset_market(), rise=RISE)


def test_the_presets_are_made_again(shared_data):
    first, second = (read_prices(shared_data / name) for name in ("IWM.csv", "SPY.csv"))
    for name, alone in (("iwm-spy", "iwm-markov3"), ("iwm-spy-garch", "iwm-garch")):
        joint, fit = with_second(preset_market(alone), first, second, drift=0.08)
        kept = preset_market(name).second
        assert fit.apart == ("2008-10-10", "2024-07-11")
        assert joint.second.betas == pytest.approx(kept.betas, rel=MACHINES)
        assert joint.second.residual_vols == pytest.approx(kept.residual_vols, rel=MACHINES)
        assert joint.second.dof == pytest.approx(kept.dof, rel=MACHINES)
        assert joint.second.provenance["sha256"] == kept.provenance["sha256"]
        assert f"`--market {name}`) | {fit.expected_apart.mean:.2f} ± {fit.expected_apart.stderr:.2f} |" in MODELS


def test_one_regime_is_the_regression_of_statsmodels(shared_data):
    from statsmodels.miscmodels.tmodel import TLinearModel

    first, second = (read_prices(shared_data / name) for name in ("IWM.csv", "SPY.csv"))
    x, y = first.log_returns(), np.diff(np.log(second.close[np.searchsorted(second.dates, first.dates)]))
    _, fit = with_second(market(1, vols=[0.24]), first, second, drift=0.08)
    theirs = TLinearModel(100 * y, np.column_stack([np.ones_like(x), 100 * x])).fit(disp=False)
    _, beta, dof, scale = theirs.params
    assert fit.factor.betas[0].estimate == pytest.approx(beta, rel=UNCUT)
    assert fit.factor.dof.estimate == pytest.approx(dof, rel=UNCUT)
    own = scale / 100 * (252 * dof / (dof - 2)) ** 0.5
    assert fit.factor.vols[0].estimate == pytest.approx(own, rel=UNCUT)
    assert fit.factor.betas[0].stderr == pytest.approx(theirs.bse[1], rel=CURVATURE)
    slope = own * np.array([-1 / (dof * (dof - 2)), 1 / scale])  # of the volatility in dof and scale
    error = (slope @ theirs.cov_params()[2:, 2:] @ slope) ** 0.5
    assert fit.factor.vols[0].stderr == pytest.approx(error, rel=TAILS)


@pytest.mark.parametrize("make", [bootstrap_market, scaled_bootstrap_market])
def test_a_bootstrap_takes_the_days_as_they_are(shared_data, make):
    first, second = (read_prices(shared_data / name) for name in ("IWM.csv", "SPY.csv"))
    joint, fit = with_second(make(first), first, second, drift=0.08)
    drawn = len(joint.log_returns)
    y = np.diff(np.log(second.close[np.searchsorted(second.dates, first.dates)]))[-drawn:]
    np.testing.assert_allclose(joint.second.log_returns, y, atol=10.0**-DECIMALS)
    assert fit.factor is None and fit.correlations[0] == pytest.approx(0.889, abs=0.001)
    if make is bootstrap_market:  # whose days are the prices' own, each as likely
        assert f"| bootstrap | {fit.expected_apart.mean:.2f} ± {fit.expected_apart.stderr:.2f} |" in MODELS
        assert fit.expected_apart.mean == pytest.approx(2, abs=4 * fit.expected_apart.stderr)


def test_bad_prices_are_named():
    x = index_log_returns(market(1), 300, 1)[0]
    first = prices(x)
    with pytest.raises(LetfError, match=r"B\.csv: no price on 2000-01-03, a day of A\.csv; it goes from 2000-01-10 to"):
        with_second(market(1), first, prices(x, "B.csv", "2000-01-10"), index="B", drift=0.08)
    with pytest.raises(LetfError, match="the second index moves as the first does, day by day; give the prices of"):
        with_second(market(1), first, prices(x, "B.csv"), index="B", drift=0.08)
    other = bootstrap_market(prices(x[::-1]))
    with pytest.raises(LetfError, match="draws other days than those of the prices; give those it was made of"):
        with_second(other, first, prices(0.5 * x, "B.csv"), index="B", drift=0.08)


def test_the_long_run_is_where_a_market_without_a_state_starts():
    assert in_the_long_run(replace(preset_market(), initial="crisis")).initial == "stationary"
    assert in_the_long_run(replace(preset_market("iwm-garch"), initial=0.9)).initial == "stationary"
