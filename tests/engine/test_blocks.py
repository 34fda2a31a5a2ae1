"""How a run is cut leaves no trace in its counts and extremes, and its sums merge exactly."""

from itertools import pairwise

import numpy as np
import pytest
from examples import market, run, statistics
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.blocks import BLOCK_WORK, UNIT, Plan, block_paths
from simulator.kernels.stats import LANES

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(1, 5, 21), paths=1000)
SUM_ERROR = 1e-12  # relative: lanes are added in double precision, and in another order where the cut differs


def same_counts(one, other):
    return (
        one.paths == other.paths
        and (one.laws.counts() == other.laws.counts()).all()
        and (one.laws.tally.below == other.laws.tally.below).all()
        and (one.laws.extremes() == other.laws.extremes()).all()
    )


WHOLE = statistics(SPEC, (0, 1000))


@given(st.lists(st.integers(1, 999), max_size=6, unique=True), st.randoms())
@settings(max_examples=25, deadline=None)
def test_any_cut_in_any_order(cuts, order):
    edges = [0, *sorted(cuts), 1000]
    pieces = [(a, b - a) for a, b in pairwise(edges)]
    order.shuffle(pieces)
    parts = statistics(SPEC, *pieces)
    assert same_counts(parts, WHOLE)
    assert parts.laws.sums.values() == pytest.approx(WHOLE.laws.sums.values(), rel=SUM_ERROR, abs=1e-12)


@given(st.permutations(range(-(-1000 // UNIT))))
@settings(max_examples=24, deadline=None)
def test_merged_parts_equal_the_whole_in_every_bit(order):
    """Blocks of the same size: merged in any order they are one run's."""
    pieces = [(first, min(UNIT, 1000 - first)) for first in range(0, 1000, UNIT)]
    whole = statistics(SPEC, *pieces)
    first, *others = [statistics(SPEC, pieces[i]) for i in order]
    for other in others:
        first.merge(other)
    assert same_counts(first, whole)
    assert first.laws.sums.values().tobytes() == whole.laws.sums.values().tobytes()


@pytest.mark.parametrize("room", [1, 300, 999, 1000])
def test_more_paths_than_32_bits_count(monkeypatch, room):
    """Counts move to 64 bits where the 32 are full; nothing else changes."""
    monkeypatch.setattr("simulator.engine.laws.MOST_COUNTED", room)
    pieces = [(0, 400), (400, 100), (500, 500)]
    parts = statistics(SPEC, *pieces)
    first, *others = [statistics(SPEC, piece) for piece in pieces]
    for other in others:
        first.merge(other)
    assert same_counts(parts, WHOLE) and same_counts(first, WHOLE)
    assert first.laws.counts().dtype == (np.uint32 if room == 1000 else np.int64)


def test_adding_a_fund_or_a_horizon_changes_no_other_row():
    more = run(market(3), 3.0, 2.0, -3.0, costs=True, horizons=(1, 3, 5, 21, 22), paths=1000)
    wide = statistics(more, (0, 1000))
    for h, days in enumerate(SPEC.horizons):
        at = more.horizons.index(days)
        for row, wide_row in ((0, 0), (1, 1), (2, 2), (3, 5), (4, 6)):
            assert (wide.laws.counts()[at, wide_row] == WHOLE.laws.counts()[h, row]).all()
            assert (wide.laws.extremes()[at, wide_row] == WHOLE.laws.extremes()[h, row]).all()
            assert wide.laws.tally.below[at, wide_row] == WHOLE.laws.tally.below[h, row]


@given(st.integers(1, 2**40), st.lists(st.integers(1, 2520), min_size=1, max_size=12), st.integers(1, 64))
@settings(max_examples=200, deadline=None)
def test_blocks_are_whole_lanes_of_bounded_work(paths, horizons, funds):
    spec = run(market(1), *np.linspace(1, 10, funds), horizons=tuple(horizons), paths=paths)
    size = block_paths(spec)
    assert size % UNIT == 0 and size >= UNIT
    assert size == UNIT or size * max(horizons) * (1 + funds) <= BLOCK_WORK
    plan = Plan(spec)
    assert plan.block(0) == (0, 0, min(size, paths))
    if paths > size:
        assert plan.block(1) == (0, size, min(size, paths - size))


@pytest.mark.parametrize("paths", [1, LANES - 1, LANES, LANES + 1, 10**6])
def test_blocks_cover_every_path_once(paths):
    spec = run(market(1), 3.0, horizons=(2520,), paths=paths)
    plan, reached = Plan(spec), 0
    for number in range(len(plan)):
        _, first, count = plan.block(number)
        assert first == reached == plan.paths_before(number) and count > 0
        reached += count
    assert reached == paths == plan.paths_before(len(plan))


def test_the_cut_does_not_depend_on_paths_or_seed():
    """So a longer run begins with the blocks of a shorter one."""
    assert len({block_paths(run(market(2), 3.0, paths=paths, seed=seed)) for paths, seed in ((1, 1), (10**9, 2))}) == 1
