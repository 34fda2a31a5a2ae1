"""How often TNA and TZA reached levels since they began, and what past days of IWM drawn anew say to that."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.engine.simulate import simulate
from simulator.history.block_bootstrap import interval, stationary_counts
from simulator.history.bootstrap import bootstrap_market
from simulator.history.prices import read_prices
from simulator.history.rates import read_rates
from simulator.spec.files import preset_funds
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

TICKERS, HOLDS, LEVELS = ("TNA", "TZA"), (20, 40), (-0.12, 0.2, 0.4)
BLOCK = 126  # days: three times the longest hold, for what starts on neighbouring days is nearly one hold
PATHS = 100_000  # errors of 0.15 points, a tenth of those of the history


@pytest.fixture(scope="module")
def history(shared_data):
    """Prices of both funds on their common days, and IWM's on these."""
    funds = {ticker: read_prices(shared_data / f"{ticker}.csv") for ticker in TICKERS}
    dates = funds["TNA"].dates
    index = read_prices(shared_data / "IWM.csv").between(dates[0].item(), dates[-1].item())
    assert (index.dates == dates).all() and (funds["TZA"].dates == dates).all()
    return funds, index


def happened(prices, days, level, watch):
    """Whether a close, or a low or high, was at the level or beyond, of each whole hold of `days`, (holds,)."""
    watched = prices.close if watch == "close" else prices.low if level < 0 else prices.high
    entries, holds = prices.close[:-days], np.lib.stride_tricks.sliding_window_view(watched[1:], days)
    returns = holds / entries[:, None] - 1
    return ((returns <= level) if level < 0 else (returns >= level)).any(axis=1).astype(float)


def chances(index, rates, block_days, watch):
    """Of each level by ticker and hold: exits at one level alone.

    The index drifts as it did, by its mean daily growth: over these years that is 14.7 % a year, and with a forecast's
    8 % gains would be rarer and falls more frequent than in a history of such gains. The rate is those years' mean.
    """
    lived = (rates.dates >= index.dates[0]) & (rates.dates <= index.dates[-1])
    drift = 252 * np.log(np.exp(index.log_returns()).mean())
    spec = Simulation(
        market=bootstrap_market(index, block_days, drift=float(drift)),
        funds=tuple(fund for fund in preset_funds() if fund.ticker in TICKERS),
        horizons=HOLDS,
        paths=PATHS,
        rate=float(rates.values[lived].mean()) * 365 / rates.year,
    )
    found = {}
    for level in LEVELS:
        trade = Trade(**{"stop" if level < 0 else "target": abs(level)}, watch=watch)
        result = simulate(replace(spec, trade=trade))
        for ticker in TICKERS:
            for days in HOLDS:
                exits = result.position(ticker, days).exits
                found[ticker, days, level] = (exits.prob_stop if level < 0 else exits.prob_target).mean
    return found


def within(prices, found, days, level, watch):
    """Whether the chance lies within the history's 95 % interval: all starting days, resampled in blocks."""
    reached = happened(prices, days, level, watch)
    low, high = interval(stationary_counts(len(reached), BLOCK) @ reached / len(reached))
    return low <= found <= high


@pytest.fixture(scope="module")
def in_blocks(history, shared_data):
    """Chances in blocks of 42 days, by how levels are watched."""
    return {watch: chances(history[1], read_rates(shared_data / "DFF.csv"), 42, watch) for watch in ("close", "day")}


@pytest.mark.parametrize("watch", ["close", "day"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("days", HOLDS)
@pytest.mark.parametrize("ticker", TICKERS)
def test_levels_are_reached_as_often_as_they_were(history, in_blocks, ticker, days, level, watch):
    """At closes; and within the day, by the funds' own lows and highs against what IWM's bars make of them."""
    assert within(history[0][ticker], in_blocks[watch][ticker, days, level], days, level, watch)


def test_days_drawn_one_by_one_reach_gains_too_often(history, shared_data):
    """Without the calm and the stormy months that blocks keep, TNA gains 40 % in 20 days twice as often as it did."""
    alone, funds = chances(history[1], read_rates(shared_data / "DFF.csv"), 1, "close"), history[0]
    for days in HOLDS:
        for level in (0.2, 0.4):
            assert not within(funds["TNA"], alone["TNA", days, level], days, level, "close")
