"""Simulated paths beside those of the well-kept library arch: the same parameters, other random numbers."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from arch import arch_model
from arch.bootstrap import StationaryBootstrap
from arch.univariate import SkewStudent
from examples import BOOTSTRAP, SKEWED, index_log_returns
from scipy import stats

PATHS, DAYS = 40_000, 21
SMALLEST_P = 1e-3  # of tests with fixed seeds: about fifteen of them here
SIGMAS = 4  # of a standard error
PERCENT = 100


def archs_model(returns):
    """GJR-GARCH with the parameters of `SKEWED`, of returns in percent."""
    model = arch_model(PERCENT * returns, mean="Zero", vol="GARCH", p=1, o=1, q=1, rescale=False)
    model.distribution = SkewStudent(seed=np.random.default_rng(7))
    one = SKEWED
    return model, [PERCENT**2 * one.omega, one.alpha, one.gamma, one.beta, one.dof, one.skew]


@cache
def past():
    """Two years of returns whose standardised residuals, by arch's own recursion, have mean 0 and variance 1."""
    z = stats.t(5).rvs(500, random_state=3) - 0.4 * (np.arange(500) % 9 == 0)
    z = (z - z.mean()) / z.std()
    returns = 0.01 * z
    for _ in range(60):  # the first variance depends on the first returns, ever less
        model, _ = archs_model(returns)
        variance = SKEWED.omega + (SKEWED.alpha + SKEWED.gamma / 2 + SKEWED.beta) * (
            model.volatility.backcast(PERCENT * returns) / PERCENT**2
        )
        for day in range(len(z)):
            returns[day] = np.sqrt(variance) * z[day]
            news = SKEWED.alpha + SKEWED.gamma * (returns[day] < 0)
            variance = SKEWED.omega + news * returns[day] ** 2 + SKEWED.beta * variance
    return returns, z, variance


def archs_sums(method, law):
    """21-day log returns by arch, with the mean that a drift of 0 gives each day."""
    returns, z, variance = past()
    model, parameters = archs_model(returns)
    fixed = model.fix(parameters)
    assert np.asarray(fixed.std_resid) == pytest.approx(z, abs=1e-9)
    forecast = fixed.forecast(
        horizon=DAYS, method=method, simulations=PATHS, reindex=False, random_state=np.random.RandomState(11)
    )
    found = forecast.simulations
    assert found.residual_variances[-1, :, 0] == pytest.approx(PERCENT**2 * variance, rel=1e-9)
    sds = np.sqrt(found.residual_variances[-1]) / PERCENT
    grid = np.linspace(0, sds.max(), 2000)
    growth = np.interp(sds, grid, [law.log_mean_exp(sd) for sd in grid])
    return (found.residuals[-1] / PERCENT - growth).sum(axis=1)


@pytest.mark.parametrize(("method", "drawn"), [("simulation", "skewed t"), ("bootstrap", "residuals")])
def test_garch_is_archs_own(method, drawn):
    """21-day sums by Kolmogorov-Smirnov, and their deviations; skewness and tails by quantiles."""
    _, z, variance = past()
    changes = {} if drawn == "skewed t" else {"dof": None, "skew": None, "residuals": tuple(z.tolist())}
    market = replace(SKEWED, drift=0.0, initial=float(np.sqrt(252 * variance)), **changes)
    theirs = archs_sums(method, market.innovations)
    ours = index_log_returns(market, DAYS, PATHS).sum(axis=1)
    assert stats.ks_2samp(ours, theirs).pvalue > SMALLEST_P
    for p in (0.005, 0.05, 0.5, 0.95, 0.995):
        cut = np.quantile(theirs, p)
        error = np.sqrt(2 * p * (1 - p) / PATHS)  # of the difference of two counted shares
        assert abs((ours <= cut).mean() - p) < SIGMAS * error
    squares = [values**2 for values in (ours, theirs)]
    error = np.sqrt(sum(square.var() for square in squares) / PATHS)
    assert abs(squares[0].mean() - squares[1].mean()) < SIGMAS * error


def test_the_comparison_would_see_a_wrong_model():
    """Without the leverage effect, at the same persistence, the test above fails."""
    _, _, variance = past()
    wrong = replace(SKEWED, drift=0.0, initial=float(np.sqrt(252 * variance)), gamma=0.0, alpha=0.09)
    theirs = archs_sums("simulation", wrong.innovations)
    assert stats.ks_2samp(index_log_returns(wrong, DAYS, PATHS).sum(axis=1), theirs).pvalue < SMALLEST_P / 100


COUNT, BLOCK = 60, 6.0
MOVES = np.cumsum(np.random.default_rng(4).normal(0, 0.004, COUNT))  # each day alike its neighbours: blocks matter


@cache
def archs_days(draws=6000):
    """Days of the past that arch draws, (draws, 21)."""
    found = StationaryBootstrap(BLOCK, np.arange(COUNT), seed=np.random.default_rng(9))
    return np.array([np.asarray(sample[0][0])[:DAYS] for sample in found.bootstrap(draws)])


@cache
def our_days(draws=6000):
    """The same of the kernels: every return tells its day."""
    market = replace(BOOTSTRAP, log_returns=tuple(MOVES.tolist()), block_days=BLOCK, scale=1.0)
    x = index_log_returns(market, DAYS, draws)
    return np.abs(x[..., None] - market.days()).argmin(axis=-1)


def goes_on(days):
    return days[:, 1:] == (days[:, :-1] + 1) % COUNT


def lengths(days):
    """Days until the first block ends, 21 where it does not."""
    ended = ~goes_on(days)
    return np.where(ended.any(axis=1), 1 + ended.argmax(axis=1), DAYS)


def test_blocks_are_as_long_as_archs():
    ours, theirs = (np.bincount(lengths(days), minlength=DAYS + 1)[1:] for days in (our_days(), archs_days()))
    assert stats.chi2_contingency([ours, theirs]).pvalue > SMALLEST_P


def test_days_go_round_as_archs_do():
    """From the last day to the first, as often as from any day to the next."""
    for days in (our_days(), archs_days()):
        last = days[:, :-1] == COUNT - 1
        share = goes_on(days)[last].mean()
        expected = 1 - (1 - 1 / COUNT) / BLOCK  # a new block may begin where the old one would have gone
        assert abs(share - expected) < SIGMAS * np.sqrt(expected * (1 - expected) / last.sum())


def test_sums_of_days_are_distributed_as_archs():
    ours, theirs = (MOVES[days].sum(axis=1) for days in (our_days(), archs_days()))
    assert stats.ks_2samp(ours, theirs).pvalue > SMALLEST_P
    single = replace(BOOTSTRAP, log_returns=tuple(MOVES.tolist()), block_days=1.0, scale=1.0)
    apart = index_log_returns(single, DAYS, 6000)
    shift = single.days()[0] - MOVES[0]
    assert stats.ks_2samp((apart - shift).sum(axis=1), theirs).pvalue < SMALLEST_P / 100  # blocks are seen


def test_every_day_is_drawn_alike():
    ours, theirs = (np.bincount(days[:, -1], minlength=COUNT) for days in (our_days(), archs_days()))
    assert stats.chi2_contingency([ours, theirs]).pvalue > SMALLEST_P
