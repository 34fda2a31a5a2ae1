"""One day of a GJR-GARCH index: innovations, variance, returns, lane by lane."""

from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import RESIDUALS, SKEWED, drawn_normals, drawn_words
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulator.engine.lower_market import lower_market
from simulator.kernels import garch
from simulator.kernels.garch import draw_residuals, garch_day, skewed
from simulator.kernels.rng import DAYS
from simulator.spec.garch import CAP

SIGMAS = 4.5  # of a standard error
TABLE_ERROR = 5e-7  # of an innovation, relative above 1, absolute below: a few roundings of a single
DAY_ERROR = 2e-7  # of a day's log return and volatility, relative: two roundings of a single
LANES = 2**18
LAWS = [(2.05, 0.0), (2.05, -0.9), (2.5, 0.3), (4.0, -0.2), (8.0, -0.1), (30.0, 0.5), (150.0, 0.95)]


def skewed_market(dof, skew):
    return replace(SKEWED, dof=dof, skew=skew, initial=0.3)


def skewed_by_kernel(market, z):
    e = z.astype(np.float32)[None]
    skewed(e, 0, lower_market(market).garch.table)
    return e[0].astype(float)


@pytest.mark.parametrize(("dof", "skew"), LAWS)
def test_skewed_innovations_equal_the_twin(dof, skew):
    """On both sides up to the largest normal, and on knots."""
    z = np.concatenate([np.linspace(-6.67, 6.67, 4001), np.arange(-213, 214) / 32, [-0.0, 1e-7, -1e-7]])
    z = z.astype(np.float32).astype(float)
    exact = reference.CutSkewT(dof, skew).of_normal(z)
    relative = np.abs(skewed_by_kernel(skewed_market(dof, skew), z) - exact) / np.maximum(1, np.abs(exact))
    assert relative.max() < TABLE_ERROR


@pytest.mark.parametrize(("dof", "skew"), [(2.5, 0.3), (4.0, -0.5), (8.0, -0.1)])
def test_skewed_innovations_have_the_cut_law(dof, skew):
    """Mean 0, variance 1, third moment, nothing beyond the cut, and Kolmogorov-Smirnov by the law's own quadrature."""
    law = reference.CutSkewT(dof, skew)
    e = skewed_by_kernel(skewed_market(dof, skew), drawn_normals(3, 0, 0, LANES).ravel())
    moments = [law.mean_of(lambda value, order=order: value**order) for order in range(1, 7)]
    assert moments[:2] == pytest.approx([0, 1], abs=1e-12)
    for order in (1, 2, 3):
        error = np.sqrt((moments[2 * order - 1] - moments[order - 1] ** 2) / e.size)
        assert abs((e**order).mean() - moments[order - 1]) < SIGMAS * error
    assert (-12 - law.mean) / law.sd <= e.min() and e.max() <= (12 - law.mean) / law.sd
    below = np.concatenate([[0], np.cumsum(law.masses)]) / law.masses.sum()
    standard = (law.edges - law.mean) / law.sd
    sample = e[:40_000]
    expected = np.diff(below)
    common = expected > 1e-3
    counts = np.histogram(sample, standard)[0]
    counts, expected = (
        np.append(counts[common], counts[~common].sum()),
        np.append(expected[common], expected[~common].sum()),
    )
    assert stats.chisquare(counts, expected * len(sample)).pvalue > 1e-4


def test_the_cut_is_reached():
    """The far ends of the inverse law are the cut, 12 standard deviations of the uncut law."""
    law = reference.CutSkewT(2.5, -0.4)
    assert law.of_normal(np.array([-8.5, 8.5])) == pytest.approx(
        [(s * 12 - law.mean) / law.sd for s in (-1, 1)], rel=1e-4
    )


def test_residuals_are_drawn_by_their_word():
    words = np.array([[0, 1, 2**31, 2**32 - 2, 2**32 - 1], [7, 2**30, 2**32 - 1, 5, 0]], np.uint32)
    residuals, z = np.arange(37, dtype=np.float32), np.zeros((2, 5), np.float32)
    for row in (0, 1):
        draw_residuals(words, row, residuals, z)
    assert z.tolist() == [[37 * int(word) >> 32 for word in row] for row in words]
    assert z[0].tolist() == [0, 0, 18, 36, 36]


