"""The bracket map: each cell is a run, all on the same paths; what is resolved, alone and among all."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run

from simulator.distribution import Estimate
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.brackets import MARKED, PATHS, STOPS, TARGETS, Bracket, BracketMap, bracket_map
from simulator.spec.trade import Trade

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(5, 20), trade=Trade(watch="close"))
LEVELS = {"stops": (0.06, 0.12, 0.24), "targets": (0.1, 0.2, 0.4), "paths": 4000}
STANDARD_ERRORS = 4.0  # of a fixed seed: 1 in 16,000 for a right program


def handmade(edges, errors):
    """A map with these edges and standard errors, (S, T)."""
    stops, targets = (np.arange(1, size + 1) / 100 for size in np.shape(edges))
    none = Estimate(0.5, 0.01)
    rows = tuple(
        tuple(
            Bracket(stop, target, none, none, Estimate(edge, error)) for target, edge, error in zip(*row, strict=True)
        )
        for stop, *row in zip(stops, [targets] * len(stops), edges, errors, strict=True)
    )
    return BracketMap(spec=replace(SPEC, horizons=(20,)), stops=stops, targets=targets, brackets=rows, marked=())


@pytest.fixture(scope="module")
def found():
    return bracket_map(SPEC, "F3", **LEVELS)


def test_a_bracket_is_a_run_of_its_trade_over_the_last_horizon(found):
    for i, stop in enumerate(LEVELS["stops"]):
        for j, target in enumerate(LEVELS["targets"]):
            trade = Trade(stop=stop, target=target, watch="close")
            exits = simulate(replace(SPEC, paths=4000, trade=trade)).position("F3", 20).exits
            assert found.brackets[i][j] == Bracket(stop, target, exits.prob_stop, exits.prob_target, exits.edge)
            assert found.edge[i, j] == exits.edge.mean and found.edge_stderr[i, j] == exits.edge.stderr
            assert found.prob_stop[i, j] == exits.prob_stop.mean and found.prob_target[i, j] == exits.prob_target.mean
    assert found.spec.horizons == (20,) and [fund.ticker for fund in found.spec.funds] == ["F3"]


def test_on_the_same_paths_a_farther_level_is_never_met_more_often(found):
    """Path by path, watched at closes: what meets the deeper stop first has met the nearer one first."""
    assert (np.diff(found.prob_stop, axis=0) <= 0).all() and (np.diff(found.prob_stop, axis=1) >= 0).all()
    assert (np.diff(found.prob_target, axis=1) <= 0).all() and (np.diff(found.prob_target, axis=0) >= 0).all()


@pytest.mark.parametrize("watch", ["day", "close", "next-open"])
@pytest.mark.parametrize("chosen", [market(3, drift=0.0), ensemble(market(2), SKEWED, drift=0.0)])
def test_a_fair_game_is_fair_with_any_bracket(watch, chosen):
    """No drift, no costs: the fund's value is a martingale, and stopping it changes no mean (Doob)."""
    spec = run(chosen, 3.0, horizons=(15,), trade=Trade(watch=watch))
    fair = bracket_map(spec, "F3", stops=(0.05, 0.2), targets=(0.06, 0.3), paths=20_000)
    assert (np.abs(fair.edge) < STANDARD_ERRORS * fair.edge_stderr).all()
    assert fair.daily_growth == 0.0


def test_in_a_rising_market_brackets_cost_the_bull_and_spare_the_bear():
    rising = replace(SPEC, market=market(3, drift=1.0))
    bull, bear = (bracket_map(rising, ticker, **LEVELS) for ticker in ("F3", "F-3"))
    assert (bull.edge < 0).all() and (bear.edge > 0).all() and bull.resolved.all()
    assert bull.daily_growth > 0 > bear.daily_growth


def test_what_a_day_held_makes(found):
    """3 (exp(0.08 / 252) - 1) less a day of fee, swap and twice the rate."""
    carry = (-2 * 0.04 - 0.0103 - 3 * 0.0002 - 3 * 0.0027) / 252
    assert found.daily_growth == pytest.approx(3 * np.expm1(0.08 / 252) + carry, rel=1e-12)
    own_drifts = market(2, log_drifts=[0.1, -0.1], drift="regime")
    assert bracket_map(replace(SPEC, market=own_drifts), "F3", **LEVELS | {"paths": 100}).daily_growth is None


