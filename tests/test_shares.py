"""Weighted paths: they hold what is known, their errors are those of repeated samples, and they never do harm."""

import math
from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, RESIDUALS, SKEWED, ensemble, market, run
from laws import ExactLaw
from processes import python
from samples import law_of
from scipy import stats

from simulator import bins
from simulator.distribution import proportion
from simulator.engine.simulate import simulate
from simulator.known import known_divergence, known_return
from simulator.shares import FEWEST, Centred, Counted, Mixed, Stratified, centred, stratified
from simulator.spec.trade import Trade

ROUNDING = 1e-12  # of sums of a few thousand weights
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
SD = 0.3


class LogNormal:
    """The law of exp(0.3 z) - 1."""

    def cdf(self, values):
        return stats.norm.cdf(np.log1p(np.maximum(values, -1 + 1e-12)) / SD)


MEAN = math.exp(SD**2 / 2) - 1


def sample(n, seed=0):
    return np.expm1(SD * np.random.default_rng([7, seed]).standard_normal(n))


def known_law(values, known):
    return replace(law_of(values), known=known)


def binned(values):
    """Counts and edges of the bins that hold any of the values."""
    values = np.asarray(values, float)
    counts = np.bincount(bins.bin_of(values), minlength=bins.COUNT)
    used = np.flatnonzero(counts)
    return counts[used], bins.EDGES[used], bins.EDGES[used + 1]


# --- strata


@pytest.mark.parametrize("n", [100, 1000, 30_000])
def test_strata_hold_their_exact_shares(n):
    counts, lower, _ = binned(sample(n))
    found = stratified(counts, lower, LogNormal())
    assert isinstance(found, Stratified)
    assert (found.weights > 0).all() and found.weights.sum() == pytest.approx(n, rel=ROUNDING)
    assert found.held.sum() == n and found.held.min() >= FEWEST
    edges = LogNormal().cdf(lower[found.starts[1:]])
    reached = np.cumsum(found.weights)[found.starts[1:] - 1] / n
    np.testing.assert_allclose(reached, edges, rtol=0, atol=ROUNDING)


def test_more_paths_make_more_strata_up_to_a_width():
    strata = [len(stratified(*binned(sample(n))[:2], LogNormal()).starts) for n in (100, 400, 4000, 100_000)]
    assert strata == sorted(strata) and strata[0] >= 3 and strata[-1] > 40


def test_variances_are_those_of_each_stratum():
    """By hand: sum of exact^2 var / (n - 1) over the strata, of the values that lie in them."""
    values = np.sort(sample(2000))
    counts, lower, upper = binned(values)
    found, middle = stratified(counts, lower, LogNormal()), (lower + upper) / 2
    expected, first = 0.0, 0
    for k, start in enumerate(found.starts):
        stop = found.starts[k + 1] if k + 1 < len(found.starts) else len(counts)
        inside = np.repeat(middle[start:stop], counts[start:stop])
        expected += found.exact[k] ** 2 * np.var(inside) / (len(inside) - 1)
        first += len(inside)
    assert first == len(values)
    assert found.variance_of(found.weights, middle) == pytest.approx(expected, rel=1e-9)
    spot = int(found.starts[3]) + 5
    inside = counts[found.starts[3] : spot].sum() / found.held[3]
    expected = found.exact[3] ** 2 * inside * (1 - inside) / (found.held[3] - 1)
    assert found.variance_below(np.array([spot]), np.array([0.0]))[0] == pytest.approx(expected, rel=1e-9)


class Nowhere:
    def cdf(self, values):
        return np.zeros(np.shape(values))


@pytest.mark.parametrize("values", [sample(30), np.full(1000, 0.1), np.repeat([0.1, 0.2], [990, 10])])
def test_few_paths_or_few_bins_are_counted(values):
    counts, lower, _ = binned(values)
    found = stratified(counts, lower, LogNormal())
    assert isinstance(found, Counted) and found.weights is counts


def test_a_law_that_leaves_a_stratum_empty_is_not_used():
    counts, lower, _ = binned(sample(1000))
    assert isinstance(stratified(counts, lower, Nowhere()), Counted)


# --- a known mean


def test_the_weighted_mean_is_the_known_one():
    values = sample(5000)
    counts, lower, upper = binned(values)
    middle, exact = (lower + upper) / 2, values.mean() + 0.004
    found = centred(counts, lower, upper, values.mean(), exact)
    assert isinstance(found, Centred)
    assert found.weights.sum() == pytest.approx(5000, rel=ROUNDING)
    assert found.weights @ middle / 5000 - counts @ middle / 5000 == pytest.approx(0.004, rel=1e-9)
    expected = np.repeat(middle, counts)
    residual = (expected > 0.1) - np.polyval(np.polyfit(expected, expected > 0.1, 1), expected)
    taken = np.where(middle > 0.1, counts, 0)
    assert found.variance_of(taken, np.ones(len(counts))) == pytest.approx(residual.var() / 5000, rel=1e-6)


