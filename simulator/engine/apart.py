"""How often the two indexes of a market part on a day."""

from dataclasses import replace

import numpy as np

from simulator.distribution import Estimate
from simulator.engine.lower_market import lower_market
from simulator.errors import LetfError
from simulator.kernels.apart import days_apart
from simulator.kernels.bars import NOTHING, room_for_bars
from simulator.kernels.stats import LANES
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS

GROUPS = 64  # of LANES paths: 16.5 million days


def in_the_long_run(market: Market) -> Market:
    """The market that starts from its long-run law, where it has one and a state to start from."""
    if isinstance(market, MarkovMarket) or (isinstance(market, GarchMarket) and market.persistence < 1):
        return replace(market, initial="stationary")
    return market


def share_apart(market: Market, *, rise: float, seed: int = 1) -> Estimate:
    """Share of the days of a year from the market's start on which the first index rises by `rise` or more, a simple
    return, and the second falls, with its Monte Carlo standard error.

    Raises
    ------
    LetfError
        If the market has no second index.
    """
    if market.second is None:
        raise LetfError(f"{market.name} has no second index; letf calibrate --second gives it one")
    sums = np.zeros(2)
    lowered, bars = lower_market(market), room_for_bars(NOTHING)
    days_apart(np.uint64(seed), np.uint64(0), GROUPS, lowered, TRADING_DAYS, np.float32(rise), bars, sums)
    paths = GROUPS * LANES
    mean = sums[0] / paths
    spread = np.sqrt((sums[1] / paths - mean**2) / (paths - 1))
    return Estimate(float(mean / TRADING_DAYS), float(spread / TRADING_DAYS))
