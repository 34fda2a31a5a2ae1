"""From a checked spec in human units to the raw daily numbers that the kernels read."""

from typing import NamedTuple

import numpy as np

from simulator.kernels.market import MAX_REGIMES, TABLE_SEGMENTS, TABLE_STEP, Markov
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation
from simulator.spec.student import CutStudent

FEWEST = 3  # regimes that kernels are compiled for; fewer are padded


class Lowered(NamedTuple):
    """The arguments of `kernels.paths.run_block` that hold for the whole run."""

    seed: np.uint64
    market: Markov
    leverages: np.ndarray
    carries: np.ndarray
    horizons: np.ndarray


def lower(spec: Simulation) -> Lowered:
    """The run as raw numbers."""
    return Lowered(
        seed=np.uint64(spec.seed),
        market=lower_market(spec.market),
        leverages=np.array([fund.leverage for fund in spec.funds]),
        carries=np.array([fund.annual_carry(spec.rate) for fund in spec.funds]) / TRADING_DAYS,
        horizons=np.array(spec.horizons, np.int64),
    )


def lower_market(market: MarkovMarket) -> Markov:
    """The market as raw numbers, padded to three regimes or four."""
    means, sds = market.daily_means(), market.daily_sds()
    center = np.float32(market.stationary_law() @ means)
    size = max(FEWEST, len(market.regimes))
    rows = _padded([_thresholds(row, size) for row in market.transition], size)
    return Markov(
        regimes=len(market.regimes),
        first=_thresholds(market.initial_law(), size),
        thresholds=tuple(zip(*rows, strict=True)),
        mean=_padded(means.astype(np.float32), size),
        sd=_padded(sds.astype(np.float32), size),
        table=_innovation_tables(market),
        autocorrelation=np.float32(market.autocorrelation),
        center=center,
        last=center if market.last_log_return is None else np.float32(market.last_log_return),
    )


def _padded(values, size):
    """A tuple of `size`, the last value repeated."""
    return tuple(values[min(k, len(values) - 1)] for k in range(size))


def _thresholds(probabilities, size):
    """A 31-bit uniform above threshold j lies beyond regime j; one above 2^31 - 1 does not exist."""
    cumulative = np.ones(size - 1)
    known = np.cumsum(probabilities)[: len(probabilities) - 1]
    cumulative[: len(known)] = np.minimum(known, 1)
    return tuple((np.rint(cumulative * 2.0**31) - 1).astype(np.int32))


def _innovation_tables(market):
    """Cubic Hermite pieces of the map from a normal to each regime's innovation; none where all are normal."""
    if all(regime.dof is None for regime in market.regimes):
        return np.zeros((MAX_REGIMES, 0, 4), np.float32)
    return np.stack(_padded([_innovation_table(regime.dof) for regime in market.regimes], MAX_REGIMES))


def _innovation_table(dof):
    z = np.arange(TABLE_SEGMENTS + 1) * TABLE_STEP
    value, slope = (z, np.ones_like(z)) if dof is None else CutStudent(dof).from_normal(z)
    start, end, step = value[:-1], value[1:], slope * TABLE_STEP
    rise = end - start
    cubic = [start, step[:-1], 3 * rise - 2 * step[:-1] - step[1:], step[:-1] + step[1:] - 2 * rise]
    return np.stack(cubic, axis=1).astype(np.float32)
