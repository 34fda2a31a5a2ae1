"""What really happened: an index and its funds on common days, and the short rate."""

from dataclasses import dataclass, replace

import numpy as np

from simulator.errors import LetfError
from simulator.history.pair import pair
from simulator.history.prices import Prices
from simulator.history.rates import MOST_DAYS, Rates
from simulator.history.series import Series
from simulator.spec.fund import Fund

CALENDAR_DAYS = 365


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """An index and the funds on it.

    Parameters
    ----------
    index : Prices
        All days, those before the funds began too: models are fitted on them.
    funds : tuple of Fund
        The F funds.
    fund_prices : tuple of Prices
        Theirs, in that order.
    rates : Rates or float
        The short rate; a number is the annual simple rate on all days.
    vol_index : Series, optional
        A volatility index that models may use.
    dates : datetime64[D] (T,)
        Days that index and funds all have.
    """

    index: Prices
    funds: tuple[Fund, ...]
    fund_prices: tuple[Prices, ...]
    dates: np.ndarray
    rates: Rates | float
    vol_index: Series | None = None

    def index_close(self) -> np.ndarray:
        """Closes of the index on `dates`, (T,)."""
        return _on(self.index, self.dates)

    def fund_close(self) -> np.ndarray:
        """Closes of the funds on `dates`, (T, F)."""
        return np.column_stack([_on(prices, self.dates) for prices in self.fund_prices])

    def rate(self, days: np.ndarray) -> np.ndarray:
        """Annual simple short rate known on each of `days`, datetime64[D] (N,): over a year of 365 days."""
        if not isinstance(self.rates, Rates):
            return np.full(len(days), self.rates)
        last = np.searchsorted(self.rates.dates, days, side="right") - 1
        for day, spot in zip(days, last, strict=True):
            if spot < 0 or (day - self.rates.dates[spot]).astype(int) > MOST_DAYS:
                raise LetfError(
                    f"{self.rates.source}: no rate on {day} nor in the {MOST_DAYS} days before; it has "
                    f"{self.rates.dates[0]} to {self.rates.dates[-1]}; add the days, or score other months"
                )
        return self.rates.values[last] * CALENDAR_DAYS / self.rates.year

    def outcomes(self, at: np.ndarray, days: int) -> np.ndarray:
        """What became of holds of `days` days entered at positions `at` of `dates`: (N, F, 2).

        The fund's return, and its divergence from L times the index's; NaN where the exit lies beyond the last day.
        """
        found = np.full((len(at), len(self.funds), 2), np.nan)
        known = at + days < len(self.dates)
        start, stop = at[known], at[known] + days
        index, funds = self.index_close(), self.fund_close()
        fund_return = funds[stop] / funds[start] - 1
        leverages = np.array([fund.leverage for fund in self.funds])
        found[known, :, 0] = fund_return
        found[known, :, 1] = fund_return - leverages * (index[stop] / index[start] - 1)[:, None]
        return found


def make_record(
    index: Prices,
    fund_prices: tuple[Prices, ...],
    funds: tuple[Fund, ...],
    *,
    rates: Rates | float,
    vol_index: Series | None = None,
    accept_jumps: bool = False,
) -> Record:
    """Align an index and its funds, checked against each other.

    Raises
    ------
    LetfError
        If prices and funds differ in number, funds are on several indices, or a fund's prices are not its own.
    """
    if len(fund_prices) != len(funds):
        raise LetfError(
            f"{len(fund_prices)} files of fund prices for {len(funds)} funds; give one --fund-prices for each --fund, "
            "in the same order"
        )
    names = sorted({fund.index for fund in funds})
    if len(names) > 1:
        raise LetfError(f"the funds follow {' and '.join(names)}; score the funds of one index at a time")
    dates = index.dates
    for prices, fund in zip(fund_prices, funds, strict=True):
        shared = pair(index, prices, fund, accept_jumps=accept_jumps).dates
        if len(common := np.intersect1d(dates, shared)) == 0:
            raise LetfError(f"{prices.source}: no day in common with the other funds; score them one at a time")
        dates = common
    return Record(index=index, funds=funds, fund_prices=fund_prices, dates=dates, rates=rates, vol_index=vol_index)


def _on(prices: Prices, dates: np.ndarray) -> np.ndarray:
    return prices.close[np.searchsorted(prices.dates, dates)]


def until(series: Series | None, day: np.datetime64) -> Series | None:
    """The series to `day`, that day included."""
    if series is None:
        return None
    kept = series.dates <= day
    return replace(series, dates=series.dates[kept], values=series.values[kept])