@pytest.mark.parametrize(
    ("values", "exact"),
    [
        (np.full(1000, 0.1), 0.1),  # no spread
        (0.1 + 1e-7 * sample(1000), 0.1),  # within one bin
        (np.append(np.zeros(999), 100.0) + sample(1000), 0.2),  # a tail that is one path
        (sample(1000), 10.0),  # weights below 0
        (np.append(sample(1000), 1e6), 0.1),  # beyond the histogram
        (sample(1000), math.inf),
    ],
)
def test_a_mean_that_could_do_harm_is_not_used(values, exact):
    assert isinstance(centred(*binned(values), values.mean(), exact), Counted)


SUMS = """
import numpy as np
from simulator.shares import Centred, centred, inner
rng = np.random.default_rng(1)
counts, edges = rng.integers(1, 9, 40_000), np.linspace(-1, 1, 40_001)
print(inner(counts, edges[1:]).hex())
found = centred(counts, edges[:-1], edges[1:], 0.0, 1e-5)
assert isinstance(found, Centred)
print(found.shift.hex(), found.variance_of(found.weights, edges[1:]).hex())
"""


def test_the_threads_of_blas_leave_no_trace():
    """It adds long products in as many parts as it has threads."""
    one, two = (python(SUMS, env={"OPENBLAS_NUM_THREADS": threads}) for threads in ("1", "2"))
    assert one.returncode == 0 and one.stdout == two.stdout, one.stderr


# --- what is read from weighted paths

REPEATS, PATHS = 300, 3000
COVERED = (0.90, 0.985)  # of 300 intervals of 95 %: four times their own 1.26 points, and the tails' skew below
SPREAD = 0.17  # four times 1 / sqrt(600), what the spread of 300 repeats is itself known to
SHORTFALL = -(math.exp(SD**2 / 2) * stats.norm.cdf(stats.norm.ppf(0.05) - SD) / 0.05 - 1)
TRUE = {
    "chance": 0.5,
    **{p: math.expm1(SD * stats.norm.ppf(p)) for p in LEVELS},
    "shortfall": SHORTFALL,
}


