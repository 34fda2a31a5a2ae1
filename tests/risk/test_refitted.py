"""Figures over refits spread by their parameters, not by the Monte Carlo error of their runs."""

import numpy as np
import pytest
from examples import BOOTSTRAP, SCALED, SKEWED, ensemble, market, run

from simulator.engine.simulate import simulate
from simulator.risk.refitted import FEWEST_PATHS, PATHS_OF_PAST_DAYS, paths_of_refits, refit_paths, refitted
from simulator.risk.runs import Runs

ROUNDING = 1e-12


def spec(chosen, paths=1000):
    return run(chosen, 3.0, horizons=(10,), paths=paths)


def loss(result):
    return np.array([result.fund_return("F3", 10).prob_below_zero, result.fund_return("F3", 10).mean])


@pytest.mark.parametrize("chosen", [market(3), BOOTSTRAP, SCALED, ensemble(SKEWED, BOOTSTRAP)])
def test_refits_spread_about_the_run(chosen):
    """Each is off from the middle one as its own run is."""
    whole, heard, value = spec(chosen), [], np.array([0.5, 0.01])
    refits = [chosen, market(3, vols=[0.2, 0.3, 0.6]), market(1, vols=[0.9])]
    found = refitted(Runs(None, heard.append), whole, refits, loss, value)
    apart = np.array([loss(simulate(spec(one))) for one in refits])
    np.testing.assert_allclose(found - value, apart - np.median(apart, axis=0), atol=ROUNDING)
    np.testing.assert_allclose(np.median(found, axis=0), value, rtol=ROUNDING)
    assert heard[-1] == paths_of_refits(whole, 3) == 3000


def test_what_no_refit_knows_is_not_known():
    told = np.array([np.nan, 1.0])
    unknown = refitted(Runs(None, None), spec(market(3)), [market(3)], lambda result: told, np.ones(2))
    np.testing.assert_array_equal(unknown, [[np.nan, 1.0]])


def test_paths():
    assert refit_paths(spec(SKEWED)) == 1000 and refit_paths(spec(SKEWED, 10**6)) == 32_768
    assert refit_paths(run(SKEWED, 3.0, horizons=(20,), paths=10**6)) == 16_384
    assert refit_paths(run(SKEWED, 3.0, horizons=(252,), paths=10**6)) == FEWEST_PATHS
    assert refit_paths(spec(BOOTSTRAP, 10**6)) == PATHS_OF_PAST_DAYS
    assert paths_of_refits(spec(market(3)), 0) == paths_of_refits(spec(BOOTSTRAP), 0) == 0


def test_no_refits_run_nothing():
    found = refitted(Runs(None, lambda done: pytest.fail("a run")), spec(market(3)), [], loss, np.array([0.5, 0.01]))
    assert found.shape == (0, 2)
