"""Prices of an index and of funds on it, made up, that several tests use."""

from dataclasses import replace

import numpy as np

from simulator.history.prices import Prices
from simulator.spec.fund import Fund

FIRST_DAY = np.datetime64("2012-01-02")


def weekdays(count, first=FIRST_DAY):
    """`count` weekdays from `first` on, datetime64[D]."""
    return np.busday_offset(first, np.arange(count), roll="forward")


def prices(returns, source, first=FIRST_DAY):
    """Prices with these daily returns, beginning at 100."""
    close = 100 * np.cumprod(np.concatenate([[1.0], 1 + np.asarray(returns)]))
    return Prices(
        dates=weekdays(len(close), first), close=close, column="Adj Close", source=source, sha256=source[::-1].rjust(64)
    )


def index_returns(days, vol=0.012, seed=3):
    return np.random.default_rng(seed).normal(0.0003, vol, days)


def fund(leverage=3.0, **costs):
    return Fund(
        **{"ticker": f"F{leverage:g}", "name": "a fund", "index": "IDX", "leverage": leverage, "expense_ratio": 0.01}
        | costs
    )


def fund_returns(index_return, leverage, annual_cost=0.0, noise=0.0, seed=9):
    """A fund's daily returns at rate 0; its closes are off by `noise`, and back the next day."""
    off = np.random.default_rng(seed).normal(0, noise, len(index_return) + 1)
    growth = 1 + leverage * index_return - annual_cost / 252
    return growth * (1 + off[1:]) / (1 + off[:-1]) - 1


def without(prices, rows):
    """The prices without some days."""
    kept = np.setdiff1d(np.arange(len(prices.dates)), rows)
    return replace(prices, dates=prices.dates[kept], close=prices.close[kept])


def write_prices(folder, prices):
    """A CSV file of the prices, named after their source."""
    path = folder / prices.source
    rows = [f"{day},{float(close)!r}\n" for day, close in zip(prices.dates, prices.close, strict=True)]
    path.write_text("Date,Adj Close\n" + "".join(rows))
    return path


def write_series(folder, name, dates, values):
    path = folder / name
    rows = [f"{day},{value}\n" for day, value in zip(dates, values, strict=True)]
    path.write_text("date,value\n" + "".join(rows))
    return path
