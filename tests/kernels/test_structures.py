"""Pieces of a structure's day, lane by lane, and paths that do the same in whatever call they are run."""

import numpy as np
import pytest
from examples import fund, market

from simulator.engine.lower_structures import lower_structures
from simulator.kernels.book import CALLED, HELD, RUINED, STOPPED, TARGET, buy_hedge, look, require
from simulator.kernels.call_spreads import mark
from simulator.kernels.course import set_day
from simulator.kernels.stats import LANES
from simulator.kernels.structures import Found, run_structures
from simulator.spec.call_spread import CallSpread
from simulator.spec.comparison import Comparison
from simulator.spec.leg import Hedge, Leg
from simulator.spec.second import SecondIndex
from simulator.spec.structure import Structure

ROUNDING = 1e-12  # of a handful of operations in double precision
SPREAD = CallSpread(low=1.0, high=1.05, days=45, vol=0.2, skew=-0.02, settle=True)
SECOND = SecondIndex(index="SPY", drift=0.08, betas=(0.7,), residual_vols=(0.1,))


def lanes(*values, dtype=float):
    """The first lanes' values, and the last of them in all others."""
    return np.array([*values, *[values[-1]] * (LANES - len(values))], dtype)


@pytest.mark.parametrize(
    ("equity", "end"), [(1.0, HELD), (1.2, TARGET), (0.9, STOPPED), (0.5, CALLED), (0.0, RUINED), (-0.3, RUINED)]
)
def test_what_ends_a_trade(equity, end):
    value, peak, drawdown = lanes(1.0, 0.95), lanes(1.1), lanes(0.0, 0.07)
    ends, days = lanes(HELD, STOPPED, dtype=np.int32), lanes(3, 2, dtype=np.int32)
    look(np.int32(4), 0.9, 1.2, lanes(equity), lanes(0.6), value, peak, drawdown, ends, days)
    assert (value[0], ends[0], days[0]) == (equity, end, 4)
    assert peak[0] == max(1.1, equity) and drawdown[0] == pytest.approx(1 - equity / peak[0], abs=ROUNDING)
    assert (value[1], peak[1], drawdown[1], ends[1], days[1]) == (0.95, 1.1, 0.07, STOPPED, 2)


def test_margin_is_of_shorts_and_of_what_is_bought_on_a_loan():
    legs, margin = np.stack([lanes(2.0), lanes(-0.5)]), np.empty(LANES)
    require(0.3, legs, lanes(-0.1, 0.0), margin)
    np.testing.assert_allclose(margin[:2], [0.3 * 2.5, 0.3 * 0.5], atol=ROUNDING)
    require(0.0, legs, lanes(-0.1), margin)
    assert not margin.any()


def test_a_hedge_is_bought_once():
    legs, cash, bought = np.zeros((2, LANES)), np.ones(LANES), np.zeros(LANES)
    for second in (lanes(0.98, 0.97), lanes(0.96, 0.99)):
        buy_hedge(np.array([0.0, 0.25]), 0.97, second, legs, cash, bought)
    assert legs[:, :2].tolist() == [[0, 0], [0.25, 0.25]] and cash[:2].tolist() == [0.75, 0.75]


def test_a_day_is_set_scaled_or_left():
    drawn = lanes(0.02, -0.03, dtype=np.float32)
    for move, scale, expected in (
        (np.nan, 1.0, drawn),
        (-0.05, 1.0, np.full(LANES, -0.05, np.float32)),
        (np.nan, 2.0, ((1 + drawn.astype(float)) ** 2 - 1).astype(np.float32)),
    ):
        r = drawn.copy()
        set_day(np.float32(move), scale, r)
        np.testing.assert_array_equal(r, expected)


def test_a_mark_lies_on_the_line_between_its_points():
    peak, drawdown = np.ones(LANES), np.zeros(LANES)
    grid, values = np.array([0.5, 2.0]), np.array([0.0, 0.4, 2.0])  # at 0.5, 1 and 1.5
    mark(grid, values, lanes(0.2, 0.75, 1.0, 1.25, 1.5, 7.0), peak, drawdown)
    np.testing.assert_allclose(peak[:6], [1, 1, 1, 1.2, 2, 2], atol=ROUNDING)
    np.testing.assert_allclose(drawdown[:6], [1, 0.8, 0.6, 0, 0, 0], atol=ROUNDING)


def test_a_path_does_the_same_in_whatever_call_it_is_run():
    legs = (Leg(instrument="SPY", weight=1), Leg(instrument="IWM", weight=-1))
    hedge = Hedge(instrument="F3", weight=-0.1, fall=0.01)
    structures = (
        Structure(name="s", spread=SPREAD),
        Structure(name="a", legs=legs, hedge=hedge, stop=0.02, maintenance=0.9, rebalance_days=3),
    )
    paths = LANES + 40
    spec = Comparison(
        market=market(1, second=SECOND), funds=(fund(3),), structures=structures, hold=9, paths=paths, seed=4
    )
    lowered = lower_structures(spec)

    def found():
        numbers, spreads = np.full((2, 2, paths), np.nan), np.full((2, 1, paths), np.nan)
        return Found(*numbers, np.zeros((2, paths), np.uint8), np.zeros((2, paths), np.int32), *spreads)

    one, two = found(), found()
    run_structures(lowered.seed, np.uint64(0), paths, *lowered[1:], one)
    for first, count in ((0, LANES), (LANES, 40)):
        run_structures(lowered.seed, np.uint64(first), count, *lowered[1:], two)
    for name, values in one._asdict().items():
        np.testing.assert_array_equal(values, getattr(two, name))
    assert np.isfinite(one.growths).all() and np.isfinite(one.drawdowns).all() and set(one.days[1]) > {9}
