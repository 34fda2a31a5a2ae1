"""The growth that volatility adds, a polynomial in single precision, against the laws themselves."""

from dataclasses import replace

import numpy as np
import pytest
import reference
from examples import RESIDUALS, SCALED, SKEWED, scaling

from simulator.engine.lower_market import lower_market
from simulator.kernels import growth
from simulator.kernels.growth import log_growth
from simulator.spec.garch import CAP

VOLS = np.linspace(0, CAP, 76)
# Of a day's log growth, absolute: the polynomial, and rounding of a single at the largest volatility, where the growth
# is some 0.03. It is 1e-6 a year.
GROWTH_ERROR = 1e-8
SMALL_ERROR = 1e-9  # the same where volatility is below 5 % a day
# Of tails so heavy that the largest volatilities would need more terms: 2.2 degrees of freedom, a residual 20 standard
# deviations above or 60 below the others, blocks of many days; and of the fewest degrees of freedom that there may
# be, 2.05.
HEAVY_ERROR, HEAVIEST_ERROR = 2e-6, 1e-4


def grown(vols, polynomial):
    return np.array([float(log_growth(vol, polynomial)) for vol in vols.astype(np.float32)])


def errors(market):
    law = reference.innovations(market)
    return np.abs(grown(VOLS, lower_market(market).garch.growth) - law.log_mean_exp(VOLS))


@pytest.mark.parametrize("market", [SKEWED, RESIDUALS], ids=["skewed", "residuals"])
def test_growth_is_the_laws_over_the_whole_range(market):
    assert errors(market).max() < GROWTH_ERROR
    assert errors(market)[VOLS < 0.05].max() < SMALL_ERROR


@pytest.mark.parametrize("dof", [2.05, 2.2, 3.0, 8.0, 150.0])
@pytest.mark.parametrize("skew", [-0.9, -0.3, 0.0, 0.3])
def test_growth_of_any_skewed_t(dof, skew):
    largest = HEAVIEST_ERROR if dof < 2.2 else HEAVY_ERROR if dof < 2.5 else GROWTH_ERROR
    found = errors(replace(SKEWED, dof=dof, skew=skew, initial=0.3))
    assert found.max() < largest
    assert found[VOLS < 0.02].max() < largest / 10


def with_outlier(size):
    values = np.random.default_rng(1).standard_normal(5000)
    values[0] = size
    return replace(RESIDUALS, residuals=tuple(values.tolist()), initial=0.3)


@pytest.mark.parametrize(
    ("size", "largest"), [(-60, HEAVY_ERROR), (-20, GROWTH_ERROR), (12, GROWTH_ERROR), (20, HEAVY_ERROR)]
)
def test_growth_of_residuals_with_an_outlier(size, largest):
    assert errors(with_outlier(size)).max() < largest


def test_no_volatility_adds_no_growth():
    assert log_growth(np.float32(0), lower_market(SKEWED).garch.growth) == 0


@pytest.mark.parametrize("market", [SCALED, replace(SCALED, scaling=scaling(by="index"))], ids=["prices", "index"])
def test_growth_of_blocks(market):
    lowered, plain = lower_market(market).bootstrap, replace(market, scale=1.0)
    vols = np.linspace(0, growth.WIDEST, 61)
    for polynomial, forecast in ((lowered.growth, market.scaling.prices), (lowered.first_growth, market.scaling.first)):
        moves = reference.block_moves(market, forecast.vols)
        exact = [reference.block_growth(plain, moves, vol) for vol in vols]
        assert grown(vols, polynomial) == pytest.approx(exact, rel=1e-6, abs=HEAVY_ERROR)


def test_the_range_holds_every_volatility():
    """GARCH is capped below it, blocks are held at it; the inverse is that of the range."""
    assert CAP <= growth.WIDEST == reference.WIDEST
    assert np.float32(1 / growth.WIDEST) == growth.TO_UNIT
    assert len(lower_market(SKEWED).garch.growth) == growth.TERMS == len(lower_market(SCALED).bootstrap.growth)
