"""Positions: drawdowns, break-even, wild days, fills and views of every path against the plain twin."""

from dataclasses import replace

import numpy as np
import pytest
import reference
import reference_exits
from examples import BARRED, RESIDUALS, SCALED_BARRED, ensemble, market, run

from simulator import bins
from simulator.engine.lower import lower
from simulator.engine.simulate import simulate
from simulator.engine.statistics import Statistics
from simulator.ledger import (
    BOTH,
    BREAK_EVEN,
    DRAWDOWN,
    EVEN,
    EVEN_SQUARE,
    EXIT,
    FORMULA,
    FUND,
    FUND_SQUARE,
    GAP,
    GAP_SQUARE,
    INDEX,
    LOST,
    REACHED,
    RUINED,
    STOP_FILL,
    STOPPED,
    TARGET_FILL,
    WILD,
    WILD_DOWN,
    WILD_UP,
)
from simulator.spec.trade import Trade
from simulator.spec.views import VOL_EDGES, move_edges

PATHS, HORIZONS = 100, (1, 5, 21)
LEVERAGES = (3.0, -3.0, 0.5)
GROWTH_ERROR = 3e-6  # of a growth over 21 days: each log return is off by some 1e-7 of itself, a fund's L times that
# over the day's growth, see `slack`
NEAR = 1e-5  # of an edge or a threshold: single precision may put a value on its other side
SINGLE = 3e-7  # of a logarithm in single precision
ROUNDING = 1e-10  # of sums of a few hundred values of order 1
TRADE = Trade(stop=0.1, target=0.12, loss=0.05)

MARKETS = {
    "regimes": market(3, initial="regime3"),
    "wild": market(1, vols=[2.5]),
    "garch": replace(RESIDUALS, initial=0.9),
    "bootstrap": replace(BARRED, scale=3.0),
    "scaled": SCALED_BARRED,
}


@pytest.fixture(scope="module", params=MARKETS.values(), ids=MARKETS)
def both(request):
    """A run with costs, the statistics of each path's positions, and the twin."""
    spec = run(request.param, *LEVERAGES, costs=True, horizons=HORIZONS, paths=PATHS, seed=7, trade=TRADE)
    return spec, each_position(spec), reference.simulate(spec)


def each_position(spec):
    """The statistics of the positions of every path alone."""
    single = []
    for start, part in spec.parts():
        lowered = lower(part)
        for path in range(start, start + part.paths):
            one = Statistics(part)
            one.run(lowered, path, 1)
            single.append(one.positions.statistics())
    return single


def relative_error(spec, twin, fund, days):
    """Bound on that of the fund's growth, (paths,): larger after a day that all but wiped it out."""
    moves = fund.leverage * np.expm1(twin.log_return[:, :days]) + fund.annual_carry(spec.rate) / 252
    least = np.where(moves > -1, 1 + moves, 1).min(axis=1)
    return GROWTH_ERROR / np.minimum(least, 1) / min(abs(fund.leverage), 1)  # break-even takes a root


def test_drawdown_and_break_even_equal_the_twins(both):
    spec, single, twin = both
    for h, days in enumerate(spec.horizons):
        for f, fund in enumerate(spec.funds):
            navs = twin.nav[fund.ticker]
            drawdown, even = (np.array([one.sums[h, f, law, 0] for one in single]) for law in (DRAWDOWN, BREAK_EVEN))
            error = relative_error(spec, twin, fund, days)
            assert (np.abs(drawdown - reference_exits.drawdowns(navs, days)) <= error).all()
            growth = twin.growth[:, days - 1]
            expected = reference_exits.break_evens(twin.growth, navs, fund.leverage, days)
            alive = navs[:, days - 1] > reference_exits.WIPED  # nothing makes the others even
            logs = np.abs(np.log(growth)) + np.abs(np.log(navs[:, days - 1], where=alive, out=np.zeros(len(navs))))
            bound = (error + SINGLE * (1 + logs)) * (1 + expected)
            assert (np.abs(even - expected) <= bound)[alive].all()


def test_events_equal_the_twins(both):
    spec, single, twin = both
    for h, days in enumerate(spec.horizons):
        for f, fund in enumerate(spec.funds):
            found = np.array([one.events[h, f] for one in single])
            wild = found[:, [WILD_UP, WILD_DOWN, WILD]]
            lost = twin.fund_return(fund, days) < -TRADE.loss
            sure = np.abs(twin.fund_return(fund, days) + TRADE.loss) > NEAR
            assert (found[sure, LOST] == lost[sure]).all()
            carry = fund.annual_carry(spec.rate) / 252
            up, down = reference_exits.wild_days(twin.log_return, fund.leverage, carry, days)
            assert (wild == np.stack([up, down, up | down], axis=1)).all()


def test_all_kinds_of_days_are_seen():
    """The markets above have paths with wild days up, down, both and none, and funds that lose all."""
    spec = run(MARKETS["wild"], *LEVERAGES, costs=True, horizons=HORIZONS, paths=PATHS, seed=7)
    twin = reference.simulate(spec)
    up, down = reference_exits.wild_days(twin.log_return, 3.0, 0.0, 1)
    assert {(True, False), (False, True), (False, False)} == set(zip(up.tolist(), down.tolist(), strict=True))
    assert (twin.nav["F3"][:, -1] == 0).any() and (twin.nav["F-3"][:, -1] == 0).any()


