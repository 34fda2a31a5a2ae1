"""A close that funds push, against the slow twin and by what must hold of it."""

from dataclasses import replace

import numpy as np
import pytest
import reference_feedback as reference
from examples import BOOTSTRAP, RESIDUALS, market, run

from simulator.engine.feedback import count_moves
from simulator.engine.lower import lower
from simulator.engine.simulate import simulate
from simulator.kernels.feedback import LOWEST, Loop, count_beyond, move_close, run_feedback
from simulator.kernels.stats import LANES

ROUNDING = 1e-12  # of a handful of operations in double precision, a day
DAYS = 20
GAINS = (0.0, 0.2, 0.45)
BEYOND = 0.06


@pytest.fixture(scope="module")
def returns():
    """(days, lanes) float32."""
    return (0.02 * np.random.default_rng(3).standard_normal((DAYS, LANES))).astype(np.float32)


def closes(returns, gain, reverts):
    """Moves of the close, (days, lanes)."""
    pushed, move, found = np.zeros(LANES), np.empty(LANES), []
    for r in returns:
        move_close(r, gain, reverts, pushed, move)
        found.append(move.copy())
    return np.array(found)


@pytest.mark.parametrize("gain", GAINS)
@pytest.mark.parametrize("reverts", [0.0, 0.5, 1.0])
def test_moves_are_the_twins(returns, gain, reverts):
    moves = closes(returns, gain, reverts)
    for lane in (0, 1, LANES - 1):
        expected = reference.moves(returns[:, lane].astype(float).tolist(), gain, reverts)
        np.testing.assert_allclose(moves[:, lane], expected, rtol=0, atol=DAYS * ROUNDING)


def test_without_a_gain_nothing_moves_the_close(returns):
    np.testing.assert_allclose(closes(returns, 0.0, 1.0), returns, rtol=0, atol=ROUNDING)


def test_where_nothing_reverts_each_day_is_amplified(returns):
    np.testing.assert_allclose(closes(returns, 0.2, 0.0), returns.astype(float) / 0.8, rtol=0, atol=ROUNDING)


def test_where_all_reverts_the_price_before_the_flow_is_the_one_without(returns):
    gain = 0.45
    moves = closes(returns, gain, 1.0)
    price = np.cumprod(1 + moves, axis=0)
    before = np.vstack([np.ones(LANES), price[:-1]]) * (1 + moves * (1 - gain))
    np.testing.assert_allclose(before, np.cumprod(1 + returns.astype(float), axis=0), rtol=DAYS * ROUNDING)


def test_a_price_stays_above_0_and_comes_back():
    crash = np.full((1, LANES), -0.7, np.float32)
    still = np.zeros((1, LANES), np.float32)
    moves = closes(np.concatenate([crash, still]), 0.45, 1.0)
    assert (moves[0] == LOWEST).all()
    value = (1 + LOWEST) * (1 + (1 - 0.45) * moves[1])
    np.testing.assert_allclose(value, 0.3, rtol=1e-6)  # -0.7 is no single-precision number


@pytest.mark.parametrize(("move", "counts"), [(0.0201, 1), (0.0199, 0), (-0.0199, 0), (-0.0201, 1)])
@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_moves_count_up_and_down(leverage, move, counts):
    found = np.zeros(LANES, np.int32)
    count_beyond(np.full(LANES, move), leverage, 0.0, BEYOND, found)
    assert (found == counts).all()


def test_carry_is_part_of_a_move():
    found = np.zeros(LANES, np.int32)
    count_beyond(np.full(LANES, 0.0199), 3.0, 0.001, BEYOND, found)
    assert (found == 1).all()


@pytest.mark.parametrize("kind", [market(3), market(2, dof=6.0, autocorrelation=0.1), RESIDUALS, BOOTSTRAP])
@pytest.mark.parametrize("reverts", [0.0, 0.7])
def test_days_are_the_twins(kind, reverts):
    spec = run(kind, 3.0, -3.0, costs=True, horizons=(DAYS,), paths=60)
    (found,) = count_moves(spec, GAINS, reverts=reverts, beyond=BEYOND)
    for k, gain in enumerate(GAINS):
        days = reference.days_beyond(spec, gain, reverts, BEYOND)
        np.testing.assert_array_equal(found.days[k], days.sum(axis=1))
        np.testing.assert_array_equal(found.squares[k], (days**2).sum(axis=1))
    assert found.days.min() > 0


def test_capped_days_are_those_of_a_run():
    spec = run(replace(RESIDUALS, omega=0.01), 3.0, horizons=(DAYS,), paths=LANES + 300)
    (found,) = count_moves(spec, GAINS, reverts=0.0, beyond=BEYOND)
    assert found.capped == simulate(spec).capped > 0


def test_a_path_does_the_same_in_whatever_call_it_is_run():
    lowered = lower(run(market(3), 3.0, horizons=(DAYS,), paths=LANES))
    loop = Loop(np.array(GAINS), 0.5, lowered.leverages, lowered.carries, BEYOND)
    one, two = np.zeros((3, 1, 2), np.int64), np.zeros((3, 1, 2), np.int64)
    capped = np.zeros(1, np.int64)
    run_feedback(lowered.seed, np.uint64(0), LANES + 300, lowered.market, loop, DAYS, one, capped)
    for first, paths in ((0, LANES), (LANES, 300)):
        run_feedback(lowered.seed, np.uint64(first), paths, lowered.market, loop, DAYS, two, capped)
    np.testing.assert_array_equal(one, two)


def test_the_days_are_the_same_at_any_number_of_threads():
    spec = run(market(3), 3.0, horizons=(DAYS,), paths=9 * LANES + 5)
    found = [count_moves(spec, GAINS, reverts=0.5, beyond=BEYOND, threads=threads)[0] for threads in (1, 2, 16)]
    for other in found[1:]:
        np.testing.assert_array_equal(found[0].days, other.days)
        np.testing.assert_array_equal(found[0].squares, other.squares)
