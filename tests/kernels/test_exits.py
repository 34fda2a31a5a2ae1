"""Stops and targets: the bridge against sampled ones and first passages, whole paths against the plain twin."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
import reference
import reference_exits
from examples import BARRED, RESIDUALS, SCALED_BARRED, SKEWED, ensemble, market, run
from hypothesis import given, settings
from hypothesis import strategies as st
from laws import PASSED_BY, lower_first, upper_first

from simulator.engine.lower import lower
from simulator.engine.statistics import Statistics
from simulator.kernels.bars import MOST_GATHERED
from simulator.kernels.bridges import bridge_outcome, met_first
from simulator.kernels.levels import HOLDING, REACHED, STOPPED
from simulator.kernels.stats import LANES
from simulator.ledger import BOTH, EXIT, LAWS
from simulator.ledger import REACHED as REACHED_ROW
from simulator.ledger import STOPPED as STOPPED_ROW
from simulator.spec.trade import Trade

SIGMAS = 4
SERIES = 1e-11  # of a chance: terms of 1e-13 are left out, some thousand of them may be of one size

BRIDGES = {  # open, close, stop and target, in standard deviations of the way from open to close
    "wide": (0.2, -0.4, -1.0, 1.5),
    "near the stop": (-0.6, 0.3, -0.8, 0.7),
    "tight": (0.1, -0.1, -0.4, 0.4),
    "beyond the stop": (0.1, -1.3, -1.0, 0.8),
    "beyond the target": (0.0, 1.1, -0.5, 0.9),
}


def chances(o, c, a, b, v):
    """P(stopped) and P(reached) as the kernel decides: the uniforms at which its answer changes, by bisection."""
    order = {STOPPED: 0, REACHED: 1, HOLDING: 2}

    def edge(answer):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if order[bridge_outcome(o, c, a, b, v, middle)] <= answer else (low, middle)
        return high

    stop = edge(0)
    return stop, edge(1) - stop


@pytest.mark.parametrize("case", BRIDGES.values(), ids=BRIDGES)
def test_the_bridge_is_that_of_sampled_steps(case):
    """20,000 bridges of 1,000 steps, which pass levels a little farther out; what that leaves out is far smaller than
    the sampling error."""
    o, c, a, b = case
    count, steps = 20_000, 1000
    rng, where, outcome = np.random.default_rng(8), np.full(count, o), np.zeros(count, int)
    for left in range(steps, 0, -1):
        where += (c - where) / left + sqrt((left - 1) / left / steps) * rng.standard_normal(count)
        outcome[(outcome == 0) & (where <= a)] = STOPPED
        outcome[(outcome == 0) & (where >= b)] = REACHED
    farther = PASSED_BY / sqrt(steps)
    for kind, p in zip((STOPPED, REACHED), chances(o, c, a - farther, b + farther, 1.0), strict=True):
        assert abs((outcome == kind).mean() - p) < SIGMAS * sqrt(p * (1 - p) / count)


@pytest.mark.parametrize("mean", [-0.4, 0.0, 0.7])
@pytest.mark.parametrize(("a", "b"), [(-1.0, 1.5), (-0.3, 0.2), (-0.05, 0.05), (-2.5, 0.1), (-0.02, 3.0)])
def test_bridges_over_all_closes_are_first_passages(a, b, mean):
    """The chance of stop before target given the close, averaged over closes, is that of the free Brownian motion."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    stop = target = 0.0
    for low, high in ((mean - 9, a), (a, b), (b, mean + 9)):
        for x, weight in zip(nodes, weights, strict=True):
            c = (low + high) / 2 + (high - low) / 2 * x
            share = weight * (high - low) / 2 * np.exp(-((c - mean) ** 2) / 2) / sqrt(2 * np.pi)
            first = 1 - met_first(0.0, -c, -b, -a, 1.0) if c <= a else met_first(0.0, c, a, b, 1.0)
            stop += share * first
            target += share * (1 - first if not a < c < b else met_first(0.0, -c, -b, -a, 1.0))
    assert stop == pytest.approx(lower_first(a, b, 1.0, mean, 1.0), abs=SERIES)
    assert target == pytest.approx(upper_first(a, b, 1.0, mean, 1.0), abs=SERIES)


