"""Closes of an index, a second index and funds on one calendar, for questions about what came after a day."""

from dataclasses import dataclass

import numpy as np

from simulator.errors import LetfError
from simulator.history.daily import check_gaps
from simulator.history.pair import pair
from simulator.history.prices import Prices
from simulator.spec.fund import Fund

PAIR = "pair"
FEWEST_DAYS = 1000  # that all have, about four years; with fewer an interval in seven errs


@dataclass(frozen=True, kw_only=True, eq=False)
class Closes:
    """Closes on the trading days of the index.

    Parameters
    ----------
    dates : datetime64[D] (T,), rising
        Those that index and second index have, to the last day of all.
    index, second : float64 (T,)
    fund_close : float64 (T, F)
        NaN before a fund began.
    funds : tuple of Fund
        The F funds, of the index.
    second_name : str
        Ticker of the second index.
    sources : tuple of Prices
        Index, second index, funds.
    """

    dates: np.ndarray
    index: np.ndarray
    second: np.ndarray
    fund_close: np.ndarray
    funds: tuple[Fund, ...]
    second_name: str
    sources: tuple[Prices, ...]

    @property
    def index_name(self) -> str:
        """Ticker of the index."""
        return self.funds[0].index

    @property
    def instruments(self) -> tuple[str, ...]:
        """The funds, then the pair: long the index, short the second one, a dollar each."""
        return (*(fund.ticker for fund in self.funds), PAIR)

    @property
    def first(self) -> int:
        """Position of the first day that all funds have."""
        return int(np.argmax(np.isfinite(self.fund_close).all(axis=1)))

    def returns(self, days: int) -> np.ndarray:
        """What each of `instruments` returned from each close over so many days, (T, F + 1); NaN where not known.

        The pair is not rebalanced: the return of the index less that of the second one, per dollar of either leg,
        before interest and borrow fee.
        """
        closes = np.column_stack([self.fund_close, self.index, self.second])
        growth = np.full(closes.shape, np.nan)
        growth[:-days] = closes[days:] / closes[:-days]
        funds = len(self.funds)
        return np.column_stack([growth[:, :funds] - 1, growth[:, funds] - growth[:, funds + 1]])


def make_closes(
    index: Prices,
    second: Prices,
    second_name: str,
    fund_prices: tuple[Prices, ...],
    funds: tuple[Fund, ...],
    *,
    accept_jumps: bool = False,
) -> Closes:
    """Align prices, each fund's checked against its index.

    Raises
    ------
    LetfError
        If two of them share no days, one lacks a day that the others have, a fund is not on the index, or all have too
        few days in common.
    """
    for prices, fund in zip(fund_prices, funds, strict=True):
        pair(index, prices, fund, accept_jumps=accept_jumps)
    last = min(prices.dates[-1] for prices in (index, second, *fund_prices))
    first = max(index.dates[0], second.dates[0])
    if first >= last:
        raise LetfError(f"{index.source} and {second.source} share no days with the funds; give the same span of all")
    index, second = index.between(first, last), second.between(first, last)
    for prices, other in ((index, second), (second, index)):
        check_gaps(prices)
        for day in np.setdiff1d(other.dates, prices.dates)[:1]:
            raise LetfError(f"{prices.source}: no price on {day}, which {other.source} has; add it, or start later")
    closes = Closes(
        dates=index.dates,
        index=index.close,
        second=second.close,
        fund_close=np.column_stack([_on(prices, index.dates) for prices in fund_prices]),
        funds=funds,
        second_name=second_name,
        sources=(index, second, *fund_prices),
    )
    common = len(closes.dates) - closes.first
    if common < FEWEST_DAYS:
        raise LetfError(
            f"{', '.join(prices.source for prices in closes.sources)}: {common:,} days in common from "
            f"{closes.dates[closes.first]} to {last}; at least {FEWEST_DAYS:,} are needed, give more days"
        )
    return closes


def _on(prices: Prices, dates: np.ndarray) -> np.ndarray:
    """Closes on `dates`, NaN on those that the prices do not have."""
    found = np.full(len(dates), np.nan)
    _, there, here = np.intersect1d(dates, prices.dates, return_indices=True)
    found[there] = prices.close[here]
    return found
