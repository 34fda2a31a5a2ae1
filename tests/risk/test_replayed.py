"""Real days replayed: by hand, and what real funds did on them."""

from datetime import date

import numpy as np
import pytest
from examples import fund, market

from simulator.history.stretch import Days, Stretch
from simulator.risk.replayed import Exit, replayed
from simulator.risk.stress import stress
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.scenarios import find_scenarios, preset_scenarios
from simulator.spec.stress import StressTest

ROUNDING = 1e-12  # of a few products in double precision
MOVES = np.array([0.02, -0.05, 0.01, -0.04])
DATES = np.datetime64("2020-01-06") + np.arange(5)
DAILY_MISS = 0.02  # of a month's return: what real funds miss the model's by where their closes are not off
WORST_MISS = {"2008-12": 0.04, "2011-08": DAILY_MISS, "2020-03": 0.13, "2022": DAILY_MISS}


def walks(test, **changes):
    stretch = Stretch(**{"dates": DATES, "index": Days(MOVES), "others": {}, "rate": None} | changes)
    found = replayed(test, stretch)
    return found, {row.instrument: row for row in found.rows}


def the_test(**changes):
    return StressTest(**{"market": market(3), "funds": (fund(3.0), fund(-3.0)), "rate": 0.0} | changes)


def test_a_fund_on_real_days_is_its_daily_multiple():
    found, rows = walks(the_test(stop=0.12, target=0.2))
    up, index = rows["F3"].model, rows["IWM"].real
    gains = np.cumprod(1 + 3 * MOVES) - 1
    assert up.total == pytest.approx(gains[-1], abs=ROUNDING) and up.worst_day == pytest.approx(-0.15, abs=ROUNDING)
    assert up.worst_date == date(2020, 1, 8) and up.lowest == pytest.approx(gains.min(), abs=ROUNDING)
    assert up.at_close == Exit("stopped", up.total, date(2020, 1, 10))  # 1.06 x 0.85 is -9.9 %: not yet
    assert up.within_day is None
    assert index.total == pytest.approx(np.prod(1 + MOVES) - 1, abs=ROUNDING)
    assert index.at_close == Exit("stopped", index.total, date(2020, 1, 10))
    down = rows["F-3"].model
    assert down.at_close == Exit("held", down.total, date(2020, 1, 10))
    assert down.lowest == pytest.approx(-0.06, abs=ROUNDING)
    assert (found.entry, found.last, found.days) == (date(2020, 1, 6), date(2020, 1, 10), 4)
    assert all(row.real is None for row in found.rows if row.instrument != "IWM")


def test_what_only_rises_was_lowest_at_entry():
    _, rows = walks(the_test(stop=None), index=Days(np.abs(MOVES)))
    assert (rows["IWM"].real.lowest, rows["F3"].model.lowest) == (0, 0)


def test_a_target_sells_at_the_first_close_beyond_it():
    _, rows = walks(the_test(stop=None, target=0.08))
    down = rows["F-3"].model
    assert (down.at_close.end, down.at_close.date) == ("target", date(2020, 1, 8))
    assert down.at_close.fill == pytest.approx(0.94 * 1.15 - 1, abs=ROUNDING)


@pytest.mark.parametrize(
    ("opens", "highs", "lows", "expected"),
    [
        ([1.0, 0.98, 0.9, 0.9], [1.03] * 4, [0.99, 0.95, 0.9, 0.88], ("stopped", -0.04, 8)),
        ([1.0, 0.93, 0.9, 0.9], [1.03] * 4, [0.99, 0.92, 0.9, 0.88], ("stopped", -0.07, 8)),  # opens below
        ([1.0, 1.0, 1.0, 1.0], [1.03, 1.06, 1.0, 1.0], [0.99] * 4, ("target", 0.05, 8)),
        ([1.0, 1.08, 1.0, 1.0], [1.03, 1.09, 1.0, 1.0], [0.99] * 4, ("target", 0.08, 8)),  # opens above
        ([1.0, 1.0, 1.0, 1.0], [1.03, 1.06, 1.0, 1.0], [0.99, 0.9, 0.9, 0.9], ("stopped", -0.04, 8)),  # meets both
        ([1.0, 1.08, 1.0, 1.0], [1.03, 1.09, 1.0, 1.0], [0.99, 0.9, 0.9, 0.9], ("target", 0.08, 8)),  # at the open
        ([1.0] * 4, [1.03] * 4, [0.97] * 4, ("held", np.prod(1 + MOVES) - 1, 10)),
    ],
)
def test_within_the_day_it_is_sold_at_the_level_or_at_an_open_beyond(opens, highs, lows, expected):
    days = Days(MOVES, np.array(opens), np.array(highs), np.array(lows))
    _, rows = walks(the_test(stop=0.12, target=0.15), index=days)
    end, fill, day = expected
    assert rows["IWM"].real.within_day == Exit(end, pytest.approx(fill, abs=ROUNDING), date(2020, 1, day))
    assert rows["F3"].model.within_day is None


def test_the_rate_is_the_folders_where_it_has_one():
    high = walks(the_test(), rate=np.full(4, 0.5))
    low = walks(the_test(rate=0.5))
    assert high[1] == low[1] and high[0].rate == low[0].rate == 0.5
    assert high[0].own_rate and not low[0].own_rate


def test_real_prices_stand_beside_the_model():
    others = {"F3": Days(3 * MOVES - 0.01), "SPY": Days(MOVES)}
    _, rows = walks(the_test(market=preset_market("iwm-spy")), others=others)
    assert rows["F3"].real.total == pytest.approx(np.prod(1 + 3 * MOVES - 0.01) - 1, abs=ROUNDING)
    assert rows["SPY"].model is None and rows["SPY"].real.total == rows["IWM"].real.total


def test_an_index_that_fell_beyond_a_third_leaves_a_bull_fund_nothing():
    _, rows = walks(the_test(), index=Days(np.array([0.02, -0.35, 0.1, 0.1])))
    up = rows["F3"].model
    assert up.total == up.worst_day == up.lowest == -1
    assert up.at_close.fill == -1


@pytest.mark.parametrize("name", WORST_MISS)
def test_real_funds_did_what_the_model_says_but_for_their_closes(shared_data, name):
    funds = find_funds(("TNA", "TZA"), preset_funds())
    test = StressTest(market=preset_market("iwm-spy"), funds=funds, paths=1024, hold=2)
    (scenario,) = find_scenarios((name,), preset_scenarios())
    (answer,) = stress(test, [scenario], prices=shared_data).told
    found, window = answer.replayed, scenario.replay
    assert answer.rows == () and found.own_rate
    rows = {row.instrument: row for row in found.rows}
    index, spy = rows["IWM"].real, rows["SPY"].real
    assert found.days == window.days
    assert index.total == pytest.approx(window.index_return, abs=1e-4)  # as they are told, to a hundredth
    assert spy.total == pytest.approx(window.second_return, abs=1e-4)
    (shock,) = scenario.shocks
    assert index.worst_day == pytest.approx(shock.index, abs=1e-4)
    for ticker in ("TNA", "TZA"):
        row = rows[ticker]
        assert abs(row.real.total - row.model.total) < WORST_MISS[name]
    if name == "2020-03":  # both closed 3 to 9 % away on four days; the bear fund never made that up
        assert rows["TZA"].model.total - rows["TZA"].real.total > 0.1
        assert rows["TZA"].model.at_close.end == "stopped" and rows["TZA"].real.at_close.end == "held"
        assert rows["TZA"].real.within_day == Exit("stopped", -0.12, date(2020, 3, 3))
