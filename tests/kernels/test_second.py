"""A second index beside the first: the plain twin's returns, known laws, and a first index that does not notice."""

from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, beside, both_log_returns, index_log_returns, market
from reference_second import second_log_returns

from simulator.engine.lower_market import lower_market
from simulator.errors import LetfError
from simulator.spec.second import SecondIndex

SEED, DAYS, PATHS = 2**40 + 3, 19, 24
ROUNDING = 3e-6  # of a daily log return held in single precision, of which the largest here are 0.4
STDERRS = 4.5  # beyond which a moment is wrong: one test in 150,000


MARKETS = {
    "regimes": beside(market(3)),
    "one regime": beside(market(1), dof=4.0),
    "four regimes of Student-t days": beside(market(4, dof=5.0, autocorrelation=0.2), dof=3.5),
    "skewed t": beside(SKEWED, dof=6.0),
    "residuals": beside(RESIDUALS),
    "bootstrap": beside(BOOTSTRAP),
    "scaled bootstrap": beside(SCALED),
}


@pytest.mark.parametrize("one", MARKETS.values(), ids=MARKETS)
def test_the_second_index_is_the_plain_twins_and_the_first_does_not_notice(one):
    x, y = both_log_returns(one, DAYS, PATHS, SEED)
    assert np.array_equal(x, index_log_returns(replace(one, second=None), DAYS, PATHS, SEED))
    np.testing.assert_allclose(y, second_log_returns(one, SEED, range(PATHS), DAYS), rtol=0, atol=ROUNDING)


def near(values, expected, about):
    """Whether the mean of independent values is what it should be."""
    error = values.std(ddof=1) / len(values) ** 0.5
    assert abs(values.mean() - expected) < STDERRS * error, f"{about}: {values.mean()} for {expected} +- {error}"


def test_growth_volatility_and_correlation_of_a_regime():
    one = replace(market(1), second=SecondIndex(index="SPY", drift=0.05, betas=(0.8,), residual_vols=(0.1,), dof=5.0))
    x, y = (values[:, -1] for values in both_log_returns(one, 3, 200_000, SEED))
    near(np.exp(y), np.exp(0.05 / 252), "growth")
    sd, own, correlation = 0.2 / 252**0.5, 0.1 / 252**0.5, 0.16 / np.hypot(0.16, 0.1)
    assert one.second.correlations(np.array([0.2])) == pytest.approx([correlation])
    near((y - y.mean()) ** 2, (0.8 * sd) ** 2 + own**2, "variance")
    near((x - x.mean()) * (y - y.mean()), 0.8 * sd**2, "covariance")
    rest = y - y.mean() - 0.8 * (x - x.mean())
    assert 4.5 < (rest**4).mean() / (rest**2).mean() ** 2 < 9.5  # Student-t of 5, cut at 12: 8.7; normal: 3


@pytest.mark.parametrize("name", ["regimes", "skewed t", "bootstrap"])  # blocks of a scaled one: over all their days
def test_the_second_index_grows_by_its_drift(name):
    _, y = both_log_returns(MARKETS[name], 1, 300_000, SEED)
    near(np.exp(y[:, 0]), np.exp(0.05 / 252), name)


def test_a_bootstrap_draws_both_on_the_same_days():
    one = replace(MARKETS["bootstrap"], scale=1.0)
    x, y = both_log_returns(one, 40, 64, SEED)
    pairs = {float(np.float32(a)): b for a, b in zip(one.days(), one.second_alone().days(), strict=True)}
    known = np.array(sorted(pairs))
    at = np.abs(known[:, None] - x.ravel()).argmin(axis=0)
    np.testing.assert_allclose([pairs[value] for value in known[at]], y.ravel(), rtol=0, atol=ROUNDING)


def test_scaled_volatilities_keep_the_correlation():
    for name in ("regimes", "skewed t", "scaled bootstrap"):
        one = MARKETS[name]
        twice = one.with_scaled_vol(1.5 * one.expected_vol())
        corr = [
            np.corrcoef(*(values.ravel() for values in both_log_returns(market, 5, 40_000, SEED)))[0, 1]
            for market in (one, twice)
        ]
        assert corr[0] == pytest.approx(corr[1], abs=0.01)  # errors of 0.001 and 0.3 % of scaled drift shifts


def test_one_too_wild_for_its_drift_is_refused():
    wild = replace(SKEWED, second=SecondIndex(index="SPY", drift=0.05, betas=(0.7,), residual_ratio=4.0, dof=3.0))
    with pytest.raises(LetfError, match=r"residual_ratio 4 and dof 3 its drift would be off by up to 0\.\d+ a year"):
        lower_market(wild)
    lower_market(replace(wild, second=replace(wild.second, dof=None)))
