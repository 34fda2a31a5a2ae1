"""One day of the index's growth and of a fund's value."""

import numpy as np
import pytest

from simulator.kernels.fund import fund_growth, index_growth

RETURNS = np.array([-1, -0.5, -1 / 3, -0.1, 0, 1e-8, 0.01, 1 / 3, 0.5, 20], np.float32)


@pytest.mark.parametrize("leverage", [-10.0, -3.0, -1.0, 0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("carry", [0.0, -1e-4, 1e-4])
def test_a_day_of_a_fund(leverage, carry):
    nav, frictionless = np.ones((2, len(RETURNS))), np.full((2, len(RETURNS)), 2.0)
    fund_growth(RETURNS, leverage, carry, nav, frictionless, 1)
    move = leverage * RETURNS.astype(float)
    assert nav[1] == pytest.approx(np.maximum(0, 1 + move + carry), rel=1e-14, abs=1e-15)
    assert frictionless[1] == pytest.approx(2 * np.maximum(0, 1 + move), rel=1e-14, abs=1e-15)
    assert (nav[0] == 1).all() and (frictionless[0] == 2).all()  # the other fund's
    assert (nav >= 0).all()


def test_leverage_one_without_costs_is_the_index_bit_for_bit():
    index, nav = np.linspace(0.5, 2, len(RETURNS)), np.linspace(0.5, 2, len(RETURNS))[None]
    frictionless = nav.copy()
    index_growth(RETURNS, index)
    fund_growth(RETURNS, 1.0, 0.0, nav, frictionless, 0)
    assert (index == nav).all() and (index == frictionless).all()


def test_a_fund_at_zero_stays_at_zero():
    nav, frictionless = np.ones((1, 1)), np.ones((1, 1))
    fund_growth(np.array([-0.4], np.float32), 3.0, 0.0, nav, frictionless, 0)
    assert nav == 0 and frictionless == 0
    fund_growth(np.array([5.0], np.float32), 3.0, 0.01, nav, frictionless, 0)
    assert nav == 0 and frictionless == 0
