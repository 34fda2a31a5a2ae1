"""Ensembles: every rule and its message, paths shared out, what members take over."""

import math
from dataclasses import replace

import pytest
from examples import BOOTSTRAP, SCALED, SKEWED, ensemble, fund, market, run
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LetfError
from simulator.spec.ensemble import EnsembleMarket, Member
from simulator.spec.run import Simulation

THREE = ensemble(SKEWED, market(2), BOOTSTRAP, weights=[0.5, 0.3, 0.2])


def refused(match, members, **changes):
    with pytest.raises(LetfError, match=match) as caught:
        EnsembleMarket(**{"members": tuple(members), "drift": 0.08} | changes)
    assert "\n" not in str(caught.value)


def member(weight=1.0, one=SKEWED, **changes):
    return Member(weight=weight, market=replace(one, **changes))


@pytest.mark.parametrize(
    ("members", "match"),
    [
        ([], "members must number from 1 to 8, got 0"),
        ([member(1 / 9, name=str(i)) for i in range(9)], "members must number from 1 to 8, got 9"),
        ([member(0.5, name="a"), member(0.4, name="b")], "weights of members must sum to 1 within 1e-6, got 0.9"),
        ([member(1.5)], r"weights of members\[0\] must be in \[0, 1\], got 1.5"),
        ([member(-0.5, name="a"), member(1.5, name="b")], r"weights of members\[0\] must be in \[0, 1\], got -0.5"),
        ([member(math.nan)], r"weights of members\[0\] must be in \[0, 1\], got nan"),
        ([member("1")], r"weights of members\[0\] must be a number, got '1'"),
        ([member(0.5), member(0.5)], "members must have different names, got unnamed, unnamed"),
        ([member(1, name="a"), member(0, name="b")], "member 'b' has weight 0; leave it out"),
        ([member(index="SPY")], "member 'unnamed' is of 'SPY', not 'IWM'"),
    ],
)
def test_rules(members, match):
    refused(match, members)


def test_members_are_single_markets():
    for wrong in (THREE, None, "garch", SKEWED.to_dict()):
        with pytest.raises(LetfError, match="members must be markets of kind markov, garch, bootstrap, got"):
            Member(weight=1.0, market=wrong)


def data(**changes):
    return THREE.to_dict() | changes


@pytest.mark.parametrize(
    ("members", "match"),
    [
        (3, "market: members must be a list of tables, got 3"),
        ({}, "market: members must be a list of tables, got {}"),
        ([3], r"members\[0\] must be a table, got 3"),
        ([{"weight": 1}], r"members\[0\]: missing key 'market'"),
        ([{"market": {}}], r"members\[0\]: missing key 'weight'"),
        ([{"weight": 1, "market": 3}], r"members\[0\]: kind must be one of markov, garch, bootstrap, got None"),
        ([{"weight": 1, "market": {"kind": "ensemble"}}], r"members\[0\]: kind must be one of .*, got 'ensemble'"),
        ([{"weight": 1, "market": {}, "name": "a"}], r"members\[0\]: unknown key 'name'; known keys: weight, market"),
        ([{"weight": 1, "market": {"kind": "garch"}}], r"members\[0\]: market: schema must be .*, got None"),
    ],
)
def test_files_name_the_member(members, match):
    with pytest.raises(LetfError, match=match) as caught:
        EnsembleMarket.from_dict(data(members=members))
    assert "\n" not in str(caught.value)


def test_a_rule_that_a_member_breaks_names_it():
    members = data()["members"]
    members[1]["market"]["transition"] = [[1.0]]
    with pytest.raises(LetfError, match=r"members\[1\]: transition must have 2 rows"):
        EnsembleMarket.from_dict(data(members=members))


def test_members_take_over_the_drift():
    other = replace(THREE, drift=-0.1)
    assert {entry.market.drift for entry in other.members} == {-0.1}
    assert {entry.market.drift for entry in other.with_drift(0.2).members} == {0.2}
    own = market(2, drift="regime", log_drifts=[0.3, -0.5])
    assert ensemble(own, drift=0.05).members[0].market.drift == 0.05


def test_weights_are_renormalised():
    found = ensemble(SKEWED, BOOTSTRAP, weights=[0.3333333, 0.6666666])
    assert sum(entry.weight for entry in found.members) == pytest.approx(1, abs=1e-15)


