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
    """Closes of both funds over their common days, and IWM's prices on these."""
    funds = {ticker: read_prices(shared_data / f"{ticker}.csv") for ticker in TICKERS}
    dates = funds["TNA"].dates
    index = read_prices(shared_data / "IWM.csv").between(dates[0].item(), dates[-1].item())
    assert (index.dates == dates).all() and (funds["TZA"].dates == dates).all()
    return {ticker: prices.close for ticker, prices in funds.items()}, index


def happened(closes, days, level):
    """Whether a close was at the level or beyond, of each hold of `days` that the history has whole, (holds,)."""
    holds = np.lib.stride_tricks.sliding_window_view(closes, days + 1)
    returns = holds[:, 1:] / holds[:, :1] - 1
    return ((returns <= level) if level < 0 else (returns >= level)).any(axis=1).astype(float)


def chances(index, rates, block_days):
    """Of each level by ticker and hold: exits at one level alone, watched at closes.

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
        trade = Trade(stop=-level, watch="close") if level < 0 else Trade(target=level, watch="close")
        result = simulate(replace(spec, trade=trade))
        for ticker in TICKERS:
            for days in HOLDS:
                exits = result.position(ticker, days).exits
                found[ticker, days, level] = (exits.prob_stop if level < 0 else exits.prob_target).mean
    return found


def within(closes, found, ticker, days, level):
    """Whether the chance lies within the history's 95 % interval: all starting days, resampled in blocks."""
    reached = happened(closes[ticker], days, level)
    low, high = interval(stationary_counts(len(reached), BLOCK) @ reached / len(reached))
    return low <= found[ticker, days, level] <= high


@pytest.fixture(scope="module")
def in_blocks(history, shared_data):
    return chances(history[1], read_rates(shared_data / "DFF.csv"), 42)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("days", HOLDS)
@pytest.mark.parametrize("ticker", TICKERS)
def test_levels_are_reached_as_often_as_they_were(history, in_blocks, ticker, days, level):
    assert within(history[0], in_blocks, ticker, days, level)


def test_days_drawn_one_by_one_reach_gains_too_often(history, shared_data):
    """Without the calm and the stormy months that blocks keep, TNA gains 40 % twice as often as it did."""
    alone = chances(history[1], read_rates(shared_data / "DFF.csv"), 1)
    assert not any(within(history[0], alone, "TNA", days, level) for days in HOLDS for level in (0.2, 0.4))
