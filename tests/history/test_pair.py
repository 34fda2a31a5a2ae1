"""An index and a fund are aligned, and what cannot be a fund on its index is refused in one line."""

from dataclasses import replace

import numpy as np
import pytest
from prices import fund, fund_returns, index_returns, prices, without

from simulator.errors import LetfError
from simulator.history.pair import pair
from simulator.history.prices import read_prices
from simulator.spec.files import find_funds, preset_funds

DAYS = 300
R = index_returns(DAYS)
INDEX = prices(R, "IDX.csv")
BULL = prices(fund_returns(R, 3.0, noise=0.001), "F3.csv")


def refused(*args, **options):
    with pytest.raises(LetfError) as caught:
        pair(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_returns_are_of_the_days_that_both_have():
    later = prices(R[100:], "F3.csv", first=INDEX.dates[100])
    aligned = pair(INDEX, replace(later, close=later.close**3), fund(3.0))
    assert aligned.dates.tolist() == INDEX.dates[100:].tolist()
    np.testing.assert_allclose(aligned.index_return, R[100:], rtol=1e-9)
    np.testing.assert_allclose(aligned.fund_return, (1 + R[100:]) ** 3 - 1, rtol=1e-9)


def test_start_and_end_are_closes():
    start, end = INDEX.dates[20], INDEX.dates[200]
    aligned = pair(INDEX, BULL, fund(3.0), start=str(start), end=str(end))
    assert (aligned.dates[0], aligned.dates[-1], len(aligned.index_return)) == (start, end, 180)


def test_spans_that_do_not_overlap():
    early = prices(R[:40], "F3.csv", first=np.datetime64("2001-01-01"))
    assert "IDX.csv (2012-01-02 to 2013-02-25) and F3.csv (2001-01-01 to 2001-02-26) do not overlap" in refused(
        INDEX, early, fund(3.0)
    )


def test_gaps_of_more_than_ten_days():
    """Ten are a holiday, more are a hole."""

    def holed(prices, last):
        return without(prices, np.arange(50, last))

    assert len(pair(holed(INDEX, 55), holed(BULL, 55), fund(3.0)).dates) == DAYS + 1 - 5
    message = refused(holed(INDEX, 60), holed(BULL, 60), fund(3.0))
    assert "IDX.csv: no price for 17 days, from 2012-03-09 to 2012-03-26, at most 10 may lie between two" in message
    assert "F3.csv: no price for 17 days" in refused(INDEX, holed(BULL, 60), fund(3.0))
    assert len(pair(holed(INDEX, 60), holed(BULL, 60), fund(3.0), start="2012-04-01").dates) == DAYS + 1 - 65


def test_days_that_one_of_the_two_has_not():
    assert "F3.csv: no price on 2012-02-13, which IDX.csv has" in refused(INDEX, without(BULL, [30]), fund(3.0))
    message = refused(without(INDEX, [30, 50, 51]), BULL, fund(3.0))
    assert "IDX.csv: no price on 2012-02-13 and 2 more days, which F3.csv has" in message


def test_too_few_days():
    message = refused(INDEX, BULL, fund(3.0), end=INDEX.dates[19])
    assert "share 20 days from 2012-01-02 to 2012-01-27; at least 21 are needed" in message
    assert len(pair(INDEX, BULL, fund(3.0), end=INDEX.dates[20]).dates) == 21


@pytest.mark.parametrize("leverage", [3.0, 2.0, -2.0, -3.0])
def test_fund_and_index_swapped(leverage):
    real = prices(fund_returns(R, leverage), "FUND.csv")
    message = refused(real, INDEX, fund(leverage))
    assert f"IDX.csv on FUND.csv: beta is {1 / leverage:.2f}" in message and "swapped?" in message
    assert len(pair(INDEX, real, fund(leverage)).dates) == DAYS + 1


@pytest.mark.parametrize(("real", "said"), [(3.0, -3.0), (3.0, 2.0), (2.0, 3.0), (1.0, -1.0), (-1.0, -2.0)])
def test_wrong_leverage(real, said):
    message = refused(INDEX, prices(fund_returns(R, real), "FUND.csv"), fund(said))
    assert f"beta is {real:.2f}, but the leverage of F{said:g} is {said:g}; wrong leverage" in message


def test_another_index_and_dates_a_day_off():
    other = prices(fund_returns(R, 3.0, noise=0.02), "F3.csv")
    assert "R2 of the daily returns is 0.6" in refused(INDEX, other, fund(3.0))
    shifted = replace(BULL, close=np.roll(BULL.close, 1))
    assert "beta is" in refused(INDEX, shifted, fund(3.0)) or "R2" in refused(INDEX, shifted, fund(3.0))


def test_an_index_that_does_not_move():
    assert "IDX.csv: the prices do not move" in refused(replace(INDEX, close=np.ones(DAYS + 1)), BULL, fund(3.0))


@pytest.mark.parametrize("ratio", [0.25, 0.5, 0.75, 1.5, 2.0, 4.0])
def test_prices_unadjusted_for_a_split(ratio):
    def split(prices):
        return replace(prices, close=np.where(np.arange(DAYS + 1) < 100, ratio, 1) * prices.close)

    day = str(INDEX.dates[100])
    for index, real, culprit in ((INDEX, split(BULL), "F3.csv"), (split(INDEX), BULL, "IDX.csv")):
        assert f"{culprit}: on {day} F3 moved" in refused(index, real, fund(3.0))
    assert len(pair(INDEX, split(BULL), fund(3.0), accept_jumps=True).dates) == DAYS + 1


def test_real_pairs(shared_data):
    index, tna, tza = (read_prices(shared_data / f"{name}.csv") for name in ("IWM", "TNA", "TZA"))
    bull, bear = find_funds(("TNA", "TZA"), preset_funds())
    for real, described in ((tna, bull), (tza, bear)):
        assert len(pair(index, real, described).dates) == len(real.dates)
        assert "swapped?" in refused(real, index, described)
    assert "beta is -2.99, but the leverage of TNA is 3" in refused(index, tza, bull)
    assert "R2 of the daily returns is 0.80" in refused(read_prices(shared_data / "SPY.csv"), tna, bull)
