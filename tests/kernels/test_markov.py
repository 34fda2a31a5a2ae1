"""One day of the index: regimes, innovations and returns, lane by lane."""

import numpy as np
import pytest
import reference
from examples import drawn_normals, drawn_words, market
from scipy import stats

from simulator.engine.lower_market import lower_market
from simulator.kernels.market import simple_returns
from simulator.kernels.markov import first_regime, innovations, next_regime, regime_day
from simulator.kernels.rng import REGIMES

LANES = 2**18
SIGMAS = 4.5  # of a standard error
TABLE_ERROR = 3e-7  # of an innovation, relative above 1, absolute below: a few roundings of a single


SEED = 3


def regime_words(lanes=LANES):
    return drawn_words(SEED, 0, 0, REGIMES, lanes)


def some_normals(lanes=LANES, call=0):
    return drawn_normals(SEED, 0, call, lanes)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_regimes_equal_the_twin(count):
    one, lanes = market(count), 3000
    lowered, drawn = lower_market(one).markov, regime_words(lanes)
    regime = np.zeros(lanes, np.int32)
    first_regime(drawn, lowered.first, regime)
    path = [regime.copy()]
    for day in range(1, 4):
        next_regime(drawn, day, lowered.thresholds, regime)
        path.append(regime.copy())
    uniforms = (drawn >> 1) / 2.0**31
    for lane in range(lanes):
        assert [day[lane] for day in path] == reference.regimes(one, uniforms[:, lane])


@pytest.mark.parametrize("law", [(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.0, 0.5)])
def test_a_regime_of_probability_zero_never_comes(law):
    """Also for the smallest and the largest word."""
    lowered, regime = lower_market(market(3, initial=law)).markov, np.zeros(5, np.int32)
    first_regime(np.array([[0, 1, 2**31, 2**32 - 2, 2**32 - 1]], np.uint32), lowered.first, regime)
    assert all(law[k] > 0 for k in regime)
    assert set(regime) == {k for k, p in enumerate(law) if p > 0}


@pytest.mark.parametrize("count", [2, 3, 4])
def test_day_one_has_the_initial_law(count):
    law = np.arange(1, count + 1) / sum(range(1, count + 1))
    lowered, regime = lower_market(market(count, initial=tuple(law))).markov, np.zeros(LANES, np.int32)
    first_regime(regime_words(), lowered.first, regime)
    assert stats.chisquare(np.bincount(regime, minlength=count), law * LANES).pvalue > 1e-4


@pytest.mark.parametrize("count", [2, 3, 4])
def test_transition_frequencies(count):
    """From each regime, the next day's regime has its row's law."""
    one = market(count, initial=(1 / count,) * count)
    lowered, drawn, before = lower_market(one).markov, regime_words(), np.zeros(LANES, np.int32)
    first_regime(drawn, lowered.first, before)
    after = before.copy()
    next_regime(drawn, 1, lowered.thresholds, after)
    for k, row in enumerate(np.array(one.transition)):
        seen = np.bincount(after[before == k], minlength=count)
        possible = row > 0
        assert seen[~possible].sum() == 0
        assert stats.chisquare(seen[possible], row[possible] * seen.sum()).pvalue > 1e-4


def innovations_of(dof, z):
    """The kernel's innovations of a market whose second regime has `dof`, the first normal ones."""
    regimes = tuple(market(2).regimes)
    fat = market(2, regimes=(regimes[0], type(regimes[1])(name="fat", annual_vol=0.4, dof=dof)))
    e = np.array(z, np.float32)[None]
    innovations(e, 0, lower_market(fat).markov.table, np.ones(e.size, np.int32))
    return e[0].astype(float)


@pytest.mark.parametrize("dof", [2.01, 2.2, 3.0, 4.5, 8.0, 30.0, 1e6])
def test_fat_tailed_innovations_equal_the_inverse_law(dof):
    z = np.concatenate([np.linspace(-6.66, 6.66, 401), [0, 1e-6, -1e-6, 1 / 32, -1 / 32, 6.6604]]).astype(np.float32)
    exact = reference.CutT(dof).of_normal(z.astype(float))
    assert (np.abs(innovations_of(dof, z) - exact) / np.maximum(1, np.abs(exact))).max() < TABLE_ERROR


