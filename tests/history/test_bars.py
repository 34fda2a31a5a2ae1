"""Past days' opens, highs and lows: against a plain twin, and what is no bar."""

import math
from dataclasses import replace

import numpy as np
import pytest
from prices import index_returns, prices

from simulator.history.bars import opening_moves, past_bars
from simulator.history.bootstrap import bootstrap_market
from simulator.history.prices import read_prices
from simulator.history.scaled_bootstrap import scaled_bootstrap_market
from simulator.spec.files import market_to_toml, read_market

ROUNDING = 5.1e-9  # of moves to eight decimals
BARE = prices(index_returns(8 * 261), "MADE.csv")


def made(bare=BARE, seed=4):
    """Days that open off the close before, and range beyond open and close on some of them alone."""
    rng = np.random.default_rng(seed)
    days = len(bare.close)
    opens = np.concatenate([bare.close[:1], bare.close[:-1]]) * np.exp(0.004 * rng.normal(size=days))
    reach = np.exp(0.005 * rng.normal(size=(2, days)))  # below 1 on half the days: a high within open and close
    highs, lows = np.maximum(opens, bare.close) * reach[0], np.minimum(opens, bare.close) / reach[1]
    return replace(bare, open=opens, high=np.maximum(highs, lows), low=np.minimum(highs, lows))


GIVEN = made()


def twin(given, day):
    """The day's open, high and low as moves since the close before, one that is not known standing there."""
    last, close = given.close[day - 1], given.close[day]
    bar = (given.open[day], given.high[day], given.low[day])
    if not all(math.isfinite(price) and price > 0 for price in bar) or bar[1] < bar[2]:
        bar = (last, last, last)
    high, low = max(*bar, close), min(*bar, close)
    return [math.log(price / last) for price in (bar[0], high, low)]


def damaged(change):
    """The prices with a few days' bars changed by `change(open, high, low, rows)`."""
    bars = [bar.copy() for bar in (GIVEN.open, GIVEN.high, GIVEN.low)]
    rows = np.arange(100, 2000, 61)
    change(*bars, rows)
    return replace(GIVEN, open=bars[0], high=bars[1], low=bars[2]), rows


def no_open(opens, _highs, _lows, rows):
    opens[rows] = np.nan


def no_high(_opens, highs, _lows, rows):
    highs[rows] = np.inf


def zero_low(_opens, _highs, lows, rows):
    lows[rows] = 0.0


def swapped(_opens, highs, lows, rows):
    highs[rows], lows[rows] = lows[rows] * 0.99, highs[rows] * 1.01


def another_basis(opens, highs, lows, rows):
    for bar in (opens, highs, lows):
        bar[rows] *= 4


@pytest.mark.parametrize("change", [None, no_open, no_high, zero_low, swapped, another_basis])
def test_bars_are_the_twins(change):
    given, rows = (GIVEN, np.array([], int)) if change is None else damaged(change)
    found = past_bars(given)
    clean = given if change is not another_basis else damaged(no_open)[0]  # moves beyond 1 are no bar to the twin
    expected = np.array([twin(clean, day) for day in range(1, len(given.close))]).T
    np.testing.assert_allclose([found.opens, found.highs, found.lows], expected, atol=ROUNDING)
    np.testing.assert_array_equal(np.flatnonzero(~found.known) + 1, rows)


def test_bars_enclose_what_a_market_keeps_to_the_last_digit():
    found, closes = past_bars(GIVEN), np.round(GIVEN.log_returns(), 8)
    assert (found.highs >= np.maximum(found.opens, closes)).all()
    assert (found.lows <= np.minimum(found.opens, closes)).all()


def test_a_market_keeps_them_and_says_how_many_days_had_none(tmp_path):
    given, rows = damaged(no_high)
    whole, drawn = bootstrap_market(given), scaled_bootstrap_market(given)
    assert whole.provenance["days_without_bar"] == len(rows)
    first = len(whole.log_returns) - len(drawn.log_returns)
    assert drawn.provenance["days_without_bar"] == (rows > first).sum()
    for name in ("opens", "highs", "lows"):
        assert getattr(whole, name) == tuple(getattr(past_bars(given), name).tolist())
        assert getattr(drawn, name) == getattr(whole, name)[first:]
    for market in (whole, drawn):
        (tmp_path / "market.toml").write_text(market_to_toml(market))
        assert read_market(tmp_path / "market.toml") == market


def mostly_none(given):
    return replace(given, high=np.where(np.arange(len(given.high)) % 20 < 11, np.nan, given.high))


@pytest.mark.parametrize(
    "useless",
    [
        BARE,
        replace(GIVEN, low=None),
        replace(GIVEN, open=np.full_like(GIVEN.open, np.nan)),
        replace(GIVEN, open=2 * GIVEN.open, high=2 * GIVEN.high, low=2 * GIVEN.low),
        mostly_none(GIVEN),
    ],
    ids=["no bars", "no lows", "no open is known", "another basis", "over half have none"],
)
def test_bars_of_no_use_are_none(useless):
    market = bootstrap_market(useless)
    assert past_bars(useless) is None and (market.opens, market.highs, market.lows) == (None, None, None)
    assert "days_without_bar" not in market.provenance
    assert market.log_returns == bootstrap_market(GIVEN).log_returns


def test_opening_moves_are_those_to_the_open():
    np.testing.assert_allclose(opening_moves(GIVEN), np.log(GIVEN.open[1:] / GIVEN.close[:-1]), rtol=1e-15)
    assert opening_moves(BARE) is opening_moves(replace(GIVEN, open=3 * GIVEN.open)) is None


def test_real_days_have_bars(shared_data):
    """TNA fell by over 12 % within a day more often than by the close: bars range beyond what closes show."""
    iwm = read_prices(shared_data / "IWM.csv")
    bars, closes = past_bars(iwm), iwm.log_returns()
    assert bars.known.all()
    assert (bars.lows < np.log(0.96)).sum() > 1.2 * (closes < np.log(0.96)).sum() > 50