def read(law):
    shortfall = law.expected_shortfall(0.95)
    quantiles = zip(law.quantile(LEVELS), law.quantile_stderr(LEVELS), strict=True)
    return [
        (law.prob_below_zero, law.prob_below_zero_stderr), *quantiles, (shortfall.mean, shortfall.stderr)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def counted():
    return np.array([read(law_of(sample(PATHS, seed))) for seed in range(REPEATS)])[..., 0].var(axis=0)


@pytest.mark.parametrize(
    ("known", "worth"),
    [(None, [1] * 7), (MEAN, [1.8, 1.05, 1.4, 1.8, 1.8, 1.2, 1.0]), (LogNormal(), [10, 8, 10, 10, 10, 8, 4])],
    ids=["counted", "mean known", "law known"],
)
def test_errors_are_right_and_smaller_than_counted_ones(known, worth, counted):
    """Intervals cover, errors are the spread of repeats, and paths are worth many times as many."""
    found = np.array([read(known_law(sample(PATHS, seed), known)) for seed in range(REPEATS)])
    values, errors = found[..., 0], found[..., 1]
    off = values - np.array(list(TRUE.values()))
    covered = (np.abs(off) <= 1.96 * errors).mean(axis=0)
    assert ((covered >= COVERED[0]) & (covered <= COVERED[1])).all(), covered
    np.testing.assert_allclose(np.sqrt((errors**2).mean(axis=0)), values.std(axis=0, ddof=1), rtol=SPREAD)
    gained = counted / values.var(axis=0)
    assert (gained >= np.array(worth)).all(), gained


def test_moments_stay_the_samples():
    values = sample(1000)
    plain, weighted = law_of(values), known_law(values, LogNormal())
    assert (weighted.mean, weighted.sd, weighted.stderr) == (plain.mean, plain.sd, plain.stderr)


def test_a_chance_of_none_or_all_is_no_surer_than_a_counted_one():
    law = known_law(np.abs(sample(1000)) + 0.01, MEAN + 0.2)
    mixed = replace(law, known=None, parts=(replace(law, known=None), law))
    assert law.prob_below_zero == 0 and law.chance_below(1e9, 1000).mean == 1
    assert isinstance(law._shares, Centred) and isinstance(mixed._shares, Mixed)
    none = proportion(0, 1000).stderr
    for shares in (law._shares, *mixed._shares.parts):
        for spot, part in ((0, 0.0), (len(shares.counts) - 1, 1.0)):
            error = math.sqrt(shares.variance_below(np.array([spot]), np.array([part]))[0])
            assert error == pytest.approx(none, rel=1e-9)
    assert law.prob_below_zero_stderr == pytest.approx(none, rel=1e-9)
    assert mixed.prob_below_zero_stderr > 0


# --- what is known of a run


@pytest.mark.parametrize("one", [SKEWED, RESIDUALS, market(3, dof=5.0), market(3)], ids=lambda one: one.kind)
@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_known_means_are_those_of_a_million_paths(one, leverage):
    spec = run(one, leverage, horizons=(1, 21), paths=1_000_000)
    result, ticker = simulate(spec), f"F{leverage:g}"
    for days in spec.horizons:
        laws = [result.fund_return(ticker, days), result.divergence(ticker, days), result.index_return(days)]
        known = [known_divergence(spec, spec.funds[0], days, wiped=False)]
        known += [known_return(spec, fund, days, wiped=False) for fund in (spec.funds[0], None)]
        if one.kind == "garch" or one.regimes[0].dof:
            for law, mean in zip((laws[1], laws[0], laws[2]), known, strict=True):
                assert abs(law.mean - mean) < 4 * law.stderr + 1e-7  # 1e-7: single precision
        else:
            assert abs(laws[1].mean - known[0]) < 4 * laws[1].stderr + 1e-7


def test_what_is_not_known():
    for one in (BOOTSTRAP, market(2, autocorrelation=0.1), market(2, dof=5, drift="regime", log_drifts=[0.1, 0.2])):
        spec = run(one, 3.0, horizons=(5,), paths=100)
        assert known_return(spec, spec.funds[0], 5, wiped=False) is None
        assert known_divergence(spec, spec.funds[0], 5, wiped=False) is None
    spec = run(SKEWED, 3.0, horizons=(5,), paths=100)
    assert known_return(spec, spec.funds[0], 5, wiped=True) is None and not simulate(run(BOOTSTRAP, 3.0)).weighted


def test_a_run_of_few_paths_comes_near_the_exact_law():
    """4,000 paths as near as 40,000 would be."""
    result = simulate(run(market(3), 3.0, horizons=(1, 21), paths=4000))
    fund = result.spec.funds[0]
    for days in (1, 21):
        exact = ExactLaw(result.spec.market, days, 3.0, fund.annual_carry(result.spec.rate))
        law = result.fund_return(fund.ticker, days)
        for p, value, error in zip(LEVELS, law.quantile(LEVELS), law.quantile_stderr(LEVELS), strict=True):
            assert abs(exact.cdf(value) - p) < 4 * math.sqrt(p * (1 - p) / 40_000)
            assert abs(value - exact.quantile(p)) < 4 * error
        assert result.weighted and law is result.fund_return(fund.ticker, days)


def test_an_ensemble_mixes_its_members_weighted_laws():
    """Strata end at bins of the whole, which has more of them: a member's chances differ by far less than an error."""
    market_of = ensemble(SKEWED, market(3), BOOTSTRAP, weights=[0.5, 0.3, 0.2])
    result = simulate(run(market_of, 3.0, horizons=(21,), paths=20_000))
    whole, parts = result.fund_return("F3", 21), [member.fund_return("F3", 21) for member in result.members]
    assert isinstance(whole._shares, Mixed) and result.weighted
    shares = np.array([part.n for part in parts]) / whole.n
    chances = np.array([[part.prob_below_zero, part.prob_below_zero_stderr] for part in parts])
    error = float(np.sqrt(shares**2 @ chances[:, 1] ** 2))
    assert whole.prob_below_zero == pytest.approx(shares @ chances[:, 0], abs=error / 10)
    assert whole.prob_below_zero_stderr == pytest.approx(error, rel=0.01)
    counted = replace(whole, parts=())
    assert whole.prob_below_zero_stderr < 0.75 * counted.prob_below_zero_stderr
    assert (whole.quantile_stderr(LEVELS) < counted.quantile_stderr(LEVELS)).all()
    assert whole.expected_shortfall(0.95).stderr < counted.expected_shortfall(0.95).stderr


def test_a_great_loss_of_a_position_is_of_weighted_paths():
    result = simulate(run(market(3), 3.0, horizons=(21,), paths=5000, trade=Trade(loss=0.2)))
    fund, position = result.spec.funds[0], result.position("F3", 21)
    exact = ExactLaw(result.spec.market, 21, 3.0, fund.annual_carry(result.spec.rate)).cdf(-0.2)
    found = position.prob_loss_beyond
    assert abs(found.mean - exact) < 4 * found.stderr < 2 * math.sqrt(exact * (1 - exact) / 5000)