LEVELS = {"a": st.floats(-3, -1e-3), "b": st.floats(1e-3, 3)}


@given(**LEVELS, share=st.floats(0.001, 0.999), c=st.floats(-4, 4), u=st.floats(0, 1, exclude_max=True))
@settings(max_examples=300, deadline=None)
def test_the_bridge_answers_as_its_twin(a, b, share, c, u):
    o = a + share * (b - a)
    stop, target = reference_exits.bridge_chances(a, b, o, c, 0.8)
    assert -SERIES <= stop <= 1 + SERIES and -SERIES <= target <= 1 - stop + SERIES
    if min(abs(u - stop), abs(u - stop - target)) > SERIES:
        expected = STOPPED if u < stop else REACHED if u < stop + target else HOLDING
        assert bridge_outcome(o, c, a, b, 0.8, u) == expected
        mirrored = {STOPPED: REACHED, REACHED: STOPPED, HOLDING: HOLDING}
        if u >= stop + target:
            assert bridge_outcome(-o, -c, -b, -a, 0.8, u) == mirrored[expected]


# --- whole paths ------------------------------------------------------------------------------------------------------

PATHS, EARLY, DAYS = 100, 5, 12
LEVERAGES = (3.0, -3.0, 1.0, 2.0, -1.0)
FILL = 3e-6  # of a fund's value at its exit: over 12 days of log returns that single precision puts off by 1e-7
SHARES = (0.2, 0.5)
MOST_CLOSE_CALLS = 0.05  # of the paths, where the twin may say otherwise: a day has one with probability 4e-4


def opening(shares, *markets):
    """The markets' regimes with overnight shares."""
    return [
        replace(one, regimes=tuple(replace(r, overnight_share=s) for r, s in zip(one.regimes, shares, strict=False)))
        for one in markets
    ]


MARKETS = {
    "one regime": opening([0.0], market(1))[0],
    "two regimes": opening(SHARES, market(2))[0],
    "four regimes, no shares": market(4, initial=(0.1, 0.2, 0.3, 0.4)),
    "fat tails": opening(SHARES, market(2, dof=3.5))[0],
    "autocorrelated": opening([1.0, 0.3], market(2, autocorrelation=-0.2))[0],
    "garch": replace(SKEWED, initial=0.5),
    "garch, residuals": replace(RESIDUALS, overnight_share=0.45),
    "bootstrap": BARRED,
    "scaled": SCALED_BARRED,
    "ensemble": ensemble(replace(SKEWED, initial=0.5), market(3), BARRED),
}
TRADES = {
    "fund": Trade(stop=0.05, target=0.06),
    "tight": Trade(stop=0.012, target=0.01),
    "stop": Trade(stop=0.04),
    "index": Trade(index_stop=0.015, index_target=0.02),
    "all": Trade(stop=0.05, target=0.06, index_stop=0.017, index_target=0.018),
}
WATCHED = {  # each market is watched in every way, and every level by some market of each kind
    name: [
        (list(TRADES.values())[(i + shift) % len(TRADES)], watch)
        for shift, watch in enumerate(("day", "day", "day", "close", "next-open"))
    ]
    for i, name in enumerate(MARKETS)
}
CASES = [(name, replace(trade, watch=watch)) for name, watched in WATCHED.items() for trade, watch in watched]
CASE_NAMES = [f"{name}, {i % 5}, {trade.watch}" for i, (name, trade) in enumerate(CASES)]


@pytest.fixture(scope="module")
def twins():
    """The days of the twin by market, made once."""
    made = {}

    def twin(name, spec):
        if name not in made:
            made[name] = reference_exits.lived(spec, reference.simulate(spec))
        return made[name]

    return twin


