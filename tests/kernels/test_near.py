"""Looks in single precision at lanes near a level: none is passed over, and what is sure is right."""

from math import copysign, log, log1p

import numpy as np
import pytest

from simulator.kernels.bars import BARS, BRIDGE
from simulator.kernels.bridges import outcome_within
from simulator.kernels.foresee import GROUP, foresee_bars, foresee_bridges, room_for_closer
from simulator.kernels.levels import (
    AT_OPEN,
    BOTH,
    FARTHEST,
    HOLDING,
    REACHED,
    SLACK,
    STOPPED,
    UNSURE,
    Position,
    log_near,
    place,
    roughly,
)
from simulator.kernels.near import find_bars, find_bridges, find_closes, most_log, nearer, nearest
from simulator.kernels.stats import LANES

LEVERAGES, SDS = (3.0, -3.0, 1.0, 0.5, -10.0, 0.02), (1e-6, 1e-3, 0.012, 0.2)
TOGETHER = 64  # lanes whose levels are a fund's, so that few have theirs within a day's reach
ROUNDS = 1600


class Day:
    """A day of 64 lanes of one position, whose levels lie within reach of some."""

    def __init__(self, rng, leverage, sd):
        carry, side = -1e-4, np.sign(leverage)
        nav, growth = np.exp(0.3 * rng.standard_normal(2))
        reach = np.minimum(sd * rng.uniform(0.01, 8, 4), 0.09)  # within what any of the funds can lose in a day
        stop, target = nav * (1 + carry + abs(leverage) * np.array([-reach[0], reach[1]]))
        index_stop, index_target = growth * (1 + side * np.array([-reach[2], reach[3]]))
        self.position = Position(0, leverage, carry, stop, target, index_stop, index_target)
        self.side = copysign(1.0, leverage)
        self.rough = tuple(map(np.float32, roughly(self.position)))  # which Python was given as doubles
        self.nav, self.growth = np.array([[nav], [growth]]) * (1 + 1e-3 * sd * rng.standard_normal((2, TOGETHER)))
        self.state = self.growth.astype(np.float32), self.nav.astype(np.float32)
        self.opens, self.closes = (sd * rng.standard_normal((2, TOGETHER))).astype(np.float32)
        beyond = (sd * rng.exponential(0.5, (2, TOGETHER))).astype(np.float32)
        self.lows = np.minimum(self.opens, self.closes) - beyond[0]
        self.highs = np.maximum(self.opens, self.closes) + beyond[1]
        self.spreads = (sd**2 * rng.uniform(0.1, 1, TOGETHER)).astype(np.float32)
        self.words = rng.integers(2**32, size=TOGETHER).astype(np.uint32)

    def exactly(self, watch):
        """Outcomes of all lanes in double precision."""
        outcomes = []
        for lane in range(TOGETHER):
            moves = place(self.position, self.growth[lane], self.nav[lane])
            a, b = (self.side * log1p(self.side * move) for move in moves)
            bar = (self.opens, self.closes, self.lows, self.highs)
            o, c, low, high = (self.side * float(values[lane]) for values in bar)
            outcomes.append(outcome_within(watch, o, c, a, b, low, high, float(self.spreads[lane]), self.words[lane]))
        return np.array(outcomes)

    def margins(self, watch):
        """How near single precision finds them."""
        how, margins = np.zeros(TOGETHER, np.int32), np.empty(TOGETHER, np.float32)
        if watch == BARS:
            find_bars(self.rough, *self.state, self.lows, self.highs, how, margins)
        else:
            way = (self.opens, self.closes, self.spreads, self.words)
            find_bridges(self.rough, *self.state, *way, how, margins)
        return margins

    def foreseen(self, watch):
        """Outcomes as far as single precision is sure of them."""
        closer = room_for_closer(TOGETHER)
        bar = (self.growth, self.nav, self.opens, self.closes, self.lows, self.highs, self.spreads, self.words)
        for room, values in zip(closer, bar, strict=False):
            room[:] = values
        (foresee_bars if watch == BARS else foresee_bridges)(self.rough, TOGETHER, closer)
        return closer.outcomes


