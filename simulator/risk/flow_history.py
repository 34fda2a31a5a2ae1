"""On how many days of real prices a fund would have moved far."""

from typing import NamedTuple

import numpy as np

from simulator.history.block_bootstrap import Interval, interval, stationary_counts
from simulator.history.daily import daily_log_returns
from simulator.history.prices import Prices
from simulator.spec.model import TRADING_DAYS

DRAWS = 500


class PastMoves(NamedTuple):
    """Of real days, those on which L times the index moved beyond a threshold.

    days, beyond : int, all and those beyond.
    a_year : Interval
        Of 252 days; its 95 % interval by stationary bootstrap in blocks of a year, for such days come in spells.
    """

    days: int
    beyond: int
    a_year: Interval


def past_moves(prices: Prices, leverage: float, beyond: float) -> PastMoves:
    """Days of the prices on which `leverage` times their move was beyond, up or down.

    Raises
    ------
    LetfError
        If the prices are not daily, or fewer than a year's.
    """
    far = np.abs(leverage * np.expm1(daily_log_returns(prices))) > beyond
    samples = TRADING_DAYS * (stationary_counts(len(far), TRADING_DAYS, DRAWS) @ far.astype(float)) / len(far)
    return PastMoves(len(far), int(far.sum()), Interval(float(TRADING_DAYS * far.mean()), *interval(samples)))
