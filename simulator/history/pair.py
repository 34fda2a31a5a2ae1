"""An index and a fund on it, day by day: their prices aligned and checked against each other."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulator.errors import LetfError
from simulator.history.daily import check_gaps
from simulator.history.prices import Prices
from simulator.spec.fund import Fund

FEWEST_RETURNS = 20
NEAR = 0.2  # of the leverage; a fund's beta lies within it
LEAST_R2 = 0.9  # of a fund's daily returns on its own index; real 3x funds have 0.99 in the worst year
SPLIT = 0.22  # log growth beyond L times the index's that no closing price explains: a 5-for-4 split


@dataclass(frozen=True, kw_only=True, eq=False)
class Pair:
    """Prices of an index and of a fund on the same days.

    Parameters
    ----------
    fund : Fund
    index, fund_prices : Prices
        T + 1 days, the same in both.
    """

    fund: Fund
    index: Prices
    fund_prices: Prices

    @property
    def dates(self) -> np.ndarray:
        """datetime64[D] (T + 1,): the close before the first return, then each return's day."""
        return self.index.dates

    @property
    def index_return(self) -> np.ndarray:
        """Simple daily returns of the index, (T,)."""
        return _returns(self.index)

    @property
    def fund_return(self) -> np.ndarray:
        """Simple daily returns of the real fund, (T,)."""
        return _returns(self.fund_prices)


def pair(
    index: Prices,
    fund_prices: Prices,
    fund: Fund,
    *,
    start: str | date | None = None,
    end: str | date | None = None,
    accept_jumps: bool = False,
) -> Pair:
    """Align an index's prices and a fund's, and make sure that they are what they are said to be.

    Parameters
    ----------
    index, fund_prices : Prices
    fund : Fund
        Whose leverage the prices must show.
    start, end : str or date, optional
        First and last close to use; by default all days that both have.
    accept_jumps : bool
        Whether to believe a daily move that looks like a split.

    Raises
    ------
    LetfError
        If the two share no span or too few days, have a gap of over 10 calendar days or a day that the other has not,
        if the fund's beta is far from its leverage, or a price is not adjusted for a split.
    """
    index, fund_prices = _common_span(index, fund_prices)
    index, fund_prices = index.between(start, end), fund_prices.between(start, end)
    for prices in (index, fund_prices):
        check_gaps(prices)
    _check_same_days(index, fund_prices)
    if len(index.dates) <= FEWEST_RETURNS:
        raise LetfError(
            f"{index.source} and {fund_prices.source} share {len(index.dates)} days from {index.dates[0]} to "
            f"{index.dates[-1]}; at least {FEWEST_RETURNS + 1} are needed, give more days"
        )
    aligned = Pair(fund=fund, index=index, fund_prices=fund_prices)
    suspects = _split_like(aligned)
    _check_leverage(aligned, ~suspects)
    if not accept_jumps:
        _check_splits(aligned, suspects)
    return aligned


def _returns(prices: Prices) -> np.ndarray:
    return prices.close[1:] / prices.close[:-1] - 1


def _span(prices: Prices) -> str:
    return f"{prices.source} ({prices.dates[0]} to {prices.dates[-1]})"


def _common_span(index: Prices, fund_prices: Prices) -> tuple[Prices, Prices]:
    first = max(index.dates[0], fund_prices.dates[0])
    last = min(index.dates[-1], fund_prices.dates[-1])
    if first >= last:
        raise LetfError(
            f"{_span(index)} and {_span(fund_prices)} do not overlap; give prices of the fund and its index over the "
            "same days"
        )
    return index.between(first, last), fund_prices.between(first, last)


def _check_same_days(index: Prices, fund_prices: Prices) -> None:
    for prices, other in ((index, fund_prices), (fund_prices, index)):
        missing = np.setdiff1d(other.dates, prices.dates)
        if missing.size:
            more = f" and {missing.size - 1:,} more days" if missing.size > 1 else ""
            raise LetfError(
                f"{prices.source}: no price on {missing[0]}{more}, which {other.source} has; a fund resets daily, add "
                "the price, or use a span in which both have every day"
            )


def _split_like(pair: Pair) -> np.ndarray:
    """Days on which the fund grew out of all proportion to L times the index, and to its own median day's beta."""
    growth = 1 + pair.fund_return
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = [
            np.abs(np.log(growth / (1 + slope * pair.index_return))) for slope in (pair.fund.leverage, _beta(pair))
        ]
    return ~(np.minimum(*np.nan_to_num(apart, nan=np.inf)) <= SPLIT)


def _beta(pair: Pair) -> float:
    """The fund's move over the index's, in the median of the half of days with the larger index moves: splits apart."""
    moves = np.abs(pair.index_return)
    large = (moves >= np.median(moves)) & (moves > 0)
    if not large.any():
        raise LetfError(f"{pair.index.source}: the prices do not move; an index's are expected")
    return float(np.median(pair.fund_return[large] / pair.index_return[large]))


def _check_leverage(pair: Pair, kept: np.ndarray) -> None:
    leverage, beta = pair.fund.leverage, _beta(pair)
    if abs(beta / leverage - 1) > NEAR:
        swapped = abs(beta * leverage - 1) <= NEAR
        way_out = "are fund and index swapped?" if swapped else "wrong leverage, or the prices of another fund?"
        raise LetfError(
            f"{pair.fund_prices.source} on {pair.index.source}: beta is {beta:.2f}, but the leverage of "
            f"{pair.fund.ticker} is {leverage:g}; {way_out}"
        )
    r2 = float(np.corrcoef(pair.index_return[kept], pair.fund_return[kept])[0, 1]) ** 2
    if not r2 >= LEAST_R2:
        raise LetfError(
            f"{pair.fund_prices.source} on {pair.index.source}: R2 of the daily returns is {r2:.2f}, a fund's on its "
            f"own index is above {LEAST_R2:g}; wrong index, or dates that are a day off?"
        )


def _check_splits(pair: Pair, suspects: np.ndarray) -> None:
    for i in np.flatnonzero(suspects)[:1]:
        index, fund = pair.index_return[i], pair.fund_return[i]
        culprit = pair.index if abs(index) > abs(fund / pair.fund.leverage) else pair.fund_prices
        raise LetfError(
            f"{culprit.source}: on {pair.dates[i + 1]} {pair.fund.ticker} moved {fund:+.1%} and its index {index:+.1%}"
            ": prices not adjusted for a split? use adjusted prices, or --accept-jumps if the move is real"
        )
