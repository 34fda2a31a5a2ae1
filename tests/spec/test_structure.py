"""Structures, their legs, hedges and call spreads: every rule and its message."""

import math

import numpy as np
import pytest

from simulator.errors import LetfError
from simulator.spec.call_spread import CallSpread, log_rate
from simulator.spec.leg import Hedge, Leg
from simulator.spec.structure import Structure

SPREAD = {"low": 1.0, "high": 1.05, "days": 60, "vol": 0.2, "skew": -0.02, "settle": False}
LONG, SHORT = Leg(instrument="IWM", weight=1), Leg(instrument="TNA", weight=-0.5)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"low": 1.05}, "low must lie below high, got 1.05 and 1.05"),
        ({"low": 0.4}, r"call spread: low \(a strike, 1.05 is 105% of the index\) must be in \[0.5, 2\], got 0.4"),
        ({"high": "110%"}, "high .* must be a number, got '110%'"),
        ({"days": 44}, "call spread: days must be from 45 to 90, got 44"),
        ({"days": 60.0}, "days must be a whole number, got 60.0"),
        ({"vol": 0.0}, r"call spread: vol \(0.2 is 20%\) must be in \[0.01, 3\], got 0.0"),
        ({"vol": math.nan}, "vol .* got nan"),
        ({"skew": 0.01}, r"skew .* must be in \[-0.5, 0\], got 0.01"),
        ({"skew": -0.5}, "volatility of the high strike must be at least 0.01, got -0.05; take a flatter skew"),
        ({"settle": 1}, "settle must be true or false, got 1"),
    ],
)
def test_rules_of_a_call_spread(change, match):
    with pytest.raises(LetfError, match=match):
        CallSpread(**SPREAD | change)


def test_a_call_spread_counts_trading_days():
    spread = CallSpread(**SPREAD)
    assert spread.expiry == 41  # 60 of 365 calendar days
    assert (spread.end(20), spread.end(63)) == (20, 41)
    assert CallSpread(**SPREAD | {"settle": True}).end(20) == 41
    np.testing.assert_array_equal(spread.value(np.array([0.9, 1.5]), 41, 0.04), [0, 1.05 - 1.0])
    assert spread.premium(0.04) == spread.value(np.ones(1), 0, 0.04)[0]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"weight": 0}, "weight of IWM must not be 0; leave it out"),
        ({"weight": 10.5}, r"weight of IWM must be in \[-10, 10\], got 10.5"),
        ({"weight": math.inf}, "weight of IWM must be .*, got inf"),
        ({"instrument": ""}, "instrument must be a line of text, got ''"),
    ],
)
def test_rules_of_legs_and_hedges(change, match):
    with pytest.raises(LetfError, match=f"leg: {match}"):
        Leg(**{"instrument": "IWM", "weight": 1} | change)
    with pytest.raises(LetfError, match=f"hedge: {match}"):
        Hedge(**{"instrument": "IWM", "weight": 1, "fall": 0.03} | change)


@pytest.mark.parametrize("fall", [0, 1, -0.03])
def test_a_hedge_waits_for_a_fall(fall):
    with pytest.raises(LetfError, match=r"hedge: fall \(0.03 is 3%\) must be in \(0, 1\)"):
        Hedge(instrument="TZA", weight=0.1, fall=fall)


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"name": ""}, "name must be a line of text, got ''"),
        ({"name": "x" * 41}, "name must have at most 40 characters"),
        ({"legs": ()}, "structure 'a': it must have either legs or a call spread"),
        ({"spread": CallSpread(**SPREAD)}, "it must have either legs or a call spread"),
        ({"legs": [LONG] * 9}, "structure 'a': legs must number from 0 to 8, got 9"),
        ({"legs": (LONG, LONG)}, "'IWM' stands in more than one leg; add up their weights"),
        ({"legs": "IWM"}, "legs must be Legs, got 'IWM'"),
        ({"hedge": LONG}, "hedge must be a Hedge, got Leg"),
        ({"rebalance_days": -1}, "rebalance_days must be from 0 to 252, got -1"),
        ({"stop": 1}, r"structure 'a': stop \(0.12 is 12%\) must be in \(0, 1\), got 1"),
        ({"stop": 0.0}, r"stop .* must be in \(0, 1\), got 0.0"),
        ({"target": 101}, r"target .* must be in \(0, 100\], got 101"),
        ({"maintenance": 0.3}, "maintenance is of short legs or a loan, and it has neither; leave it out"),
        ({"legs": (SHORT,), "maintenance": 1.1}, r"maintenance .* must be in \(0, 1\], got 1.1"),
    ],
)
def test_rules_of_a_structure(values, match):
    with pytest.raises(LetfError, match=match):
        Structure(**{"name": "a", "legs": (LONG,)} | values)


@pytest.mark.parametrize(
    "extra", [{"stop": 0.1}, {"target": 0.1}, {"maintenance": 0.3}, {"rebalance_days": 5}, {"hedge": "TZA"}]
)
def test_a_call_spread_stands_alone(extra):
    if "hedge" in extra:
        extra = {"hedge": Hedge(instrument="TZA", weight=0.1, fall=0.03)}
    with pytest.raises(LetfError, match=f"a model's mark is no price to sell at; leave out {next(iter(extra))}"):
        Structure(name="a", spread=CallSpread(**SPREAD), **extra)


@pytest.mark.parametrize(
    "parts",
    [
        {"legs": (SHORT,)},
        {"legs": (Leg(instrument="IWM", weight=3),)},
        {"legs": (LONG,), "hedge": Hedge(instrument="TZA", weight=0.1, fall=0.03)},
    ],
)
def test_a_margin_call_is_of_short_legs_or_a_loan(parts):
    assert Structure(name="a", maintenance=0.3, **parts).maintenance == 0.3


def test_instruments_are_named_once():
    hedge = Hedge(instrument="TNA", weight=0.1, fall=0.03)
    assert Structure(name="a", legs=[LONG, SHORT], hedge=hedge).instruments == ("IWM", "TNA")


@pytest.mark.parametrize(("days", "trading"), [(45, 31), (50, 35), (60, 41), (90, 62)])
def test_a_call_spread_expires_on_the_nearest_trading_day(days, trading):
    spread = CallSpread(**SPREAD | {"days": days})
    assert spread.expiry == spread.end(200) == trading and spread.end(20) == 20


def test_the_rate_of_cash_compounds_daily():
    assert math.exp(log_rate(0.04)) == pytest.approx((1 + 0.04 / 252) ** 252, rel=1e-12)  # rounding of a few operations
