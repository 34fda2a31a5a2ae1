"""From a checked spec in human units to the raw daily numbers that the kernels read."""

from typing import NamedTuple

import numpy as np

from simulator.engine.lower_market import lower_market
from simulator.engine.lower_trade import lower_trade
from simulator.kernels.market import Market
from simulator.kernels.positions import Trade
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation


class Lowered(NamedTuple):
    """The arguments of `kernels.paths.run_block` that hold for the whole run."""

    seed: np.uint64
    market: Market
    leverages: np.ndarray
    carries: np.ndarray
    horizons: np.ndarray
    trade: Trade


def lower(spec: Simulation) -> Lowered:
    """The run as raw numbers."""
    return Lowered(
        seed=np.uint64(spec.seed),
        market=lower_market(spec.market),
        leverages=np.array([fund.leverage for fund in spec.funds]),
        carries=np.array([fund.annual_carry(spec.rate) for fund in spec.funds]) / TRADING_DAYS,
        horizons=np.array(spec.horizons, np.int64),
        trade=lower_trade(spec),
    )