@pytest.mark.parametrize("count", [100, 6000])
def test_residuals_are_drawn_with_equal_chances(count):
    z = np.zeros((1, LANES), np.float32)
    draw_residuals(drawn_words(3, 0, 0, DAYS, LANES), 0, np.arange(count, dtype=np.float32), z)
    assert stats.chisquare(np.bincount(z[0].astype(int), minlength=count)).pvalue > 1e-4


def test_lowered_residuals_are_standard():
    lowered = lower_market(RESIDUALS).garch.residuals
    assert lowered == pytest.approx(reference.DrawnResiduals(RESIDUALS.residuals).values, rel=1e-6)
    assert lowered.astype(float).mean() == pytest.approx(0, abs=1e-7) and lowered.std() == pytest.approx(1, rel=1e-6)


LOWERED = lower_market(SKEWED).garch
LAW = reference.CutSkewT(SKEWED.dof, SKEWED.skew)


def one_day(market, variance, z, n=None):
    """Log returns, tomorrow's variances and capped lanes, by the kernel."""
    variance, x = np.array(variance, np.float32), np.empty(len(z), np.float32)
    capped = garch_day(market, np.array([z], np.float32), 0, len(z) if n is None else n, variance, x)
    return x.astype(float), variance.astype(float), capped


@settings(deadline=None)
@given(
    st.floats(1e-8, 0.2),
    st.floats(-12, 12),
    st.floats(0, 0.5),
    st.floats(-1, 1),
    st.floats(0, 0.999),
    st.floats(-0.5, 0.5),
)
def test_a_day_follows_its_recursion(variance, z, alpha, tilt, beta, drift):
    """At any variance, capped or not."""
    gamma = tilt * alpha
    names = {"alpha": alpha, "gamma": gamma, "beta": beta, "drift": drift / 252}
    market = LOWERED._replace(**{name: np.float32(value) for name, value in names.items()})
    variance, z = float(np.float32(variance)), float(np.float32(z))
    x, after, capped = one_day(market, [variance], [z])
    sd = min(np.sqrt(variance), 0.25)
    e = sd * z
    assert x[0] == pytest.approx(drift / 252 - LAW.log_mean_exp(np.array([sd]))[0] + e, rel=DAY_ERROR, abs=2e-8)
    following = SKEWED.omega + (alpha + (gamma if e < 0 else 0)) * e**2 + beta * sd**2
    assert after[0] == pytest.approx(following, rel=5 * DAY_ERROR)  # squares double, and five roundings
    assert capped == (variance > 0.0625)


def test_a_fall_is_followed_by_more_variance_than_a_rise():
    _, after, _ = one_day(LOWERED, [1e-4] * 3, [-2.0, 2.0, 0.0])
    assert after[0] - after[1] == pytest.approx(SKEWED.gamma * 4e-4, rel=1e-5)
    assert after[2] == pytest.approx(SKEWED.omega + SKEWED.beta * 1e-4, rel=1e-6)


@pytest.mark.parametrize("n", [0, 1, 3, 5])
def test_only_paths_that_are_asked_for_count_as_capped(n):
    above = np.nextafter(np.float32(0.0625), np.float32(1))
    _, _, capped = one_day(LOWERED, [above, 0.0625, 1.0, 0.01, 0.3], [0.0] * 5, n)
    assert capped == [True, False, True, False, True][:n].count(True)


def test_the_first_day_is_never_above_the_cap():
    lowered = lower_market(replace(SKEWED, initial=10.0)).garch
    assert lowered.first == np.float32(CAP**2) == lowered.cap * lowered.cap
    _, _, capped = one_day(LOWERED, [lowered.first], [0.0])
    assert capped == 0


def test_residuals_and_normals_use_different_words():
    """Slots as the stream's name promises: 0 normals, 1 regimes, 2 days."""
    assert DAYS == reference.DAYS == 2 and garch.HALF == 32
