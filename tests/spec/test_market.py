"""What only some kinds of market have."""

from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import BOOTSTRAP, RESIDUALS, SCALED, SKEWED, ensemble, market

from simulator.spec.market import has_leverage_effect

SIGMAS = 4
ONE_DRIFT = market(3)
OWN_DRIFTS = market(3, drift="regime", log_drifts=[0.6, 0.0, -3.0])  # far apart, to be seen in few paths
SYMMETRIC = replace(SKEWED, gamma=0.0, skew=0.0)
ALONE = replace(BOOTSTRAP, block_days=1.0)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (ONE_DRIFT, False),
        (OWN_DRIFTS, True),
        (market(1), False),
        (market(1, drift="regime", log_drifts=[0.1]), False),
        (market(1, dof=5.0), False),
        (SKEWED, True),
        (RESIDUALS, True),
        (replace(RESIDUALS, gamma=0.0), True),
        (replace(SKEWED, gamma=0.0), True),
        (replace(SKEWED, skew=0.0), True),
        (SYMMETRIC, False),
        (BOOTSTRAP, True),
        (SCALED, True),
        (replace(SCALED, block_days=1.0), True),
        (ALONE, False),
        (ensemble(ONE_DRIFT, SKEWED), True),
        (ensemble(ONE_DRIFT, SYMMETRIC, ALONE), False),
    ],
)
def test_who_has_the_leverage_effect(one, expected):
    assert has_leverage_effect(one) is expected


@pytest.mark.parametrize("one", [ONE_DRIFT, OWN_DRIFTS, SKEWED, SYMMETRIC], ids=["one", "own", "skewed", "symmetric"])
def test_falls_come_with_volatility_where_it_is_said(one):
    """By the twin's paths: returns times the squares of the ten days after them, each path one draw."""
    x, _ = reference.log_returns(one, 3, range(2000), 60)
    x = x - x.mean()
    after = np.lib.stride_tricks.sliding_window_view(x[:, 1:] ** 2, 10, axis=1).mean(axis=2)
    together = (x[:, : after.shape[1]] * after).mean(axis=1)
    sds = together.mean() / together.std() * len(together) ** 0.5
    assert sds < -SIGMAS if has_leverage_effect(one) else abs(sds) < SIGMAS
