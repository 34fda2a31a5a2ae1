"""The ladder of tilted laws: they are laws, their densities are what is said, and they reach where they should."""

from math import log

import numpy as np
import pytest
import reference_tilted as twin
from examples import market

from simulator.engine.tilts import LEAST_CHANCE, RUNGS, ladder, tilt

ROUNDING = 1e-9  # of sums of some hundred logarithms
DIFFERENCE = 1e-6  # of a central difference: its step squared times a third derivative
BISECTION = 1e-6  # of a score: 60 halvings of a range of 10^6 leave an exponent's error of some 10^-12
DAYS = 12
LEVERAGES = (3.0, -3.0, 1.0, -1.0, 0.5)


@pytest.mark.parametrize("leverage", LEVERAGES)
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_tilted_chain_moves_by_laws(leverage, count):
    law = tilt(market(count), leverage, DAYS, -2.0)
    assert law.first.sum() == pytest.approx(1, abs=ROUNDING)
    np.testing.assert_allclose(law.transitions.sum(axis=2), 1, atol=ROUNDING)
    assert (law.first >= 0).all() and (law.transitions >= 0).all() and (law.sds > 0).all()


@pytest.mark.parametrize("leverage", LEVERAGES)
@pytest.mark.parametrize("count", [1, 3, 4])
def test_the_density_by_score_and_regime_is_the_product_of_the_days(leverage, count):
    spec = market(count)
    law = tilt(spec, leverage, DAYS, -1.5)
    for path in range(20):
        chain, x = twin.draw(law, 1, path, DAYS)
        tilted = twin.densities(law.first, law.transitions, law.means, law.sds, chain, x)
        own = twin.own_densities(spec, chain, x)
        x = np.array(x)
        scores = np.cumsum(leverage * x - (leverage**2 - leverage) / 2 * x**2)
        expected = law.exponent * scores + law.log_ratios[np.arange(DAYS), chain]
        np.testing.assert_allclose(np.log(tilted) - np.log(own), expected, atol=ROUNDING)


@pytest.mark.parametrize("leverage", LEVERAGES)
def test_the_mean_score_is_the_slope_of_the_log_of_its_exponential_mean(leverage):
    step, spec = 1e-4, market(3)
    above, below = (tilt(spec, leverage, DAYS, -1 + sign * step).log_ratios[-1, 0] for sign in (1, -1))
    slope = -(above - below) / (2 * step)
    assert tilt(spec, leverage, DAYS, -1.0).mean_score() == pytest.approx(slope, abs=DIFFERENCE)


def test_the_first_law_is_the_markets_own():
    spec = market(3)
    own = ladder(spec, 3.0, 0.0, DAYS, 0.5, 0.01)[0]
    np.testing.assert_allclose(own.first, spec.initial_law(), atol=ROUNDING)
    np.testing.assert_allclose(own.transitions, np.broadcast_to(spec.transition, own.transitions.shape), atol=ROUNDING)
    np.testing.assert_allclose(own.means, spec.daily_means(), atol=ROUNDING)
    np.testing.assert_allclose(own.sds, spec.daily_sds(), atol=ROUNDING)
    np.testing.assert_allclose(own.log_ratios, 0, atol=ROUNDING)


def test_the_last_law_loses_so_much_in_the_mean():
    carry = -0.001
    laws = ladder(market(3), 3.0, carry, 20, 0.6, 0.1)
    assert len(laws) == RUNGS
    assert laws[-1].mean_score() + 20 * carry == pytest.approx(log(1 - 0.6), abs=BISECTION)
    np.testing.assert_allclose(np.diff([law.exponent for law in laws]), laws[1].exponent, atol=ROUNDING)


def test_the_last_law_goes_no_farther_than_chances_that_matter():
    last = ladder(market(1, vols=[0.1]), 1.0, 0.0, 5, 0.9, 0.01)[-1]
    assert last.rate() == pytest.approx(-log(LEAST_CHANCE), abs=BISECTION)


def test_the_last_law_reaches_the_chance_that_is_asked_for():
    last = ladder(market(3), -3.0, 0.0, 252, 0.1, 1e-5)[-1]
    assert last.rate() == pytest.approx(-log(1e-5), abs=BISECTION)


def test_what_cannot_happen_cannot_happen_under_a_tilt():
    spec = market(3, transition=[[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]], initial=[1.0, 0.0, 0.0])
    law = tilt(spec, 3.0, DAYS, -3.0)
    assert law.first.tolist() == [1, 0, 0]
    assert (law.transitions[1:, :2, 2] == 0).all()