def test_normal_innovations_pass_the_table_unchanged():
    """Where only some regimes are fat-tailed, the others' cubics are the identity, to one rounding."""
    z = some_normals(4096)
    e = z.copy()
    regimes = tuple(market(2).regimes)
    mixed = market(2, regimes=(regimes[0], type(regimes[1])(name="fat", annual_vol=0.4, dof=4.0)))
    innovations(e, 1, lower_market(mixed).markov.table, np.zeros(e.shape[1], np.int32))
    assert np.abs(e - z).max() < 1e-6


@pytest.mark.parametrize("dof", [2.5, 4.0, 8.0])
def test_fat_tailed_innovations_have_the_cut_law(dof):
    """Variance 1 and fourth moment of the quadrature, nothing beyond the cut, and Kolmogorov-Smirnov."""
    law, e = reference.CutT(dof), innovations_of(dof, some_normals().ravel())
    assert stats.kstest(e, law.cdf).pvalue > 1e-3
    assert np.abs(e).max() <= law.bound / law.scale
    second, fourth, eighth = (law.moment(order) for order in (2, 4, 8))
    assert second == pytest.approx(1)
    assert abs((e**2).mean() - 1) < SIGMAS * np.sqrt((fourth - 1) / e.size)
    assert abs((e**4).mean() - fourth) < SIGMAS * np.sqrt((eighth - fourth**2) / e.size)


def test_the_cut_is_reached():
    """The far end of the inverse law is the cut, 12 standard deviations of the uncut law."""
    law = reference.CutT(3.0)
    assert abs(law.of_normal(8.5)) < law.bound / law.scale
    assert law.of_normal(8.5) == pytest.approx(law.bound / law.scale, rel=1e-6)
    assert law.bound == pytest.approx(12 * np.sqrt(3))


def test_regime_day_follows_its_recursion():
    one = market(4, log_drifts=[0.2, 0.1, -0.3, -1.5], drift="regime", autocorrelation=-0.15)
    lowered = lower_market(one).markov
    regime = (np.arange(64) % 4).astype(np.int32)
    e = np.linspace(-6, 6, 64).astype(np.float32)
    yesterday = np.linspace(-0.1, 0.1, 64).astype(np.float32)
    x, r = yesterday.copy(), np.empty(64, np.float32)
    regime_day(lowered, regime, e[None], 0, x)
    simple_returns(x, r)
    center = one.stationary_law() @ one.daily_means()
    twin = one.daily_means()[regime] - 0.15 * (yesterday - center) + one.daily_sds()[regime] * e
    assert x == pytest.approx(twin, rel=1e-6, abs=1e-8)
    assert r == pytest.approx(np.expm1(twin), rel=1e-6, abs=1e-8)


def test_autocorrelation_of_log_returns():
    """A long path of every lane: lag-one correlation rho, lag-two rho^2, variance sd^2 / (1 - rho^2)."""
    rho, lanes, days = 0.3, 4096, 64
    lowered = lower_market(market(1, autocorrelation=rho)).markov
    x, regime = np.full(lanes, lowered.last), np.zeros(lanes, np.int32)
    path = []
    for call in range(days // 4):
        z = some_normals(lanes, call)
        for row in range(len(z)):
            regime_day(lowered, regime, z, row, x)
            path.append(x.astype(float))
    path = np.array(path[16:]) - float(lowered.center)
    scale = 1 / np.sqrt(path.size)
    assert abs(np.corrcoef(path[:-1].ravel(), path[1:].ravel())[0, 1] - rho) < SIGMAS * scale
    assert abs(np.corrcoef(path[:-2].ravel(), path[2:].ravel())[0, 1] - rho**2) < SIGMAS * scale * (1 + rho)
    variance = float(lowered.sd[0]) ** 2 / (1 - rho**2)
    assert path.var() == pytest.approx(variance, rel=SIGMAS * scale * np.sqrt(2 * (1 + rho**2) / (1 - rho**2)))