def test_exits_and_fills_belong_together(both):
    """Of each path alone: what it was sold at is its exit's return, and its only fill."""
    spec, single, _ = both
    for h in range(len(spec.horizons)):
        for f in range(len(spec.funds)):
            for one in single:
                stopped, reached, exit_return = *one.events[h, f, [STOPPED, REACHED]], one.sums[h, f, EXIT, 0]
                fills = one.sums[h, f, [STOP_FILL, TARGET_FILL], 0]
                assert stopped + reached <= 1
                assert fills.tolist() == [stopped * exit_return, reached * exit_return]
                assert one.counts[h, f, [STOP_FILL, TARGET_FILL]].sum(axis=1).tolist() == [stopped, reached]
                assert one.exit_days[f, :, : spec.horizons[h]].sum(axis=1).tolist() == [stopped, reached]


def test_views_equal_the_twins(both):
    spec, single, twin = both
    days = spec.horizons[-1]
    vols, returns = reference_exits.realised_vols(twin.log_return, days), twin.index_return(days)
    edges = move_edges(days)
    row, column = np.searchsorted(VOL_EDGES, vols, side="right"), np.searchsorted(edges, returns, side="right")
    sure = np.abs(np.concatenate([vols[:, None] - VOL_EDGES, returns[:, None] - edges], axis=1)).min(axis=1) > NEAR
    assert sure.mean() > 0.98
    for f, fund in enumerate(spec.funds):
        fund_return, divergence = twin.fund_return(fund, days), twin.divergence(fund, days)
        formula = reference_exits.prospectus(twin.growth, vols, fund.leverage, days)
        even = reference_exits.break_evens(twin.growth, twin.nav[fund.ticker], fund.leverage, days)
        alive = twin.nav[fund.ticker][:, days - 1] > reference_exits.WIPED
        log_even = np.where(alive, np.log1p(even), 0.0)
        expected = {INDEX: returns, FUND: fund_return, GAP: divergence, FORMULA: formula, EVEN: log_even}
        squares = {FUND_SQUARE: fund_return, GAP_SQUARE: divergence, EVEN_SQUARE: log_even}
        error = relative_error(spec, twin, fund, days)
        for path in np.flatnonzero(sure):
            cells, sums = single[path].cells[f], single[path].cell_sums[f]
            assert cells.sum() == cells[row[path], column[path]] == 1
            assert sums[row[path], column[path], RUINED] == (not alive[path])
            here, growth = sums[row[path], column[path]], 1 + max(values[path] for values in expected.values())
            for name, values in expected.items():
                assert abs(here[name] - values[path]) <= 3 * error[path] * growth
            for name, values in squares.items():
                assert abs(here[name] - values[path] ** 2) <= 6 * error[path] * growth**2


@pytest.mark.parametrize("name", ["wild", "scaled", "ensemble"])
def test_a_run_is_the_sum_of_its_paths(name):
    """Counts to the last one, sums to rounding."""
    one = MARKETS.get(name) or ensemble(*list(MARKETS.values())[:4])
    spec = run(one, 3.0, -3.0, costs=True, horizons=(2, 9), paths=40, seed=7, trade=TRADE)
    single, whole = each_position(spec), simulate(spec, threads=2).positions
    for name in ("below", "counts", "events", "exit_days", "cells"):
        total = sum(getattr(path, name).astype(np.int64) for path in single)
        assert (getattr(whole, name) == total).all(), name
    for name in ("sums", "edges", "cell_sums"):
        total = sum(getattr(path, name) for path in single)
        assert getattr(whole, name) == pytest.approx(total, rel=ROUNDING, abs=ROUNDING), name
    assert (whole.extremes[..., 0] == np.min([path.extremes[..., 0] for path in single], axis=0)).all()
    assert (whole.extremes[..., 1] == np.max([path.extremes[..., 1] for path in single], axis=0)).all()


def test_counts_stand_in_the_bins_of_their_values(both):
    spec, single, _ = both
    for h in range(len(spec.horizons)):
        for f in range(len(spec.funds)):
            for law in (DRAWDOWN, BREAK_EVEN, EXIT):
                for one in single[:40]:
                    value = one.sums[h, f, law, 0]
                    assert one.counts[h, f, law].sum() == one.counts[h, f, law, bins.bin_of(value)] == 1
                    assert one.extremes[h, f, law].tolist() == [value, value]
                    assert one.below[h, f, law] == (value < 0)


@pytest.mark.parametrize("paths", [1, 511, 513])
def test_lanes_that_are_not_full_add_nothing(paths):
    result = simulate(run(BARRED, 3.0, -3.0, horizons=(3, 9), paths=paths, trade=TRADE))
    statistics = result.positions
    assert (statistics.counts[:, :, [DRAWDOWN, BREAK_EVEN, EXIT]].sum(axis=-1) == paths).all()
    assert (statistics.cells.sum(axis=(1, 2)) == paths).all()
    sold = statistics.events[-1][:, [STOPPED, REACHED]]
    assert (sold == statistics.exit_days.sum(axis=2)).all()
    assert (statistics.events[..., BOTH] <= statistics.events[..., STOPPED]).all()