@pytest.mark.parametrize("watch", [BRIDGE, BARS])
@pytest.mark.parametrize("leverage", LEVERAGES)
@pytest.mark.parametrize("sd", SDS)
def test_none_that_is_sold_is_passed_over_and_what_is_sure_is_so(sd, leverage, watch):
    rng, days = np.random.default_rng(3), ROUNDS // TOGETHER
    each = [Day(rng, leverage, sd) for _ in range(days)]
    exact = np.concatenate([day.exactly(watch) for day in each])
    near = np.concatenate([day.margins(watch) for day in each]) <= 0
    foreseen = np.concatenate([day.foreseen(watch) for day in each])
    sold = exact != HOLDING
    assert 0.1 < sold.mean() < 1
    assert near[sold].all()
    sure = foreseen != UNSURE
    assert (foreseen[sure] == exact[sure]).all()
    if sd >= 1e-3:  # below it both looks are too coarse, and all lanes are looked at in double precision
        assert near.sum() < 1.4 * sold.sum()
    if sd == 0.012 and abs(leverage) >= 1:
        assert sure[near].mean() > (0.98 if watch == BARS else 0.5)  # bridges between levels that both are in reach


def test_every_outcome_is_seen_and_foreseen():
    kinds = {BARS: {HOLDING, STOPPED, REACHED, STOPPED + BOTH}, BRIDGE: {HOLDING, STOPPED, REACHED}}
    for watch, within in kinds.items():
        rng = np.random.default_rng(4)
        days = [Day(rng, 3.0, 0.012) for _ in range(20)]
        at_open = {STOPPED + AT_OPEN, REACHED + AT_OPEN}
        assert {int(one) for day in days for one in day.exactly(watch)} == within | at_open
        assert {int(one) for day in days for one in day.foreseen(watch)} == within | at_open | {UNSURE}


def test_levels_far_away_are_never_called_sure():
    """A close beyond 0.35, where single precision has cut the level off, may or may not be beyond the level."""
    for level, outcome in ((0.5, STOPPED), (0.8, HOLDING)):
        day = Day(np.random.default_rng(1), 1.0, 0.01)
        day.position = Position(0, 1.0, 0.0, 1 - level, 1e30, -1e30, 1e30)
        day.rough = tuple(map(np.float32, roughly(day.position)))
        day.nav[:], day.growth[:], day.opens[:], day.closes[:], day.lows[:] = 1.0, 1.0, 0.0, log(0.4), log(0.4)
        day.highs[:], day.state = 0.01, (np.ones_like(day.opens), np.ones_like(day.opens))
        for watch in (BRIDGE, BARS):
            assert (day.exactly(watch) == outcome).all()
            assert (day.margins(watch) <= 0).all()
            assert (day.foreseen(watch) == UNSURE).all()


@pytest.mark.parametrize("s", [1, -1])
def test_logarithms_of_near_levels(s):
    """One is within a tenth of the slack; the other lies nearer to 0, and by little where most levels are."""
    d = np.linspace(-FARTHEST, FARTHEST, 20_001, dtype=np.float32)
    exact = s * np.log1p(s * d.astype(float))
    found = np.array([log_near(one, np.float32(s)) for one in d], float)
    assert np.abs(found - exact).max() < SLACK / 10
    found = np.array([nearer(one, np.float32(s)) for one in d], float)
    assert (np.abs(found) <= np.abs(exact) + SLACK / 10).all()
    assert np.abs(found - exact)[np.abs(d) < 0.07].max() < SLACK


def test_logarithms_of_words_are_never_too_small():
    rng = np.random.default_rng(1)
    words = np.concatenate(
        [np.arange(70), 2 ** np.arange(32), 2**32 - 1 - np.arange(9), rng.integers(2**32, size=9999)]
    )
    exact = -np.log((words + 0.5) / 2**32)
    found = np.array([most_log(word) for word in words.astype(np.uint32)], float)
    assert (found > exact).all()
    assert (found - exact)[words > 64].max() < 0.07


def test_margins_at_closes():
    position = Position(0, -3.0, 0.0, 0.9, 1.2, 1.05, 0.95)
    nav, growth = np.array([0.9, 0.91, 1.19, 1.2, 1.0, 1.0, 0.5]), np.array([1, 1, 1, 1, 1.05, 0.95, 1.0])
    margins, how = np.empty(7, np.float32), np.array([0, 0, 0, 0, 0, 0, STOPPED], np.int32)
    find_closes(position, growth, nav, how, margins)
    assert (margins <= 0).tolist() == [True, False, False, True, True, True, False]


def test_the_nearest_are_listed_in_order():
    margins, near = np.array([1, 0, -1, 2, -3], np.float32), np.empty(5, np.uint32)
    assert nearest(margins, 4, near) == 2 and near[:2].tolist() == [1, 2]
    assert nearest(margins, 5, near) == 3 and near[:3].tolist() == [1, 2, 4]
    assert LANES % GROUP == 0
