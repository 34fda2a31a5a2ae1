"""Figures that a trader bounds: what they are of a run, and closed forms."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest
from examples import SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.risk.measure import DECAY, SHORTFALL, chance_of_loss
from simulator.risk.tails import tails

ERRORS = 4  # standard errors: a chance of 6 in 100,000
BIN = 5e-5  # of a decay: three times what a break-even return may be off within its bin, 2^-16


def test_the_shortfall_is_that_of_the_tails():
    result = simulate(run(ensemble(market(3), SKEWED), 3.0, costs=True, horizons=(20,), paths=4_000))
    assert SHORTFALL.of(result, "F3", 20) == tails(result).fund_return("F3", 20).expected_shortfall(0.95)
    assert SHORTFALL.of(result, "F3", 20) != result.fund_return("F3", 20).expected_shortfall(0.95)
    assert SHORTFALL.note(result).startswith("ES 95% is of the 2,000 paths of")


def test_the_chance_is_the_positions():
    measure = chance_of_loss(0.1)
    result = simulate(run(market(3), 3.0, costs=True, horizons=(20,), paths=4_000, trade=measure.trade))
    found = measure.of(result, "F3", 20)
    assert found == result.position("F3", 20).prob_loss_beyond and 0.05 < found.mean < 0.5
    assert measure.text == "chance of losing more than 10%" and measure.note(result) == ""


@pytest.mark.parametrize("loss", [-0.1, 1.0, nan])
def test_a_loss_of_everything_cannot_be_passed(loss):
    with pytest.raises(LetfError, match=r"loss must be in \[0, 1\), got"):
        chance_of_loss(loss)


def decay(spec, days):
    result = simulate(replace(spec, horizons=(days,), trade=DECAY.trade))
    return DECAY.of(result, spec.funds[0].ticker, days)


@pytest.mark.parametrize("leverage", [3.0, -3.0, 2.0])
def test_decay_is_that_of_the_middle_path(leverage):
    """Against a sample of paths drawn here, normal days of 30 % a year."""
    days, paths, vol = 42, 20_000, 0.3
    spec = run(market(1, vols=[vol]), leverage, costs=True, paths=paths)
    carry = spec.funds[0].annual_carry(spec.rate) / 252
    logs = np.random.default_rng(1).normal(0.08 / 252 - vol**2 / 504, vol / 252**0.5, (paths, days))
    ratio = np.log1p(leverage * np.expm1(logs) + carry).sum(axis=1) - leverage * logs.sum(axis=1)
    there, spread = 1 - np.exp(np.median(ratio)), 1.2533 * ratio.std() / paths**0.5  # sqrt(pi / 2): of a median
    found = decay(spec, days)
    assert found.mean == pytest.approx(there, abs=ERRORS * (found.stderr + spread) + BIN)
    assert found.stderr == pytest.approx(spread * np.exp(np.median(ratio)), rel=0.2)  # a median's error is rough


@pytest.mark.parametrize("leverage", [3.0, -3.0])
def test_decay_does_not_know_the_drift(leverage):
    """By a 25th of itself at most: the days' sizes change a little as the index rises by 40 % a year."""
    low, high = (decay(run(market(1, drift=drift), leverage, paths=4_000), 63) for drift in (-0.4, 0.4))
    assert low.mean == pytest.approx(high.mean, rel=0.04) and low.mean > 0.01


def test_the_index_itself_does_not_decay():
    assert decay(run(market(3), 1.0, paths=512), 21).mean == pytest.approx(0, abs=BIN)


@pytest.mark.parametrize("leverage", [10.0, -10.0])
def test_a_fund_that_mostly_ends_at_0_has_decayed(leverage):
    """A position's break-even takes a fund that is at 0 for one at 1e-12, so a little is left."""
    assert decay(run(market(1, vols=[4.0]), leverage, paths=512), 63).mean == pytest.approx(1, abs=1e-3)
