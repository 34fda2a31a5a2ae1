"""Comparisons of structures: every rule and its message."""

from dataclasses import replace

import pytest
from examples import SKEWED, ensemble, fund, market

from simulator.errors import LetfError
from simulator.spec.call_spread import CallSpread
from simulator.spec.comparison import Comparison
from simulator.spec.course import Course
from simulator.spec.leg import Hedge, Leg
from simulator.spec.structure import Structure

MIXED = ensemble(market(3), SKEWED)
HOLD = Structure(name="hold", legs=(Leg(instrument="IWM", weight=1),))
SPREAD = CallSpread(low=1.0, high=1.05, days=60, vol=0.2, skew=-0.02, settle=True)
FAR = CallSpread(low=1.6, high=1.7, days=45, vol=0.1, skew=0, settle=True)
VALUES = {"market": market(1), "funds": (fund(3),), "structures": (HOLD,), "hold": 20, "paths": 1000}


def of(instrument):
    return (Structure(name="a", legs=(Leg(instrument=instrument, weight=1),)),)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"market": "iwm"}, "market must be a market, as a MarkovMarket, got 'iwm'"),
        ({"funds": "TNA"}, "funds must be Funds, got 'TNA'"),
        ({"funds": (fund(3), fund(3))}, "fund 'F3': another fund or an index is called so; leave one of them out"),
        ({"funds": (replace(fund(3), ticker="IWM"),)}, "fund 'IWM': another fund or an index is called so"),
        ({"funds": (replace(fund(3), index="SPY"),)}, "fund 'F3' follows 'SPY' but the market is 'IWM'"),
        ({"structures": ()}, "structures must number from 1 to 64, got 0"),
        ({"structures": HOLD}, "structures must be Structures, got Structure"),
        ({"structures": (HOLD, HOLD)}, "structure 'hold' stands more than once; structures must have different names"),
        (
            {"structures": of("TNA")},
            "structure 'a': 'TNA' is none of IWM, F3, which market 'unnamed' and the funds",
        ),
        ({"structures": of("SPY")}, "'SPY' is none of IWM, F3, .*; it has no second index"),
        (
            {"structures": (Structure(name="h", legs=HOLD.legs, hedge=Hedge(instrument="F3", weight=0.1, fall=0.03)),)},
            "structure 'h': its hedge is bought when the second index falls, and market 'unnamed' has none; choose a",
        ),
        ({"structures": (Structure(name="s", spread=FAR),)}, "structure 's': its premium must be at least 0.0001"),
        ({"hold": 0}, "hold must be from 1 to 2,520, got 0"),
        ({"paths": 0}, "paths must be from 1"),
        ({"paths": 2**28}, "take 5.25 GiB, at most 2 GiB are allowed; take 102,261,126 paths or fewer"),
        ({"seed": -1}, "seed must be from 0"),
        ({"rate": 1}, r"rate must be in \(-1, 1\), got 1"),
        ({"loan_spread": -0.01}, r"loan_spread must be in \[0, 1\), got -0.01"),
        ({"borrow_fees": {"F3": -0.01}}, r"borrow_fees: F3 \(0.01 is 1% a year\) must be in \[0, 10\], got -0.01"),
        ({"borrow_fees": 0.01}, "borrow_fees must be fees by instrument, got 0.01"),
        ({"course": None}, "course must be a Course, got None"),
        ({"course": Course(rates=((21, 0.01),))}, "course: day 21 lies beyond the hold of 20 days"),
        ({"course": Course(rates=((3, 0.97),))}, r"rate on day 3 must be in \(-1, 1\), got 1.01"),
        ({"market": MIXED, "paths": 1}, "paths must give every one of the ensemble's"),
    ],
)
def test_rules(change, match):
    with pytest.raises(LetfError, match=match):
        Comparison(**VALUES | change)


def test_a_spread_that_is_settled_may_end_after_the_hold():
    spec = Comparison(**VALUES | {"structures": (HOLD, Structure(name="s", spread=SPREAD))})
    assert spec.last_day == SPREAD.expiry == 41
    assert Comparison(**VALUES | {"course": Course(rates=((20, 0.01),))}).last_day == 20


def test_an_ensemble_is_run_part_by_part():
    spec = Comparison(**VALUES | {"market": MIXED})
    parts = spec.parts()
    assert [part.market for _, part in parts] == [member.market for member in MIXED.members]
    assert sum(part.paths for _, part in parts) == spec.paths
    assert Comparison(**VALUES).parts()[0][1].market is VALUES["market"]
