"""Markets at the ends of what may be asked for: every figure is a number, or infinite where it should be."""

from dataclasses import replace

import numpy as np
import pytest
from examples import BOOTSTRAP, DAYS, RESIDUALS, SCALED, SKEWED, index_log_returns, run, scaling

from simulator.engine.simulate import simulate

OUTLIER = (*DAYS.tolist(), 400.0)  # 22 standard deviations of what it makes of them
TWO_DAYS = tuple([0.3, -0.3] * 11)
EXTREMES = {
    "explosive variance": replace(SKEWED, alpha=10.0, gamma=10.0, beta=0.999, initial=10.0),
    "fattest tails": replace(SKEWED, dof=2.05, skew=-0.99, initial=0.3),
    "an outlier": replace(RESIDUALS, residuals=OUTLIER),
    "a deep outlier": replace(RESIDUALS, residuals=(*DAYS.tolist(), -400.0), initial=5.0),
    "hundredfold days": replace(BOOTSTRAP, scale=100.0),
    "thousandfold days": replace(BOOTSTRAP, log_returns=TWO_DAYS, scale=1000.0),
    "single days": replace(BOOTSTRAP, block_days=1.0),
    "endless blocks": replace(BOOTSTRAP, block_days=1e6),
    "22 days": replace(BOOTSTRAP, log_returns=BOOTSTRAP.log_returns[:22]),
    "scaled, endless blocks": replace(SCALED, block_days=1e6),
    "scaled, single days": replace(SCALED, block_days=1.0),
    "scaled hundredfold": replace(SCALED, scale=100.0),
    "scaled, explosive": replace(
        SCALED,
        scaling=scaling(prices=replace(SCALED.scaling.prices, coefficients=(90.0, 9.0, 9.0, 9.0, 9.0, -900.0))),
        block_days=1.0,
    ),
}


@pytest.mark.parametrize("one", EXTREMES.values(), ids=EXTREMES)
def test_extreme_markets_give_numbers(one):
    result = simulate(run(one, 3.0, -3.0, costs=True, horizons=(1, 21, 252), paths=700))
    assert np.isfinite(result.extremes[:, 0]).all()  # of the index
    assert not np.isnan(result.extremes[:, 1::2]).any()  # of funds
    assert (result.extremes[:, 0, 0] >= -1).all()
    assert (result.counts.sum(axis=-1) == 700).all()


def test_endless_blocks_go_round_the_past():
    """The days of a path are the past's own, in order, the last followed by the first."""
    market = replace(BOOTSTRAP, log_returns=BOOTSTRAP.log_returns[:22], block_days=1e6)
    x, days = index_log_returns(market, 64, 200), market.days()
    for path in x:
        start = int(np.abs(days - path[0]).argmin())
        assert path == pytest.approx(days[(start + np.arange(64)) % 22], abs=1e-7)  # rounding of a single
