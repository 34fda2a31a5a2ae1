"""Worst cases are read from the paths whose model knows that falls and volatility go together."""

import numpy as np
import pytest
from examples import BOOTSTRAP, SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.risk.tails import tails, tails_note
from simulator.spec.trade import Trade


def simulated(chosen, paths=1000):
    return simulate(run(chosen, 3.0, horizons=(5,), paths=paths, trade=Trade(stop=0.1, watch="close")))


def test_the_members_with_the_leverage_effect_are_read():
    whole = simulated(ensemble(market(3), SKEWED))
    assert tails(whole) is whole.members[1]
    assert "of the 500 paths of b:" in tails_note(whole)


@pytest.mark.parametrize("chosen", [market(3), SKEWED, ensemble(SKEWED, BOOTSTRAP), ensemble(market(2), market(3))])
def test_all_or_none_are_all(chosen):
    whole = simulated(chosen)
    assert tails(whole) is whole


def test_several_members_are_taken_together():
    whole = simulated(ensemble(SKEWED, market(3), BOOTSTRAP, weights=[0.5, 0.3, 0.2]))
    first, _, third = whole.members
    read = tails(whole)
    assert read.members == (first, third) and read.spec.paths == 700
    assert [member.weight for member in read.spec.market.members] == pytest.approx([5 / 7, 2 / 7])
    assert [member.market.name for member in read.spec.market.members] == ["a", "c"]
    np.testing.assert_array_equal(read.counts, first.counts.astype(np.int64) + third.counts)
    law, parts = read.fund_return("F3", 5), [part.fund_return("F3", 5) for part in (first, third)]
    assert law.mean == pytest.approx(sum(part.total for part in parts) / 700)
    stops = [part.position("F3", 5).exits.prob_stop.mean * part.spec.paths for part in (first, third)]
    assert read.position("F3", 5).exits.prob_stop.mean == pytest.approx(sum(stops) / 700)
    assert "of the 700 paths of a and c:" in tails_note(whole)


def test_a_market_without_the_effect_says_so():
    assert "no leverage effect" in tails_note(simulated(market(3)))
    assert "no leverage effect" in tails_note(simulated(ensemble(market(2), market(3))))
    assert tails_note(simulated(SKEWED)) == tails_note(simulated(ensemble(SKEWED, BOOTSTRAP))) == ""
