"""Figures over refits spread by their parameters, not by the Monte Carlo error of their runs."""

import numpy as np
import pytest
from examples import BOOTSTRAP, SCALED, SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.risk.refitted import PATHS, PATHS_OF_PAST_DAYS, paths_of_refits, refit_paths, refitted
from simulator.risk.runs import Runs

ROUNDING = 1e-12


def spec(chosen, paths=1000):
    return run(chosen, 3.0, horizons=(10,), paths=paths)


def loss(result):
    return np.array([result.fund_return("F3", 10).prob_below_zero, result.fund_return("F3", 10).mean])


def test_regimes_and_garch_change_what_they_change_on_the_same_paths():
    whole, wild = spec(market(3), 2 * PATHS), market(3, vols=[0.2, 0.3, 0.6])
    heard = []
    found = refitted(Runs(None, heard.append), whole, [market(3), wild], loss, np.array([0.5, 0.01]))
    here, there = (loss(simulate(spec(one, PATHS))) for one in (market(3), wild))
    np.testing.assert_allclose(found, [[0.5, 0.01], there - here + (0.5, 0.01)], rtol=ROUNDING)
    assert heard[-1] == paths_of_refits(whole, 2) == 3 * PATHS


@pytest.mark.parametrize("chosen", [BOOTSTRAP, SCALED, ensemble(SKEWED, BOOTSTRAP)])
def test_past_days_are_drawn_instead(chosen):
    whole, heard = spec(chosen), []
    found = refitted(Runs(None, heard.append), whole, [chosen], loss, np.array([0.5, 0.01]))
    np.testing.assert_array_equal(found, [loss(simulate(whole))])
    assert heard[-1] == paths_of_refits(whole, 1) == 1000


def test_paths():
    assert refit_paths(spec(SKEWED)) == 1000 and refit_paths(spec(SKEWED, 10**6)) == PATHS
    assert refit_paths(spec(BOOTSTRAP, 10**6)) == PATHS_OF_PAST_DAYS
    assert paths_of_refits(spec(market(3)), 0) == paths_of_refits(spec(BOOTSTRAP), 0) == 0


def test_no_refits_run_nothing():
    found = refitted(Runs(None, lambda done: pytest.fail("a run")), spec(market(3)), [], loss, np.array([0.5, 0.01]))
    assert found.shape == (0, 2)