def test_a_stop_in_a_day_of_the_index(found):
    """A TNA move of -12 % in a day is an IWM move of -4.0 %; the bear's is a rise."""
    assert found.index_stops == pytest.approx([-0.02, -0.04, -0.08], abs=2e-4)  # the carry of a day
    assert bracket_map(SPEC, "F-3", **LEVELS).index_stops == pytest.approx([0.02, 0.04, 0.08], abs=2e-4)


def test_marked_are_the_swing_traders_and_the_runs_own(found):
    assert [(bracket.stop, bracket.target) for bracket in found.marked] == list(MARKED)
    assert found.marked[0] is found.brackets[1][1] and found.trade == Trade(watch="close")
    own = bracket_map(replace(SPEC, trade=Trade(stop=0.15, target=0.3)), "F3", **LEVELS)
    assert [(bracket.stop, bracket.target) for bracket in own.marked] == [*MARKED, (0.15, 0.3)]
    exits = simulate(replace(SPEC, paths=4000, trade=Trade(stop=0.15, target=0.3))).position("F3", 20).exits
    assert own.marked[2].edge == exits.edge and own.trade.watch == "day"
    assert [own.cell(bracket) for bracket in own.marked] == [(1, 1), (1, 2), None]
    twice = bracket_map(replace(SPEC, trade=Trade(stop=0.12, target=0.2)), "F3", **LEVELS)
    assert len(twice.marked) == 2
    elsewhere = bracket_map(SPEC, "F3", stops=(0.05, 0.1), targets=(0.1, 0.2), paths=100)
    assert elsewhere.marked == () and elsewhere.trade.watch == "close"


def test_the_map_that_is_drawn_by_default_holds_the_marked():
    assert (STOPS[0], STOPS[-1], TARGETS[0], TARGETS[-1]) == (0.04, 0.3, 0.05, 0.6)
    assert set(MARKED) <= {(stop, target) for stop in STOPS for target in TARGETS}
    assert len(STOPS) * len(TARGETS) == 168 and PATHS == 2**16


def test_progress_counts_the_paths_of_all_brackets():
    heard = []
    bracket_map(SPEC, "F3", **LEVELS, on_progress=heard.append)
    assert heard[-1] == 9 * 4000 and sorted(heard) == heard


def test_resolved_alone_and_among_all():
    """Of 168 brackets, alone 1.96 errors are asked for, together the 3.62 of Bonferroni."""
    edges = np.zeros((14, 12))
    edges[0, :4] = [1.95, -1.97, 3.61, -3.63]
    found = handmade(edges, np.ones((14, 12)))
    assert NormalDist().inv_cdf(1 - 0.025 / 168) == pytest.approx(3.62, abs=0.005)
    assert found.resolved[0, :4].tolist() == [False, True, True, True] and found.resolved.sum() == 3
    assert found.resolved_together[0, :4].tolist() == [False, False, False, True]


def test_no_difference_and_no_error_are_not_resolved():
    assert not handmade([[0.0, 0.0], [0.0, 0.1]], [[0.0, 1.0], [np.nan, np.nan]]).resolved.any()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stops": (0.1,)}, r"stops of a map must be two or more, rising, got \[0.1\]"),
        ({"targets": (0.2, 0.1)}, r"targets of a map must be two or more, rising, got \[0.2, 0.1\]"),
        ({"targets": (0.2, 0.2)}, "two or more, rising"),
        ({"stops": (0.1, 1.0)}, r"stop \(0.12 is 12%\) must be in \(0, 1\), got 1.0"),
        ({"paths": 0}, "paths must be from 1"),
    ],
)
def test_bad_levels_are_refused(changes, message):
    with pytest.raises(LetfError, match=message):
        bracket_map(SPEC, "F3", **LEVELS | {"paths": 100} | changes)


def test_an_unknown_fund_is_refused():
    with pytest.raises(LetfError, match="unknown fund 'F2'; known: F3, F-3"):
        bracket_map(SPEC, "F2", **LEVELS)