@pytest.fixture(scope="module", params=CASES, ids=CASE_NAMES)
def both(request, twins):
    """A run with costs, what the kernel noted of each path's exits, and the twin's days."""
    name, trade = request.param
    spec = run(MARKETS[name], *LEVERAGES, costs=True, horizons=(EARLY, DAYS), paths=PATHS, seed=2**63 + 11, trade=trade)
    return spec, each_exit(spec), twins(name, spec)


def each_exit(spec):
    """Events, days of exits, and value at the end of every path alone: (horizons, funds, EVENTS), (funds, 2, days)
    and (funds,)."""
    single = []
    for start, part in spec.parts():
        lowered = lower(part)
        for path in range(start, start + part.paths):
            one = Statistics(part)
            one.run(lowered, path, 1)
            tally = one.positions.tally
            returns = tally.laws.extremes[-1, EXIT::LAWS, 0].min(axis=-1)
            single.append((tally.events, tally.exit_days, 1 + returns))
    return single


def test_every_path_is_left_as_the_twin_leaves_it(both):
    spec, single, each = both
    for f, fund in enumerate(spec.funds):
        left = reference_exits.exits(spec, each, fund)
        assert np.mean([one.close_call for one in left]) < MOST_CLOSE_CALLS
        for (events, exit_days, value), twin in zip(single, left, strict=True):
            if twin.close_call:
                continue
            sold = np.zeros((2, DAYS))
            if twin.kind != reference_exits.NEITHER:
                sold[int(twin.kind == reference_exits.TARGET), twin.day - 1] = 1
            assert (exit_days[f] == sold).all()
            assert value[f] == pytest.approx(twin.fill, rel=FILL, abs=FILL)
            for h, days in enumerate(spec.horizons):
                assert events[h, f, [STOPPED_ROW, REACHED_ROW]].tolist() == sold[:, :days].sum(axis=1).tolist()
                assert events[h, f, BOTH] == (twin.both and twin.day <= days)


def test_every_way_out_is_seen(twins):
    """Of the examples above: stops, targets and neither, at opens beyond a level and at levels, and bars that reach
    both."""
    seen = set()
    for name in ("two regimes", "bootstrap"):
        spec = run(MARKETS[name], 3.0, costs=True, horizons=(EARLY, DAYS), paths=PATHS, seed=2**63 + 11)
        spec = replace(spec, trade=TRADES["fund"])
        levels = {1 - spec.trade.stop, 1 + spec.trade.target}
        for one in reference_exits.exits(spec, twins(name, spec), spec.funds[0]):
            at_level = min(abs(one.fill - level) for level in levels) < 1e-12
            seen |= {(one.kind, at_level), ("both", one.both)}
    stop, target, neither = reference_exits.STOP, reference_exits.TARGET, reference_exits.NEITHER
    assert seen == {(stop, True), (stop, False), (target, True), (target, False), (neither, False)} | {
        ("both", False),
        ("both", True),
    }


@pytest.mark.parametrize("name", ["two regimes", "garch, residuals", "scaled"])
@pytest.mark.parametrize("watch", ["day", "close", "next-open"])
def test_lanes_that_still_hold_do_the_same_alone(name, watch):
    """A call that is not full looks at the lanes that hold alone; a full one at all, until few are left."""
    trade = Trade(stop=0.15, target=0.2, watch=watch)
    spec = run(MARKETS[name], 3.0, costs=True, horizons=(40,), paths=LANES, trade=trade)
    lowered, whole, halves = lower(spec), Statistics(spec), Statistics(spec)
    whole.run(lowered, 0, LANES)
    halves.run(lowered, 0, LANES // 2)
    halves.run(lowered, LANES // 2, LANES - LANES // 2)
    expected, found = whole.positions.tally, halves.positions.tally
    early, late = expected.exit_days[..., :24].sum(), expected.exit_days[..., 24:].sum()
    assert early > LANES - MOST_GATHERED and late > 0
    for array in ("events", "exit_days", "cells"):
        assert (getattr(found, array) == getattr(expected, array)).all()
    assert (found.laws.counts == expected.laws.counts).all()
