"""Realised divergence: every hold of so many days, with intervals that know of the overlap."""

import numpy as np
import pytest
from prices import fund, fund_returns, index_returns, prices

from simulator.errors import LetfError
from simulator.history.pair import Pair, pair
from simulator.history.prices import read_prices
from simulator.history.windows import divergences, realised, wilson
from simulator.result import QUANTILES
from simulator.spec.files import find_funds, preset_funds


def made_up(days, leverage=3.0, seed=3):
    r = index_returns(days, seed=seed)
    real = prices(fund_returns(r, leverage, 0.02, 0.001, seed), "FUND.csv")
    return Pair(fund=fund(leverage), index=prices(r, "IDX.csv"), fund_prices=real)


def test_divergences_are_those_of_a_slow_twin():
    made = made_up(60, -3.0)
    slow = []
    for start in range(61 - 5):
        index, real = 1.0, 1.0
        for day in range(start, start + 5):
            index *= 1 + made.index_return[day]
            real *= 1 + made.fund_return[day]
        slow.append(real - 1 + 3 * (index - 1))
    np.testing.assert_allclose(divergences(made, 5), slow, atol=1e-13)


def test_a_hold_counts_all_windows_and_those_apart():
    made = made_up(300)
    (hold,) = realised([made], [42])[0]
    gaps = divergences(made, 42)
    assert hold.days == 42 and len(hold.divergence) == 259 and len(hold.independent) == 7
    assert hold.independent.tolist() == gaps[[0, 42, 84, 126, 168, 210, 252]].tolist()
    assert hold.mean.estimate == pytest.approx(gaps.mean()) and hold.behind.estimate == (gaps < 0).mean()
    assert hold.quantiles[0.5].estimate == np.sort(gaps)[129]
    assert list(hold.quantiles) == list(QUANTILES)
    for figure in (hold.mean, hold.behind, hold.independent_behind, *hold.quantiles.values()):
        assert figure.low <= figure.estimate <= figure.high


def test_intervals_are_wider_than_overlapping_holds_would_pretend():
    """Holds of 63 days that begin on 1,938 days are no 1,938 trials."""
    (hold,) = realised([made_up(2000)], [63])[0]
    naive = 2 * 1.96 * hold.divergence.std() / np.sqrt(len(hold.divergence))
    assert hold.mean.high - hold.mean.low > 3 * naive


def test_intervals_cover_the_mean():
    """95 % intervals of 60 samples, the true mean from 400 others; at least 80 %: blocks of a year are few."""
    fresh = np.mean([divergences(made_up(400, seed=seed), 21).mean() for seed in range(1000, 1400)])
    holds = [realised([made_up(1500, seed=seed)], [21])[0][0] for seed in range(60)]
    assert sum(hold.mean.low <= fresh <= hold.mean.high for hold in holds) >= 48


def test_holds_come_in_order_and_too_long_ones_are_left_out():
    long, short = made_up(600), made_up(120)
    first, second = realised([long, short], [63, 5, 5, 21, 252])
    assert [hold.days for hold in first] == [5, 21, 63, 252]
    assert [hold.days for hold in second] == [5, 21]
    with pytest.raises(LetfError, match=r"FUND\.csv: 31 days hold no two holds of 21 days"):
        realised([long, made_up(30)], [21])


def test_the_same_pair_gives_the_same_intervals():
    once, again = (realised([made_up(400)], [10, 21])[0] for _ in range(2))
    assert [hold.quantiles for hold in once] == [hold.quantiles for hold in again]


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)]
)
def test_wilson(hits, n, low, high):
    """The last: Newcombe 1998, table I; the others by the formula of a half and of nothing."""
    found = wilson(hits, n)
    assert found.estimate == hits / n
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_real_holds(shared_data):
    """Four in five 42-day holds of the bull fund ended behind; half the years did by 10 points or more."""
    index, real = (read_prices(shared_data / f"{name}.csv") for name in ("IWM", "TNA"))
    (holds,) = realised([pair(index, real, find_funds(("TNA",), preset_funds())[0])], [42, 252])
    month, year = holds
    assert month.behind.estimate == pytest.approx(0.79, abs=0.005) and month.behind.low > 0.7
    assert year.quantiles[0.5].estimate == pytest.approx(-0.096, abs=0.001)
    assert len(year.independent) == 16
