"""Levels of the fund and of the index in each other's terms."""

import pytest
from examples import fund
from hypothesis import given
from hypothesis import strategies as st

from simulator.risk.levels import cash_over_hold, fund_move, fund_over_hold, index_move, index_over_hold, levels
from simulator.spec.files import find_funds, preset_funds
from simulator.spec.trade import Trade

ROUNDING = 1e-12  # relative, of a few operations
leverages = st.sampled_from([3.0, 2.0, 1.0, -1.0, -2.0, -3.0])


def test_a_fall_of_twelve_percent_is_four_of_the_index():
    """TNA -12 % in a day is IWM -4.0 %, but for the carry of a day."""
    (tna,) = find_funds(("TNA",), preset_funds())
    assert index_move(tna, 0.04, -0.12) == pytest.approx(-0.04, abs=2e-4)
    assert index_move(fund(3.0), 0.0, -0.12) == pytest.approx(-0.04, rel=ROUNDING)
    assert index_move(fund(-3.0), 0.0, -0.12) == pytest.approx(0.04, rel=ROUNDING)


@given(leverages, st.floats(-0.25, 0.25), st.floats(-0.02, 0.1))
def test_a_day_there_and_back(leverage, r, rate):
    one = fund(leverage, expense_ratio=0.01)
    assert index_move(one, rate, fund_move(one, rate, r)) == pytest.approx(r, rel=ROUNDING, abs=ROUNDING)


@given(leverages, st.floats(-0.5, 1.0), st.floats(-0.05, 0.1))
def test_a_hold_there_and_back(leverage, r, even):
    one = fund(leverage)
    assert index_over_hold(one, even, fund_over_hold(one, even, r)) == pytest.approx(r, rel=ROUNDING, abs=ROUNDING)
    assert index_over_hold(one, even, 0.0) == pytest.approx(even, rel=ROUNDING, abs=ROUNDING)


def test_a_fund_falls_to_nothing_at_most():
    assert fund_move(fund(3.0), 0.04, -0.5) == -1.0


def test_cash():
    assert cash_over_hold(0.0252, 2) == pytest.approx(2 * 0.0001 + 0.0001**2, rel=1e-10)
    assert cash_over_hold(0.0, 252) == 0.0


def test_levels_of_a_trade():
    """For a bear fund the index's stop is a rise."""
    bear = fund(-3.0)
    found = levels(bear, 0.0, Trade(stop=0.12, target=0.3, index_stop=0.06, index_target=0.1), -0.002, 20)
    assert [(level.name, level.move) for level in found] == [
        ("stop", -0.12), ("index_stop", 0.06), ("target", 0.3), ("index_target", -0.1),
    ]  # fmt: skip
    assert [level.of_index for level in found] == [False, True, False, True]
    assert [level.one_day for level in found] == pytest.approx([0.04, -0.18, -0.1, 0.3])
    assert [level.hold for level in found] == pytest.approx(
        [
            index_over_hold(bear, -0.002, -0.12),
            fund_over_hold(bear, -0.002, 0.06),
            index_over_hold(bear, -0.002, 0.3),
            fund_over_hold(bear, -0.002, -0.1),
        ]
    )
    for level in levels(bear, 0.0, Trade(stop=0.12, index_target=0.1), -0.002, 1):
        assert level.hold == level.one_day  # the hold is that day
    assert levels(bear, 0.0, Trade(), 0.0, 20) == ()
