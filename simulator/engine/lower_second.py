"""From a market's second index to the raw daily numbers that the kernels read."""

from typing import Any

import numpy as np

from simulator.engine.pieces import cubics, growth_at, growth_terms, padded
from simulator.errors import LetfError
from simulator.kernels.growth import TERMS
from simulator.kernels.markov import FEWEST_REGIMES, MAX_REGIMES, TABLE_SEGMENTS, TABLE_STEP
from simulator.kernels.second import Second
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.second import SecondIndex
from simulator.spec.student import CutStudent, log_mean_exp_of

SDS = (0.01, 0.02, 0.04, 0.06)  # of days that are looked at: 16 to 95 % a year
MOST_ERROR = 1e-3  # of a drift, a year


def lower_second(market: Market) -> Second:
    """The second index as raw numbers; none where the market has none.

    Raises
    ------
    LetfError
        If under GARCH it is so wild that the kernels' polynomial misses the growth that its volatility adds.
    """
    regimes = len(market.regimes) if isinstance(market, MarkovMarket) else 1
    none = _no_second(max(FEWEST_REGIMES, regimes))
    second = market.second
    if second is None:
        return none
    known = none._replace(known=True, drift=np.float32(second.drift / TRADING_DAYS), table=_own_table(second))
    match market:
        case MarkovMarket():
            return known._replace(**_by_regime(market, second))
        case GarchMarket():
            return known._replace(**_by_variance(market, second))
        case BootstrapMarket():
            return known._replace(**_by_day(market))
    raise TypeError(f"an ensemble has no second index, got {market.kind}")


def _no_second(size: int) -> Second:
    none, terms = (np.float32(0),) * size, np.zeros(TERMS, np.float32)
    days, table = np.zeros(0, np.float32), np.zeros((MAX_REGIMES, 0, 4), np.float32)
    return Second(False, none, none, none, *(np.float32(0),) * 3, terms, terms, table, days)


def _own_table(second: SecondIndex) -> np.ndarray:
    """The map from a normal to u, the same for every regime; none where u is normal."""
    if second.dof is None:
        return np.zeros((MAX_REGIMES, 0, 4), np.float32)
    z = np.arange(TABLE_SEGMENTS + 1) * TABLE_STEP
    return np.stack([cubics(*CutStudent(second.dof).from_normal(z))] * MAX_REGIMES)


def _by_regime(market: MarkovMarket, second: SecondIndex) -> dict[str, Any]:
    """Every regime's log drift is d / 252 - log E exp(beta sd e) - log E exp(v u)."""
    slopes = np.array(second.betas) * market.daily_sds()
    spreads = np.array(second.residual_vols) / np.sqrt(TRADING_DAYS)
    growth = [
        log_mean_exp_of(regime.dof, slope) + second.log_mean_exp(spread)
        for regime, slope, spread in zip(market.regimes, slopes, spreads, strict=True)
    ]
    rows = {"mean": second.drift / TRADING_DAYS - np.array(growth), "slope": slopes, "spread": spreads}
    size = max(FEWEST_REGIMES, len(market.regimes))
    return {name: padded(values.astype(np.float32), size) for name, values in rows.items()}


def _by_variance(market: GarchMarket, second: SecondIndex) -> dict[str, Any]:
    (beta,), ratio, law = second.betas, second.residual_ratio, market.innovations
    assert ratio is not None  # the market asks for it

    def log_mean_exp(sd: float) -> float:
        return law.log_mean_exp(beta * sd) + second.log_mean_exp(ratio * sd)

    growth = growth_terms(log_mean_exp)
    error = TRADING_DAYS * max(abs(growth_at(sd, growth) - log_mean_exp(sd)) for sd in SDS)
    if error > MOST_ERROR:
        tails = "" if second.dof is None else f" and dof {second.dof:g}"
        raise LetfError(
            f"second: with beta {beta:g}, residual_ratio {ratio:g}{tails} its drift would be off by up to {error:.2g} "
            f"a year, at most {MOST_ERROR:g} is allowed; take a market of regimes, or an index less wild"
        )
    return {"beta": np.float32(beta), "ratio": np.float32(ratio), "growth": growth}


def _by_day(market: BootstrapMarket) -> dict[str, Any]:
    """The days of a bootstrap of the second index alone, over the first's volatilities where they are scaled."""
    alone = market.second_alone()
    if alone.scaling is None:
        return {"days": alone.days().astype(np.float32)}
    later, first = (growth_terms(alone.block_growth(one.vols)) for one in (alone.scaling.prices, alone.scaling.first))
    return {"days": np.array(alone.log_returns, np.float32), "growth": later, "first_growth": first}
