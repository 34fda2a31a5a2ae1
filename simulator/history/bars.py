"""Where past days opened and how far they ranged, as moves since the close before."""

from typing import Any, NamedTuple

import numpy as np

from simulator.history.prices import Prices
from simulator.spec.bootstrap import BARS, LARGEST_MOVE

DECIMALS = 8  # of a log move that a file keeps
FARTHEST = 3.0  # median |log open - log close| over that of daily log returns; 0.8 to 0.9 where both are of one basis
NO_OPENS = "the opens are none, or not on the basis of the closes: no overnight_share"


class Bars(NamedTuple):
    """Log moves since the close before of each return's day, (T,), to eight decimals; highs and lows enclose the rest.

    known : bool (T,), whether the day had a bar; one without opens at the close before and ranges to its own close.
    """

    opens: np.ndarray
    highs: np.ndarray
    lows: np.ndarray
    known: np.ndarray


def opening_moves(prices: Prices) -> np.ndarray | None:
    """Log move from each close to the next open, (T - 1,), NaN where there is none; None without opens of any use.

    Opens that are as far from their day's close as prices of another basis are of no use.
    """
    if prices.open is None:
        return None
    moves = _since_close(prices, prices.open)
    known = np.isfinite(moves)
    if not known.any():
        return None
    returns = prices.log_returns()[known]
    if np.median(np.abs(returns - moves[known])) > FARTHEST * np.median(np.abs(returns)):
        return None
    return moves


def past_bars(prices: Prices, days: np.ndarray | slice = slice(None)) -> Bars | None:
    """The bars of `days`, which count returns from 0; None where over half of them have none.

    A day has one where open, high and low are on the basis of the closes, the high not below the low. High and low are
    widened to open and close.
    """
    opens = opening_moves(prices)
    if opens is None or prices.high is None or prices.low is None:
        return None
    moves = np.stack([opens, _since_close(prices, prices.high), _since_close(prices, prices.low)])[:, days]
    closes = prices.log_returns()[days]
    known = (np.abs(moves) <= LARGEST_MOVE).all(axis=0) & (moves[1] >= moves[2])
    if 2 * known.sum() < len(closes):
        return None
    start, high, low = np.where(known, moves, 0.0)
    highs, lows = np.maximum.reduce([high, start, closes]), np.minimum.reduce([low, start, closes])
    start, highs, lows = np.round([start, highs, lows], DECIMALS)
    return Bars(start, highs, lows, known)


def bar_moves(bars: Bars | None) -> dict[str, Any]:
    """Open, high and low as a market has them."""
    return {} if bars is None else {name: tuple(getattr(bars, name).tolist()) for name in BARS}


def bar_provenance(bars: Bars | None) -> dict[str, int]:
    """How many days had none, of a market that has them."""
    return {} if bars is None else {"days_without_bar": int((~bars.known).sum())}


def _since_close(prices: Prices, bar: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        moves = np.log(bar[1:] / prices.close[:-1])
    return np.where(np.isfinite(moves), moves, np.nan)
