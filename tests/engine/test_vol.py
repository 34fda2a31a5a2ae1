"""Simulated markets that start by --vol move as much as they say."""

import numpy as np
import pytest
from examples import market as regimes_market
from examples import run
from prices import index_returns, prices

from simulator.engine.lower import lower
from simulator.engine.statistics import Statistics
from simulator.history.bootstrap import bootstrap_market
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.spec.garch import GarchMarket
from simulator.spec.model import VOL_DAYS

PATHS = 1500
SIGMAS = 4
NEGLECTED = 0.01  # relative: the means of returns, GARCH's cap
LONG = 1000.0  # days of a block: joins, where volatility returns to its level, are left out of `expected_vol`
MADE = prices(index_returns(8 * 261), "MADE.csv")
GARCH = {"omega": 2e-6, "alpha": 0.03, "gamma": 0.1, "beta": 0.9, "drift": 0.0}

MARKETS = {
    "regimes": regimes_market(3, drift=0.0),
    "skewed t": GarchMarket(dof=8.0, skew=-0.1, **GARCH),
    "own residuals": GarchMarket(residuals=tuple(MADE.log_returns().tolist()), **GARCH),
    "bootstrap": bootstrap_market(MADE, drift=0.0),
    "scaled bootstrap": scaled_bootstrap_market(MADE, LONG, drift=0.0),
}


def squared_log_returns(market):
    """Of each path over 21 days, (paths, days)."""
    spec = run(market, 1.0, horizons=tuple(range(1, VOL_DAYS + 1)), paths=PATHS)
    lowered, growth = lower(spec), []
    for path in range(PATHS):
        one = Statistics(spec)
        one.run(lowered, path, 1)
        growth.append(1 + one.laws.sums.values()[:, 0, 0])
    return np.diff(np.log(growth), axis=1, prepend=0.0) ** 2


@pytest.mark.parametrize("vol", [0.18, 0.35])
@pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)
def test_simulated_volatility_is_the_one_asked_for(market, vol):
    started = market.with_vol(vol)
    assert started.expected_vol() == pytest.approx(vol, rel=1e-9)
    annual = 252 * squared_log_returns(started).mean(axis=1)
    error = annual.std() / np.sqrt(PATHS)
    assert abs(annual.mean() - vol**2) < SIGMAS * error + 2 * NEGLECTED * vol**2
    assert error < 0.04 * vol**2  # enough paths for the check to mean something
