"""Whole paths of the kernels, one by one, against the plain twin."""

from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, ensemble, market, run, scaling, statistics
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import bins
from simulator.engine.lower import lower
from simulator.engine.simulate import simulate
from simulator.engine.statistics import Statistics

PATHS = 200
# Of a growth over 63 days, relative: each day's log return is off by some 1e-7 of itself (single precision), a fund's
# L times that; GARCH feeds each day's rounding back into the variance of those that follow.
GROWTH_ERROR = 1e-5
IDENTITY_ERROR = 1e-12  # double precision over 63 days, for values of order 1 to 10

CLOSES = tuple(x**2 for x in SCALED.log_returns)
MARKETS = {
    "one regime": market(1),
    "two regimes": market(2),
    "three regimes": market(3, initial="regime3"),
    "four regimes": market(4, initial=(0.1, 0.2, 0.3, 0.4)),
    "own drifts": market(3, drift="regime", log_drifts=[0.2, 0.0, -0.5]),
    "autocorrelated": market(2, autocorrelation=-0.2),
    "after a fall": market(2, autocorrelation=0.3, last_log_return=-0.08),
    "fat tails": market(2, dof=3.5),
    "fat tails, autocorrelated": market(3, dof=8.0, autocorrelation=0.1),
    "garch": SKEWED,
    "garch, residuals": RESIDUALS,
    "bootstrap": BOOTSTRAP,
    "bootstrap, single days": replace(BOOTSTRAP, block_days=1.0),
    "scaled": SCALED,
    "scaled by closes": replace(SCALED, scaling=scaling(measure="closes", variances=CLOSES)),
    "scaled by an index": replace(SCALED, scaling=scaling(by="index")),
    "ensemble": ensemble(SKEWED, market(3), SCALED, BOOTSTRAP, weights=[0.5, 0.2, 0.2, 0.1]),
}
LEVERAGES = (-3.0, -1.0, 0.5, 1.0, 2.0, 3.0)
HORIZONS = (1, 2, 3, 4, 5, 21, 63)


def each_path(spec, first=0):
    """Sums of every path alone, (paths, horizons, statistics): with one path a sum is its value."""
    single = []
    for start, part in spec.parts():
        lowered = lower(part)
        for path in range(first + start, first + start + part.paths):
            one = Statistics(part)
            one.run(lowered, path, 1)
            single.append(one.laws.sums.values()[..., 0])
    return np.array(single)


@pytest.fixture(scope="module", params=MARKETS.values(), ids=MARKETS)
def both(request):
    """A run with costs, the kernel's values of each path, and the twin's."""
    spec = run(request.param, *LEVERAGES, costs=True, horizons=HORIZONS, paths=PATHS, seed=2**63 + 11)
    return spec, each_path(spec), reference.simulate(spec)


def test_every_path_equals_the_twin(both):
    spec, values, twin = both
    for h, days in enumerate(spec.horizons):
        assert values[:, h, 0] + 1 == pytest.approx(twin.index_return(days) + 1, rel=GROWTH_ERROR)
        for i, fund in enumerate(spec.funds):
            fund_return, divergence = values[:, h, 1 + 2 * i], values[:, h, 2 + 2 * i]
            assert fund_return + 1 == pytest.approx(twin.fund_return(fund, days) + 1, rel=GROWTH_ERROR)
            assert divergence == pytest.approx(twin.divergence(fund, days), abs=3 * GROWTH_ERROR)
            first = 1 + 2 * len(spec.funds) + 3 * i
            for part, exact in zip(values[:, h, first : first + 3].T, twin.attribution(fund, days), strict=True):
                assert part == pytest.approx(exact, rel=GROWTH_ERROR, abs=3 * GROWTH_ERROR)


def test_parts_add_up_on_every_path(both):
    spec, values, _ = both
    for i, fund in enumerate(spec.funds):
        divergence = values[..., 2 + 2 * i]
        first = 1 + 2 * len(spec.funds) + 3 * i
        compounding, drag, carry = np.moveaxis(values[..., first : first + 3], -1, 0)
        assert compounding + drag + carry == pytest.approx(divergence, abs=IDENTITY_ERROR)
        if not 0 < fund.leverage < 1:
            assert compounding.min() >= -IDENTITY_ERROR
            assert drag.max() <= IDENTITY_ERROR
        if fund.leverage == 1:
            assert (compounding == 0).all() and (drag == 0).all()