@given(st.lists(st.floats(1e-3, 1), min_size=1, max_size=8))
def test_weights_that_were_renormalised_stay(weights):
    """However often a market is copied or read, or its runs would not be the same."""
    once = ensemble(*[BOOTSTRAP] * len(weights), weights=[weight / sum(weights) for weight in weights])
    again = EnsembleMarket.from_dict(once.to_dict()).with_drift(0.08)
    assert again == once


def test_expected_volatility_is_that_of_the_mixture():
    variance = sum(entry.weight * entry.market.expected_vol() ** 2 for entry in THREE.members)
    assert THREE.expected_vol() == pytest.approx(math.sqrt(variance), rel=1e-14)


@pytest.mark.parametrize("method", ["with_vol", "with_scaled_vol"])
def test_a_volatility_is_every_members(method):
    changed = getattr(THREE, method)(0.25)
    assert [entry.market.expected_vol() for entry in changed.members] == pytest.approx([0.25] * 3, rel=1e-9)
    assert [entry.weight for entry in changed.members] == [entry.weight for entry in THREE.members]


def test_a_start_in_a_regime_is_that_of_the_market_of_regimes_and_its_volatility_the_others():
    started = THREE.in_regime("REGIME1")
    vol = THREE.members[1].market.in_regime("regime1").expected_vol()
    assert started.members[1].market.initial == "regime1"
    assert [entry.market.expected_vol() for entry in started.members] == pytest.approx([vol] * 3, rel=1e-12)
    assert THREE.regimes_market == THREE.members[1].market
    two = ensemble(market(2), market(3))
    assert two.in_regime("regime2").members[0].market.initial == "regime2"
    with pytest.raises(LetfError, match="unknown regime 'panic'; this market has: regime1, regime2"):
        THREE.in_regime("panic")


def test_a_start_in_a_regime_needs_regimes():
    none = ensemble(SKEWED, BOOTSTRAP, name="pair")
    assert none.regimes_market is None
    with pytest.raises(LetfError, match="regime 'calm' needs a market of regimes; no member of pair is one"):
        none.in_regime("calm")


def test_a_member_that_cannot_start_there_is_told():
    with pytest.raises(LetfError, match="vol 60% is out of reach of this market's start") as caught:
        THREE.with_vol(0.6)
    assert "\n" not in str(caught.value)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8), st.integers(1, 2**40))
def test_paths_are_shared_out_in_proportion(weights, paths):
    weights = [weight / sum(weights) for weight in weights]
    one = ensemble(*[BOOTSTRAP] * len(weights), weights=weights)
    try:
        spec = run(one, 3.0, paths=paths)
    except LetfError as error:
        expected = f"paths must give every one of the ensemble's {len(weights)} models one, got {paths}"
        assert str(error) == expected and paths * min(weights) < 1
        return
    reached = 0
    for (first, part), weight, entry in zip(spec.parts(), weights, one.members, strict=True):
        assert first == reached and part.market == entry.market
        assert abs(part.paths - weight * paths) <= 1 + 1e-9 * paths
        assert replace(part, market=one, paths=paths) == spec
        reached += part.paths
    assert reached == paths


def test_few_paths_are_refused_in_one_line():
    with pytest.raises(LetfError, match="paths must give every one of the ensemble's 3 models one, got 2"):
        run(THREE, 3.0, paths=2)
    assert [part.paths for _, part in run(ensemble(SKEWED, SCALED), 3.0, paths=2).parts()] == [1, 1]


def test_any_other_market_is_one_part():
    spec = run(SCALED, 3.0, paths=10)
    assert spec.parts() == ((0, spec),)


def test_funds_follow_the_ensembles_index():
    with pytest.raises(LetfError, match="fund 'F3' follows 'IWM' but the market is 'SPY'"):
        Simulation(market=ensemble(replace(SKEWED, index="SPY"), index="SPY"), funds=(fund(3),))


def test_runs_of_ensembles_survive_plain_data():
    spec = run(ensemble(SKEWED, SCALED, market(3)), 3.0, -3.0, paths=100)
    assert Simulation.from_dict(spec.to_dict()) == spec
