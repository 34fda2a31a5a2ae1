"""Markets of every kind to time, made up: a kernel's speed depends on their kind and size, not on their prices."""

from typing import Any

import numpy as np

from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.scaling import LONGEST, TERMS, WEEK, Forecast, Scaling

DAYS = 5000  # of a past: twenty years
DAILY_VOL = 0.015
PERSISTENCE: dict[str, Any] = {"omega": 3e-6, "alpha": 0.02, "gamma": 0.12, "beta": 0.9}  # near what IWM's days give


def markets() -> dict[str, Market]:
    """GARCH of either innovation, a plain bootstrap and a scaled one, by what `letf bench` calls them."""
    days = DAILY_VOL * np.random.default_rng(1).standard_t(5, DAYS)
    returns, variances = tuple(days.tolist()), tuple((days**2 + 1e-6).tolist())
    bars = {"opens": days * 0.5, "highs": np.maximum(days, 0) + 0.005, "lows": np.minimum(days, 0) - 0.005}
    past: dict[str, Any] = {"log_returns": returns, **{name: tuple(moves.tolist()) for name, moves in bars.items()}}
    forecast = Forecast(coefficients=(-1.5, 0.1, 0.25, 0.3, 0.15, -4.0)[:TERMS], vols=(DAILY_VOL,) * DAYS, error_sd=0.5)
    scaling = Scaling(
        measure="closes",
        variances=variances,
        prices=forecast,
        initial=0.24,
        recent_variances=variances[-LONGEST:],
        recent_log_returns=returns[-WEEK:],
    )
    return {
        "GJR-GARCH, skewed t": GarchMarket(drift=0.08, **PERSISTENCE, dof=8.0, skew=-0.1),
        "GJR-GARCH, residuals": GarchMarket(drift=0.08, **PERSISTENCE, residuals=returns),
        "bootstrap": BootstrapMarket(drift=0.08, **past),
        "scaled bootstrap": BootstrapMarket(drift=0.08, **past, scaling=scaling),
    }
