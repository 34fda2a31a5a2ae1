"""Weights of paths under tilted laws, against the plain formulas."""

from math import exp, nextafter

import numpy as np
import pytest
from examples import market, run

from simulator.engine.lower import lower
from simulator.engine.rare import lower_tilts
from simulator.engine.tilts import ladder
from simulator.kernels.stats import LANES
from simulator.kernels.tilted import (
    TAIL_BINS,
    RareTally,
    add_scores,
    look_at_end,
    look_at_levels,
    run_tilted,
    thresholds_into,
    weight,
)

ROUNDING = 1e-12  # of a handful of operations in double precision
LEVELS = np.array([0.8, 0.6, 0.4])
DAYS = 3


@pytest.fixture(scope="module")
def tilted():
    """The steepest of the laws of a run of 3 days."""
    spec = run(market(3), 3.0, horizons=(DAYS,), paths=LANES)
    return lower_tilts(lower(spec), ladder(spec.market, 3.0, 0.0, DAYS, 0.5, 0.01))[-1]


def empty():
    return RareTally(np.zeros(2), np.zeros((3, 2)), np.zeros((3, 2)), np.zeros((TAIL_BINS, 2)))


def lanes(*values, dtype=float):
    """The first lanes' values, and the last of them in all others."""
    return np.array([*values, *[values[-1]] * (LANES - len(values))], dtype)


def test_a_weight_is_one_over_the_sum_of_the_laws_densities():
    ratios = np.array([0.25, 0.1, 0.02])
    expected = 1 / sum(ratio * exp(j * -1.5 * -0.7) for j, ratio in enumerate(ratios))
    assert weight(-0.7, -1.5, ratios) == pytest.approx(expected, rel=ROUNDING)
    assert weight(-0.7, 0.0, np.ones(1)) == 1.0


def test_scores_are_second_order_log_growth():
    x, score = lanes(0.01, -0.03, dtype=np.float32), lanes(0.5)
    add_scores(x, 3.0, 3.0, score)
    moves = x.astype(float)
    np.testing.assert_allclose(score, 0.5 + 3 * moves - 3 * moves**2, rtol=ROUNDING)


def test_thresholds_of_a_day():
    table = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    assert thresholds_into(1, table) == tuple(map(tuple, table[1].tolist()))


def test_a_level_counts_a_path_once_on_the_day_that_it_gets_there(tilted):
    met, due, regime = np.zeros((3, 2)), np.zeros(LANES, np.int32), np.zeros(LANES, np.int32)
    score = lanes(-0.6, 0.0)
    look_at_levels(lanes(0.5, 1.0), LEVELS, due, 1, score, regime, tilted, met)
    look_at_levels(lanes(0.55, 1.0), LEVELS, due, 2, score - 1, regime, tilted, met)
    w = weight(-0.6, tilted.step, tilted.ratios[1, 0])
    np.testing.assert_allclose(met, [[w, w * w], [w, w * w], [0, 0]], rtol=ROUNDING)
    assert due[:2].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("nav", "below", "tail_bin"), [(0.5, 2, 181), (0.0, 3, 0), (nextafter(1, 0), 0, TAIL_BINS - 1), (1.0, 0, None)]
)
def test_the_end_counts_every_level_and_one_bin(tilted, nav, below, tail_bin):
    tally = empty()
    look_at_end(lanes(nav), LEVELS, DAYS - 1, np.zeros(LANES), np.zeros(LANES, np.int32), tilted, tally)
    w = weight(0.0, tilted.step, tilted.ratios[DAYS - 1, 0])
    assert tally.all == pytest.approx([LANES * w, LANES * w * w], rel=1e3 * ROUNDING)
    assert (tally.ended[:, 0] > 0).sum() == below
    assert np.flatnonzero(tally.tail[:, 0]).tolist() == ([] if tail_bin is None else [tail_bin])


def test_a_path_does_the_same_in_whatever_call_it_is_run(tilted):
    one, two = empty(), empty()
    run_tilted(np.uint64(1), np.uint64(0), 2 * LANES, tilted, 3.0, 0.0, LEVELS, one)
    for first in (0, LANES):
        run_tilted(np.uint64(1), np.uint64(first), LANES, tilted, 3.0, 0.0, LEVELS, two)
    for name, sums in one._asdict().items():
        np.testing.assert_array_equal(sums, getattr(two, name))
