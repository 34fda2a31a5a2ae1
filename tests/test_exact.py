"""Exact moments against brute force, and four million paths against exact laws."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from examples import fund, market, run
from laws import WIPED, ExactLaw, two_day_divergence_below_zero, wiped_probability
from scipy import integrate, stats

from simulator import bins, exact
from simulator.engine.simulate import simulate
from simulator.exact import check
from simulator.moments import daily_moment, growth_moments, has_exact_law

LEVERAGES = (-3.0, -1.0, 0.5, 1.0, 2.0, 3.0)
QUADRATURE = 1e-9  # relative
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def moment_by_quadrature(mean, sd, leverage, carry, order):
    """E max(0, 1 + L r + carry)^n over z, cut where the floor begins."""
    edge = -(1 - leverage + carry) / leverage
    kink = (math.log(edge) - mean) / sd if edge > 0 else -40
    low, high = (max(kink, -40), 40) if leverage > 0 else (-40, min(kink, 40))

    def weighted(z):
        return (1 + leverage * math.expm1(mean + sd * z) + carry) ** order * stats.norm.pdf(z)

    cuts = [low, *[c for c in (-10, 0, order * sd * 2, 10) if low < c < high], high]
    return sum(integrate.quad(weighted, a, b, epsabs=1e-14, epsrel=1e-11)[0] for a, b in itertools.pairwise(cuts))


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("leverage", LEVERAGES)
@pytest.mark.parametrize("carry", [0.0, -3e-4, 1e-3])
@pytest.mark.parametrize("sd", [0.01, 0.19, 0.63])  # 16 %, 300 % and 1,000 % a year: the floor matters
def test_daily_moments_by_quadrature(sd, carry, leverage, order):
    mean = 0.0003 - sd**2 / 2
    found = daily_moment(mean, sd, leverage, carry, order)
    assert found == pytest.approx(moment_by_quadrature(mean, sd, leverage, carry, order), rel=QUADRATURE)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_index_is_lognormal(order):
    one = market(1, drift=0.08)
    (m,), (s,) = one.daily_means(), one.daily_sds()
    days = (1, 7, 252, 2520)
    expected = [math.exp(h * (order * m + (order * s) ** 2 / 2)) for h in days]
    assert growth_moments(one, 1.0, 0.0, days, order) == pytest.approx(expected, rel=1e-11)


def test_a_fund_that_always_loses_all():
    """An inverse fund whose carry alone is beyond its value."""
    assert daily_moment(0.0, 0.01, -3.0, -4.0, 1) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("leverage", [-3.0, 0.5, 3.0])
def test_growth_moments_by_enumeration(count, leverage):
    """All K^h sequences of regimes for up to five days."""
    law = np.arange(1, count + 1) / sum(range(1, count + 1))
    one = market(count, initial=tuple(law), vols=[0.2, 0.5, 1.5, 4.0][:count])
    carry, horizons = -0.05, (1, 2, 3, 5)
    for order in (1, 2):
        days = zip(one.daily_means(), one.daily_sds(), strict=True)
        g = [moment_by_quadrature(m, s, leverage, carry / 252, order) for m, s in days]
        expected = []
        for h in horizons:
            total = 0.0
            for path in itertools.product(range(count), repeat=h):
                moves = math.prod(one.transition[i][j] for i, j in itertools.pairwise(path))
                total += law[path[0]] * moves * math.prod(g[k] for k in path)
            expected.append(total)
        assert growth_moments(one, leverage, carry, horizons, order) == pytest.approx(expected, rel=QUADRATURE)


def test_moments_beyond_a_float_are_infinite():
    wild = market(1, vols=[10.0], drift=10.0)
    assert growth_moments(wild, 3.0, 0.0, (1, 2520), 4)[1] == np.inf


@pytest.mark.parametrize("change", [{"dof": 5.0}, {"autocorrelation": 0.1}])
def test_no_exact_law(change):
    one = market(2, **change)
    assert not has_exact_law(one)
    with pytest.raises(ValueError, match="normal innovations without autocorrelation"):
        growth_moments(one, 3.0, 0.0, (1,), 1)
    assert check(simulate(run(one, 3.0, horizons=(1,), paths=100))) is None


def test_check_counts_index_and_funds_at_every_horizon():
    found = check(simulate(run(market(3), 3.0, -3.0, costs=True, horizons=(1, 5, 21), paths=50_000)))
    assert found.moments == 2 * 3 * 3 and found.skipped == 0
    assert found.passed and 0 < found.max_abs_z < exact.WARN_ABOVE


def test_check_skips_what_is_too_heavy():
    found = check(simulate(run(market(1, vols=[2.0]), 3.0, horizons=(252,), paths=1000)))
    assert found.skipped > 0 and found.moments + found.skipped == 4


def test_check_skips_what_falls_below_any_float():
    least = math.ulp(0.0)
    assert exact._score(1e-170, 1e-170, least, 1000) is None  # its standard error is 0 in floats
    assert check(simulate(run(market(3, drift=-9.0), 3.0, horizons=(2520,), paths=100))) is not None


def test_check_of_a_single_path_skips_all_that_is_wide():
    found = check(simulate(run(market(1), 3.0, horizons=(1, 252), paths=1)))
    assert found.moments + found.skipped == 8


@pytest.fixture(scope="module")
def honest():
    return simulate(run(market(3), 3.0, -3.0, horizons=(1, 21, 63, 252), paths=4_000_000))


def test_check_passes_an_honest_run(honest):
    assert check(honest).passed


@pytest.mark.parametrize(
    "wrong",
    [
        {"drift": 0.081},
        {"vols": [0.136, 0.24, 0.5]},
        {"initial": "regime2"},
        {"transition": [[0.977, 0.020, 0.003], [0.020, 0.976, 0.004], [0.001, 0.026, 0.973]]},
    ],
)
def test_check_finds_a_market_that_is_slightly_another(honest, wrong):
    """Held against the exact law of another market, 4 million paths see a tenth of a point of drift."""
    other = dataclasses.replace(honest, spec=dataclasses.replace(honest.spec, market=market(3, **wrong)))
    assert not check(other).passed


def test_check_finds_a_wrong_cost():
    honest = simulate(run(market(1), 3.0, horizons=(1, 21), paths=1_000_000))
    costly = dataclasses.replace(honest.spec, funds=(fund(3.0, 0.05),))
    assert not check(dataclasses.replace(honest, spec=costly)).passed


class TestLaws:
    """The inversion that the runs below are held against, itself against closed forms."""

    def test_index_of_one_regime_is_lognormal(self):
        one = market(1)
        for days in (1, 5, 252):
            normal = stats.norm(days * one.daily_means()[0], math.sqrt(days) * one.daily_sds()[0])
            law = ExactLaw(one, days)
            for p in LEVELS:
                assert law.quantile(p) == pytest.approx(math.expm1(normal.ppf(p)), abs=1e-9)
            assert law.cdf(0.0) == pytest.approx(normal.cdf(0), abs=1e-10)

    @pytest.mark.parametrize("count", [2, 3, 4])
    def test_index_of_several_regimes_is_a_mixture_over_their_sequences(self, count):
        one = market(count)
        m, s, values = one.daily_means(), one.daily_sds(), np.array([-0.05, 0.0, 0.02])
        for days in (1, 2, 5):
            total = 0.0
            for path in itertools.product(range(count), repeat=days):
                weight = one.initial_law()[path[0]]
                weight *= math.prod(one.transition[i][j] for i, j in itertools.pairwise(path))
                normal = stats.norm(sum(m[list(path)]), math.sqrt(sum(s[list(path)] ** 2)))
                total = total + weight * normal.cdf(np.log1p(values))
            assert ExactLaw(one, days).cdf(values) == pytest.approx(total, abs=1e-9)

    @pytest.mark.parametrize("leverage", LEVERAGES)
    def test_one_day_of_a_fund_is_the_index_moved(self, leverage):
        one, carry, values = market(3), 0.05, np.array([-0.05, -1e-3, 0.0, 0.03])
        law, index = ExactLaw(one, 1, leverage, carry), ExactLaw(one, 1)
        moved = index.cdf((values - carry / 252) / leverage)
        assert law.cdf(values) == pytest.approx(moved if leverage > 0 else 1 - moved, abs=1e-9)

    def test_expected_shortfall_of_the_index(self):
        one, p = market(1), 0.05
        m, s = 21 * one.daily_means()[0], math.sqrt(21) * one.daily_sds()[0]
        worst = math.exp(m + s**2 / 2) * stats.norm.cdf(stats.norm.ppf(p) - s) / p
        assert ExactLaw(one, 21).expected_shortfall(1 - p) == pytest.approx(1 - worst, abs=1e-7)

    @pytest.mark.parametrize("leverage", [-3.0, 2.0])
    def test_two_day_divergence_by_a_grid(self, leverage):
        one, carry = market(1, vols=[0.5]), -0.03
        z = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
        index = np.exp(one.daily_means()[0] + one.daily_sds()[0] * z)
        nav = 1 + leverage * (index - 1) + carry / 252
        below = np.multiply.outer(nav, nav) - 1 < leverage * (np.multiply.outer(index, index) - 1)
        assert two_day_divergence_below_zero(one, leverage, carry) == pytest.approx(below.mean(), abs=1e-3)


PATHS = 4_000_000
SIGMAS = 4
HORIZONS = (1, 2, 3, 5, 21, 63, 252)
RUNS = {
    "one regime, no costs": run(market(1, drift=0.05), *LEVERAGES, horizons=HORIZONS, paths=PATHS, seed=11),
    "two regimes, costs": run(market(2), *LEVERAGES, costs=True, rate=0.05, horizons=HORIZONS, paths=PATHS, seed=12),
    "three regimes, costs, from crisis": run(
        market(3, initial="regime3", drift="regime", log_drifts=[0.2, -0.02, -0.5]),
        *LEVERAGES,
        costs=True,
        horizons=HORIZONS,
        paths=PATHS,
        seed=13,
    ),
    "four regimes, no costs": run(market(4, initial=(0.4, 0.3, 0.2, 0.1)), *LEVERAGES, horizons=HORIZONS, paths=PATHS),
}


@pytest.fixture(scope="module", params=RUNS.values(), ids=RUNS)
def result(request):
    return simulate(request.param)


def every_law(result):
    """(simulated law, its exact law, leverage, annual carry, days) of the index and every fund."""
    spec = result.spec
    for days in spec.horizons:
        yield result.index_return(days), ExactLaw(spec.market, days), 1.0, 0.0, days
        for one in spec.funds:
            carry = one.annual_carry(spec.rate)
            assert wiped_probability(spec.market, one.leverage, carry) < WIPED
            law = ExactLaw(spec.market, days, one.leverage, carry)
            yield result.fund_return(one.ticker, days), law, one.leverage, carry, days


def test_moments_of_four_million_paths(result):
    """First and second, in exact standard errors; those with a relative error over 2 % are left out."""
    found = check(result)
    assert found.max_abs_z < SIGMAS
    assert found.skipped <= 0.1 * found.moments


def test_reported_errors_of_means_are_the_exact_ones(result):
    for law, _, leverage, carry, days in every_law(result):
        if days <= 21:
            first, second = (growth_moments(result.spec.market, leverage, carry, (days,), n)[0] for n in (1, 2))
            assert law.stderr == pytest.approx(math.sqrt((second - first**2) / PATHS), rel=0.02)


def test_probabilities_of_a_loss(result):
    for law, truth, *_ in every_law(result):
        p = float(truth.cdf(0.0))
        assert abs(law.prob_below_zero - p) < SIGMAS * math.sqrt(p * (1 - p) / PATHS)


def test_quantiles(result):
    for law, truth, *_ in every_law(result):
        for p in LEVELS:
            q = truth.quantile(p)
            bound = bins.error_bound(q)
            assert bound <= max(0.0005, 0.001 * abs(q))
            assert abs(law.quantile(p) - q) < SIGMAS * law.quantile_stderr(p) + bound


def test_expected_shortfalls(result):
    for law, truth, *_ in every_law(result):
        found, expected = law.expected_shortfall(0.95), truth.expected_shortfall(0.95)
        assert abs(found.mean - expected) < SIGMAS * found.stderr + bins.error_bound(law.quantile(0.05))


def test_mean_parts_of_the_divergence(result):
    """Compounding from E I^L, volatility drag from E F0, carry from E prod G: all exact."""
    spec = result.spec
    means, sds = spec.market.daily_means(), spec.market.daily_sds()
    for one in spec.funds:
        power = np.exp(one.leverage * means + (one.leverage * sds) ** 2 / 2)
        onward, compounded = np.ones(len(means)), {}
        for day in range(1, spec.horizons[-1] + 1):
            onward = power * (onward if day == 1 else np.array(spec.market.transition) @ onward)
            compounded[day] = float(spec.market.initial_law() @ onward)
        for days in spec.horizons:
            index, frictionless, nav = (
                float(growth_moments(spec.market, leverage, carry, (days,), 1)[0])
                for leverage, carry in ((1.0, 0.0), (one.leverage, 0.0), (one.leverage, one.annual_carry(spec.rate)))
            )
            expected = {
                "compounding": compounded[days] - 1 - one.leverage * (index - 1),
                "volatility_drag": frictionless - compounded[days],
                "carry": nav - frictionless,
            }
            for name, part in result.attribution(one.ticker, days).items():
                assert abs(part.mean - expected[name]) <= SIGMAS * part.stderr + 1e-12, (one.ticker, days, name)


def test_divergence_of_one_day_is_the_carry(result):
    for one in result.spec.funds:
        law, carry = result.divergence(one.ticker, 1), one.annual_carry(result.spec.rate) / 252
        assert law.prob_below_zero == (1 if carry < 0 else 0)
        assert law.low == pytest.approx(carry, abs=1e-14) and law.high == pytest.approx(carry, abs=1e-14)


def test_divergence_of_two_days(result):
    for one in result.spec.funds:
        if one.leverage != 1:
            law = result.divergence(one.ticker, 2)
            p = two_day_divergence_below_zero(result.spec.market, one.leverage, one.annual_carry(result.spec.rate))
            assert abs(law.prob_below_zero - p) < SIGMAS * math.sqrt(p * (1 - p) / PATHS), one.ticker


def test_leverage_one_without_costs_never_diverges(result):
    for days in result.spec.horizons:
        law = result.divergence("F1", days)
        if result.spec.funds[3].annual_carry(result.spec.rate) == 0:
            assert law.low == law.high == law.prob_below_zero == 0
        else:
            assert law.prob_below_zero == 1


@pytest.mark.parametrize("dof", [2.5, 4.0])
def test_fat_tails_grow_as_their_drift_says(dof):
    """E[1 + r] = exp(d / 252) each day, so exp(h d / 252) over h days whatever the regimes do."""
    result = simulate(run(market(3, dof=dof, drift=0.3), 1.0, horizons=(1, 21), paths=1_000_000))
    for days in (1, 21):
        law = result.index_return(days)
        assert abs(1 + law.mean - math.exp(days * 0.3 / 252)) < SIGMAS * law.stderr
