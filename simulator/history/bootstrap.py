"""Past days as a market of their own."""

import numpy as np

from simulator.history.bars import DECIMALS, bar_moves, bar_provenance, past_bars
from simulator.history.daily import daily_log_returns
from simulator.history.prices import Prices
from simulator.spec.bootstrap import DEFAULT_BLOCK_DAYS, BootstrapMarket
from simulator.spec.model import DEFAULT_DRIFT


def bootstrap_market(
    prices: Prices,
    block_days: float = DEFAULT_BLOCK_DAYS,
    *,
    drift: float = DEFAULT_DRIFT,
    index: str = "IWM",
    name: str | None = None,
) -> BootstrapMarket:
    """The market that draws the days of `prices` in blocks; nothing is fitted.

    Parameters
    ----------
    prices : Prices
        At least 251 days; open, high and low are the days' own, where most of them have such.
    block_days : float
        Mean length of a block.
    drift : float
        Growth of the index a year.
    index, name : str

    Raises
    ------
    LetfError
        If the prices are too few, not daily, or do not move, or `block_days` is below 1.
    """
    returns = np.round(daily_log_returns(prices), DECIMALS)
    bars = past_bars(prices)
    return BootstrapMarket(
        log_returns=tuple(returns.tolist()),
        **bar_moves(bars),
        block_days=block_days,
        drift=drift,
        index=index,
        name=name or f"{index.lower()}-bootstrap",
        provenance=prices.provenance() | {"days": len(returns)} | bar_provenance(bars),
    )
