"""Calls and call spreads: textbook values, parity, quadrature, bounds."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from simulator import options

HULL = 5e-5  # textbook prices have four decimals
ROUNDING = 1e-12  # of a handful of operations in double precision
QUADRATURE = 1e-9  # of an integral that is asked for so much


def put(spot, strike, years, rate, vol):
    """By the formula for puts."""
    sd = vol * math.sqrt(years)
    d2 = (math.log(spot / strike) + (rate - vol**2 / 2) * years) / sd
    return strike * math.exp(-rate * years) * stats.norm.cdf(-d2) - spot * stats.norm.cdf(-d2 - sd)


@pytest.mark.parametrize(
    ("spot", "strike", "years", "rate", "vol", "value"),
    [
        (42, 40, 0.5, 0.10, 0.20, 4.7594),  # Hull, Options, Futures, and Other Derivatives, section 15.9
        (49, 50, 20 / 52, 0.05, 0.20, 2.4005),  # the same, example of chapter 19
        (100, 100, 1.0, 0.05, 0.20, 10.4506),  # in many places
    ],
)
def test_known_values(spot, strike, years, rate, vol, value):
    assert options.call(np.array(spot), strike, years, rate, np.array(vol)) == pytest.approx(value, abs=HULL)


@given(st.floats(0.3, 3), st.floats(0.5, 2), st.floats(0.01, 1), st.floats(-0.02, 0.1), st.floats(0.02, 2))
def test_put_and_call_are_at_parity(spot, strike, years, rate, vol):
    call = float(options.call(np.array([spot]), strike, years, rate, np.array([vol]))[0])
    expected = spot - strike * math.exp(-rate * years)
    assert call - put(spot, strike, years, rate, vol) == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.05), (0.95, 1.1), (1.05, 1.06)])
def test_a_spread_is_the_discounted_mean_of_what_it_pays(low, high):
    years, rate, vol = 0.2, 0.04, 0.25
    sd = vol * math.sqrt(years)
    mean = (rate - vol**2 / 2) * years

    def paid(z):
        growth = math.exp(mean + sd * z)
        return stats.norm.pdf(z) * (max(0, growth - low) - max(0, growth - high))

    knots = [-12, *((math.log(strike) - mean) / sd for strike in (low, high)), 12]
    pieces = [integrate.quad(paid, a, b, epsabs=QUADRATURE)[0] for a, b in pairwise(knots)]
    value = options.call_spread(np.ones(1), low, high, years, rate, vol, 0.0)[0]
    assert value == pytest.approx(math.exp(-rate * years) * sum(pieces), abs=3 * QUADRATURE)


def test_at_expiry_a_spread_pays_what_lies_between_its_strikes():
    growth = np.array([0.5, 1.0, 1.02, 1.05, 3.0])
    paid = options.call_spread(growth, 1.0, 1.05, 0.0, 0.04, 0.2, -0.02)
    np.testing.assert_allclose(paid, [0, 0, 0.02, 0.05, 0.05], atol=ROUNDING)


def test_a_skew_is_linear_in_moneyness_and_has_a_floor():
    moneyness = np.array([0.9, 1.0, 1.05, 1.2])
    np.testing.assert_allclose(options.implied_vol(moneyness, 0.2, -0.03), [0.23, 0.2, 0.185, 0.14], atol=ROUNDING)
    assert options.implied_vol(np.array([3.0]), 0.2, -0.03) == [options.LEAST_VOL]


def test_a_skew_cheapens_the_call_sold():
    flat, skewed = (options.call_spread(np.ones(1), 1.0, 1.05, 0.2, 0.04, 0.2, skew)[0] for skew in (0.0, -0.03))
    sold = [options.call(np.ones(1), 1.05, 0.2, 0.04, np.array([vol]))[0] for vol in (0.2, 0.185)]
    assert skewed - flat == pytest.approx(sold[0] - sold[1], abs=ROUNDING)


@given(st.floats(0.05, 20), st.floats(0.5, 1.9), st.floats(0.01, 0.1), st.floats(0, 1), st.floats(-0.5, 0))
def test_a_spread_is_never_money_for_nothing(growth, low, width, years, skew):
    value = options.call_spread(np.array([growth]), low, low + width, years, 0.04, 0.3, skew)[0]
    assert 0 <= value <= width * math.exp(-0.04 * years) + ROUNDING