def test_a_run_is_the_sum_of_its_paths(both):
    spec, values, _ = both
    result = simulate(spec, threads=1)
    for h in range(len(spec.horizons)):
        assert result.sums[h, :, 0] == pytest.approx(values[:, h].sum(axis=0), abs=1e-10)
        assert result.sums[h, :, 1] == pytest.approx((values[:, h] ** 2).sum(axis=0), rel=1e-12, abs=1e-20)
        laws = values[:, h, : 1 + 2 * len(spec.funds)]
        assert (result.extremes[h, :, 0] == laws.min(axis=0)).all()
        assert (result.extremes[h, :, 1] == laws.max(axis=0)).all()
        assert (result.below[h] == (laws < -1e-12).sum(axis=0)).all()
        for statistic in range(laws.shape[1]):
            counts = np.bincount(bins.bin_of(laws[:, statistic]), minlength=bins.COUNT)
            assert (result.counts[h, statistic] == counts).all()


def test_statistics_equal_the_twins(both):
    """Means, quantiles, shortfalls and probabilities of the run against sorted values of the twin."""
    spec, _, twin = both
    result = simulate(spec, threads=1)
    for days in spec.horizons:
        for fund in spec.funds:
            law = replace(result.fund_return(fund.ticker, days), known=None)  # every path counts once, as the twin's do
            values = twin.fund_return(fund, days)
            assert law.mean == pytest.approx(values.mean(), abs=3 * GROWTH_ERROR)
            assert law.sd == pytest.approx(values.std(ddof=1), rel=1e-4)
            for p in (0.01, 0.05, 0.5, 0.95):
                sorted_one = reference.quantile(values, p)
                bound = bins.error_bound(sorted_one) + GROWTH_ERROR * (1 + abs(sorted_one))
                assert abs(law.quantile(p) - sorted_one) <= bound
            shortfall = reference.expected_shortfall(values, 0.05)
            assert law.expected_shortfall(0.95).mean == pytest.approx(shortfall, rel=2e-3, abs=1e-4)
            near_zero = (np.abs(values) < GROWTH_ERROR).sum()
            assert abs(law.below - (values < 0).sum()) <= near_zero


def test_paths_beyond_two_to_the_32():
    spec = run(market(3), 3.0, horizons=(5, 9), paths=40)
    for first in (2**32 - 20, 2**40 - 40):
        twin = reference.simulate(spec, first)
        values = each_path(spec, first)
        assert values[:, 1, 0] + 1 == pytest.approx(twin.index_return(9) + 1, rel=GROWTH_ERROR)


@pytest.mark.parametrize("one", [RESIDUALS, BOOTSTRAP, SCALED], ids=["residuals", "bootstrap", "scaled"])
def test_days_of_paths_beyond_two_to_the_32(one):
    spec = run(one, 3.0, horizons=(9,), paths=20)
    twin, values = reference.simulate(spec, 2**32 - 10), each_path(spec, 2**32 - 10)
    assert values[:, 0, 0] + 1 == pytest.approx(twin.index_return(9) + 1, rel=GROWTH_ERROR)


def test_scaled_forecasts_are_held_within_their_range():
    """The example reaches both ends: blocks begin at the least and at the greatest of its forecasts."""
    vols, ends = SCALED.scaling.prices.vols, set()
    wide = replace(SCALED.scaling.prices, coefficients=(-9.0, 0.5, 0.0, 0.0, 0.0, -60.0))
    one = replace(SCALED, scaling=scaling(prices=wide), block_days=1.0, drift=0.0)
    spec = run(one, 1.0, horizons=(2, 3), paths=60)
    for path in range(spec.paths):
        chosen, _ = reference.past_days(120, 1.0, reference.day_words(spec.seed, path, 3))
        x = reference.scaled_returns(one, spec.seed, path, 3)
        for vol in (min(vols), max(vols)):
            shift = -reference.block_growth(one, reference.block_moves(one, vols), vol)
            if x[2] == pytest.approx(shift + one.scale * vol / vols[chosen[2]] * one.log_returns[chosen[2]], rel=1e-9):
                ends.add(vol)
    assert ends == {min(vols), max(vols)}
    twin = reference.simulate(spec)
    assert each_path(spec)[:, 1, 0] + 1 == pytest.approx(twin.index_return(3) + 1, rel=GROWTH_ERROR)


