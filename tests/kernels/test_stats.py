"""Streaming statistics of lanes: bins, sums, extremes, signs, and the parts of a divergence."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator import bins
from simulator.kernels.stats import (
    LANES,
    PARTIAL,
    TIE,
    Scratch,
    Tally,
    add_moments,
    add_sums,
    find_bins,
    observe,
    observe_fund,
    power,
)

SUM_ERROR = 1e-14  # relative to the sum of magnitudes: 1,024 lanes in 32 partial sums round at most 64 times
AWKWARD = np.concatenate(
    [
        bins.EDGES,
        np.nextafter(bins.EDGES, np.inf),
        np.nextafter(bins.EDGES, -np.inf),
        bins.EDGES * (1 + 2.0**-24),
        [0.0, -0.0, 5e-324, -5e-324, 1e-45, -1e-45, 1.2e-38, 1e300, -1e300, np.inf, -np.inf, np.nan],
        [3.4028235e38, -3.4028235e38, 65535.999, 65536.001, 131072.0, -131072.0],
    ]
)


def bins_found(values):
    """The kernel's bins of any number of values."""
    values = np.asarray(values, float)
    padded, found = np.zeros(-(-len(values) // LANES) * LANES), np.empty(LANES, np.uint32)
    padded[: len(values)] = values
    collected = []
    for start in range(0, len(padded), LANES):
        find_bins(padded[start : start + LANES], found)
        collected.append(found.copy())
    return np.concatenate(collected)[: len(values)]


def tally(horizons=1, funds=0):
    observed = 1 + 2 * funds
    extremes = np.empty((horizons, observed, 2, PARTIAL))
    extremes[:, :, 0], extremes[:, :, 1] = np.inf, -np.inf
    return Tally(
        sums=np.zeros((horizons, observed + 3 * funds, 2, PARTIAL)),
        extremes=extremes,
        below=np.zeros((horizons, observed), np.int64),
        counts=np.zeros((horizons, observed, bins.COUNT), np.uint32),
        capped=np.zeros(1, np.int64),
    )


def scratch():
    return Scratch(np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES, np.uint32))


def test_bins_of_awkward_values_equal_the_layout():
    assert (bins_found(AWKWARD) == bins.bin_of(AWKWARD)).all()


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=LANES))
@settings(max_examples=200, deadline=None)
def test_bins_of_any_floats_equal_the_layout(values):
    assert (bins_found(values) == bins.bin_of(values)).all()


finite = st.floats(-1e6, 1e6)
lanes_of = st.lists(finite, min_size=1, max_size=LANES)


def lanes(values, rest=np.nan):
    """(LANES,) with the values first; the rest must not matter."""
    return np.concatenate([values, np.full(LANES - len(values), rest)])


@given(lanes_of)
@example([1e6] * LANES)
@settings(max_examples=100, deadline=None)
def test_sums_and_extremes_are_those_of_the_first_lanes(values):
    partial, extremes = np.zeros((2, PARTIAL)), np.array([[np.inf] * PARTIAL, [-np.inf] * PARTIAL])
    add_moments(lanes(values), len(values), partial, extremes)
    alone = np.zeros((2, PARTIAL))
    add_sums(lanes(values), len(values), alone)
    assert (alone == partial).all()
    sums = partial.sum(axis=1)
    assert (extremes[0].min(), extremes[1].max()) == (min(values), max(values))
    assert abs(sums[0] - math.fsum(values)) <= SUM_ERROR * math.fsum(map(abs, values))
    assert sums[1] == pytest.approx(math.fsum(v * v for v in values), rel=SUM_ERROR)


def test_one_lane_is_added_exactly():
    """What other tests rely on to see single paths."""
    sums = np.zeros((2, PARTIAL))
    add_sums(lanes([1 / 3]), 1, sums)
    assert (sums.sum(axis=1) == [1 / 3, (1 / 3) ** 2]).all()


@given(lanes_of, lanes_of)
@settings(max_examples=50, deadline=None)
def test_observed_values_are_counted_once(first, second):
    seen = tally()
    for values in (first, second):
        observe(lanes(values), len(values), 0.0, 0, 0, scratch().bins, seen)
    both = np.array(first + second)
    assert seen.below[0, 0] == (both < 0).sum()
    assert (seen.counts[0, 0] == np.bincount(bins.bin_of(both), minlength=bins.COUNT)).all()
    assert (seen.extremes[0, 0, 0].min(), seen.extremes[0, 0, 1].max()) == (both.min(), both.max())


def test_a_tie_is_not_a_loss():
    seen, values = tally(), [-2 * TIE, -TIE, -TIE / 2, -0.0, 0.0, TIE]
    observe(lanes(values), len(values), TIE, 0, 0, scratch().bins, seen)
    assert seen.below[0, 0] == 1


@pytest.mark.parametrize("exponent", [-10.0, -3.0, -2.5, -1.0, 0.5, 1.0, 1.5, 2.0, 3.0, 10.0])
def test_powers(exponent):
    base, result = np.geomspace(1e-3, 1e3, LANES), np.empty(LANES)
    power(base, exponent, result)
    assert result == pytest.approx(base**exponent, rel=1e-14)


@given(st.floats(0.05, 20), st.floats(0, 20), st.floats(0, 20), st.sampled_from([-3.0, -1.0, 0.5, 1.0, 2.0, 3.0]))
@settings(max_examples=100, deadline=None)
def test_parts_of_a_divergence_add_up(growth, nav, frictionless, leverage):
    seen = tally(funds=1)
    paths = (np.full(LANES, value) for value in (growth, nav, frictionless))
    observe_fund(*paths, leverage, 1, 0, 0, scratch(), seen)
    fund_return, divergence, compounding, drag, carry = seen.sums[0, 1:, 0].sum(axis=1)
    size = max(1, growth**leverage, nav, frictionless, abs(leverage) * growth)
    assert fund_return == nav - 1
    assert divergence == pytest.approx(nav - 1 - leverage * (growth - 1), abs=1e-14 * size)
    assert compounding == pytest.approx(growth**leverage - 1 - leverage * (growth - 1), abs=1e-13 * size)
    assert compounding + drag + carry == pytest.approx(divergence, abs=1e-13 * size)
    if not 0 < leverage < 1:
        assert compounding >= -1e-13 * size
