"""From human units to daily raw numbers."""

from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, RESIDUALS, SKEWED, fund, market, regime, run
from hypothesis import given
from hypothesis import strategies as st
from numba import typeof

from simulator.engine.lower import lower
from simulator.engine.lower_market import lower_market
from simulator.spec.markov import MarkovMarket

WORDS = 2**31  # uniforms of 31 bits


def probabilities_of(thresholds):
    """The law that thresholds mean: a uniform u falls beyond each threshold that it exceeds."""
    beyond = [WORDS - 1 - int(t) for t in thresholds]
    return -np.diff([WORDS, *beyond, 0]) / WORDS


laws = st.lists(st.floats(0, 1), min_size=1, max_size=4).filter(lambda row: sum(row) > 0.01)


@given(laws)
def test_thresholds_are_the_law_to_31_bits(weights):
    law = [w / sum(weights) for w in weights]
    count = len(law)
    regimes = tuple(regime(i, 0.2) for i in range(count))
    lowered = lower_market(MarkovMarket(regimes=regimes, transition=[law] * count, initial=law, drift=0.0)).markov
    rows = list(zip(*lowered.thresholds, strict=True))
    for thresholds in (lowered.first, *rows[:count]):
        assert probabilities_of(thresholds)[:count] == pytest.approx(law, abs=1 / WORDS)
        assert (probabilities_of(thresholds)[count:] == 0).all()


def test_daily_numbers():
    one = market(2, vols=[0.252, 0.504], drift="regime", log_drifts=[0.252, -0.504], autocorrelation=0.25)
    lowered = lower_market(one).markov
    assert lowered.regimes == 2
    assert lowered.mean == pytest.approx((0.001, -0.002, -0.002), rel=1e-6)
    assert lowered.sd == pytest.approx(tuple(np.array([0.252, 0.504, 0.504]) / np.sqrt(252)), rel=1e-6)
    assert lowered.center == lowered.last == pytest.approx(0.8 * 0.001 + 0.2 * -0.002, rel=1e-6)
    assert lowered.autocorrelation == 0.25
    assert lower_market(replace(one, last_log_return=-0.03)).markov.last == np.float32(-0.03)
    assert lowered.table.shape == (4, 0, 4)


def test_carry_is_a_days():
    spec = run(market(1), 3.0, costs=True, rate=0.05)
    expected = (-2 * 0.05 - 0.0103 - 3 * 0.0002 - 3 * 0.0027) / 252
    assert lower(spec).carries == pytest.approx([expected], rel=1e-14)
    assert lower(spec).leverages.tolist() == [3.0]


def test_an_inverse_fund_earns_the_rate_on_four_times_its_value():
    assert fund(-3.0).annual_carry(0.05) == pytest.approx(0.2)


def test_the_largest_seed_fits():
    assert int(lower(run(market(1), 3.0, seed=2**64 - 1)).seed) == 2**64 - 1


@pytest.mark.parametrize(
    "one", [*(market(count, dof=dof) for count in (1, 2, 3) for dof in (None, 5.0)), SKEWED, RESIDUALS, BOOTSTRAP]
)
def test_kernels_see_one_signature(one):
    """Types and layouts are the same for every market but those of four regimes, so nothing is compiled twice."""
    assert typeof(lower_market(one)) == typeof(lower_market(market(3)))
