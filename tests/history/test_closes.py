"""Prices of four assets on one calendar, refused where they do not go together."""

from dataclasses import replace

import numpy as np
import pytest
from made_closes import BEFORE, DAYS, made_closes, made_prices
from prices import without

from simulator.errors import LetfError
from simulator.history.closes import make_closes
from simulator.spec.files import find_funds, preset_funds

FUNDS = find_funds(("TNA", "TZA"), preset_funds())


def join(index, second, bull, bear):
    return make_closes(index, second, "SPY", (bull, bear), FUNDS)


def test_all_are_on_the_days_of_the_index():
    closes = made_closes()
    assert closes.first == BEFORE and len(closes.dates) == DAYS + 1
    assert np.isnan(closes.fund_close[:BEFORE]).all() and np.isfinite(closes.fund_close[BEFORE:]).all()
    assert (closes.instruments, closes.index_name) == (("TNA", "TZA", "pair"), "IWM")


def test_returns_are_those_of_a_slow_twin():
    closes = made_closes()
    found = closes.returns(10)
    assert found.shape == (DAYS + 1, 3) and np.isnan(found[-10:]).all() and np.isnan(found[:BEFORE, :2]).all()
    for t in (BEFORE, 700, DAYS - 10):
        slow = [*(closes.fund_close[t + 10] / closes.fund_close[t] - 1)]
        slow.append((closes.index[t + 10] - closes.index[t]) / closes.index[t]
                    - (closes.second[t + 10] - closes.second[t]) / closes.second[t])  # fmt: skip
        assert found[t] == pytest.approx(slow, abs=1e-14)


def test_they_end_with_the_first_that_ends_and_begin_with_both_indexes():
    index, second, bull, bear = made_prices()
    closes = join(index, second.between(start=index.dates[100].astype(object)), bull, bear)
    assert closes.dates[0] == index.dates[100]
    early = bull.between(end=bull.dates[-40].astype(object))
    assert join(index, second, early, bear).dates[-1] == early.dates[-1]


def test_what_does_not_go_together_is_refused():
    index, second, bull, bear = made_prices()
    with pytest.raises(LetfError, match=r"SPY\.csv: no price on 2012-10-08, which IWM\.csv has"):
        join(index, without(second, [200]), bull, bear)
    with pytest.raises(LetfError, match=r"TZA\.csv on IWM\.csv: beta is -3\.00, but the leverage of TNA is 3"):
        join(index, second, bear, bull)
    with pytest.raises(LetfError, match="share no days with the funds"):
        join(index, replace(second, dates=second.dates + 9000), bull, bear)
    with pytest.raises(LetfError, match=r"400 days in common .* at least 1,000 are needed"):
        join(*(prices.between(end=index.dates[BEFORE + 399].astype(object)) for prices in (index, second, bull, bear)))