@pytest.mark.parametrize("paths", [1, 200, 512, 700])
def test_capped_days_are_those_of_the_twin(paths):
    """Also of lanes that are not full: what runs beyond the last path is not counted."""
    wild = replace(SKEWED, alpha=0.3, gamma=0.5, initial=1.5)
    spec = run(wild, 3.0, horizons=(5, 21), paths=paths)
    assert simulate(spec).capped == reference.simulate(spec).capped.sum() > 0
    both = run(ensemble(market(1), wild), 3.0, horizons=(5, 21), paths=2 * paths)
    assert simulate(both).capped == reference.simulate(both).capped.sum() > 0


def test_paths_at_the_cap_equal_the_twin():
    spec = run(replace(SKEWED, alpha=0.3, gamma=0.5, initial=1.5), 3.0, horizons=(21, 63), paths=PATHS)
    twin, values = reference.simulate(spec), each_path(spec)
    assert twin.capped.any(axis=1).mean() > 0.5
    for h, days in enumerate(spec.horizons):
        assert values[:, h, 0] + 1 == pytest.approx(twin.index_return(days) + 1, rel=GROWTH_ERROR)


def test_lanes_cross_two_to_the_32():
    """In one call of the kernel, not one path at a time."""
    spec = run(market(2), 3.0, horizons=(3,))
    whole = statistics(spec, (2**32 - 100, 200))
    parts = statistics(spec, (2**32 - 100, 100), (2**32, 100))
    assert (whole.laws.counts() == parts.laws.counts()).all()
    assert (whole.laws.extremes() == parts.laws.extremes()).all()


def test_equal_regimes_are_one_regime():
    """The same normals, so the same returns bit for bit; the regimes' words come from another slot."""
    one = each_path(run(market(1), 3.0, -3.0, horizons=(1, 21), paths=50))
    for count in (2, 3, 4):
        same = run(market(count, vols=[0.2] * count), 3.0, -3.0, horizons=(1, 21), paths=50)
        assert (each_path(same) == one).all()


def test_adding_an_unreachable_regime_changes_nothing():
    two = market(2, initial=(0.5, 0.5), drift="regime", log_drifts=[0.1, 0.0])
    padded = market(
        3,
        vols=[0.15, 0.4, 9.0],
        drift="regime",
        log_drifts=[0.1, 0.0, 50.0],
        initial=(0.5, 0.5, 0.0),
        transition=[[0.95, 0.05, 0], [0.2, 0.8, 0], [0, 0, 1]],
    )
    values = [each_path(run(one, 3.0, horizons=(63,), paths=100)) for one in (two, padded)]
    assert (values[0] == values[1]).all()


def test_leverage_one_without_costs_is_the_index():
    values = each_path(run(market(3), 1.0, horizons=(1, 63), paths=100))
    assert (values[..., 1] == values[..., 0]).all()
    assert (values[..., 2:] == 0).all()


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_wiped_funds_stay_wiped(leverage):
    """At 1,000 % volatility a day can cost more than a third: the fund has lost all, exactly, from then on."""
    spec = run(market(1, vols=[10.0]), leverage, horizons=tuple(range(1, 64)), paths=100)
    values, twin = each_path(spec), reference.simulate(spec)
    fund = spec.funds[0]
    for h, days in enumerate(spec.horizons):
        assert ((values[:, h, 1] == -1) == (twin.fund_return(fund, days) == -1)).all()
    wiped = values[:, :, 1] == -1
    assert 0 < wiped[:, 0].sum() < wiped[:, -1].sum() == spec.paths
    assert (wiped[:, 1:] >= wiped[:, :-1]).all()


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=6, unique=True),
    st.integers(0, 2**40),
    st.integers(0, 2**64 - 1),
)
@settings(max_examples=30, deadline=None)
def test_horizons_do_not_touch_each_other(days, first, seed):
    """Each horizon of a run is what a run of that horizon alone gives."""
    spec = run(market(3), 3.0, horizons=tuple(days), paths=3, seed=seed)
    values = each_path(spec, first)
    for h, day in enumerate(spec.horizons):
        alone = run(market(3), 3.0, horizons=(day,), paths=3, seed=seed)
        assert (each_path(alone, first)[:, 0] == values[:, h]).all()
