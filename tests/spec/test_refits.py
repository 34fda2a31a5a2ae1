"""Refits of the built-in markets: theirs in all but the numbers, which lie about the fit's."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.errors import LetfError
from simulator.spec.files import MARKETS, PRESETS, preset_market
from simulator.spec.market import has_leverage_effect, market_from_dict
from simulator.spec.refits import FILE, parameters_of, preset_refits, with_parameters

COUNT = 40
SINGLE = ("iwm-markov3", "iwm-garch")


@pytest.mark.parametrize("name", MARKETS)
def test_refits_are_their_market_with_other_numbers(name):
    one, found = preset_market(name), preset_refits(name)
    assert len({str(market.to_dict()) for market in found}) == len(found) == COUNT
    for market in found:
        assert (type(market), market.name, market.index, market.drift) == (type(one), name, "IWM", one.drift)
        assert market_from_dict(market.to_dict()) == market
        assert has_leverage_effect(market) is has_leverage_effect(one)
        assert "standard_errors" not in market.provenance
    vols = [market.expected_vol() for market in found]
    assert np.quantile(vols, 0.05) < one.expected_vol() < np.quantile(vols, 0.95)
    assert 0.015 < np.std(vols) < 0.05


@pytest.mark.parametrize("name", SINGLE)
def test_the_fit_lies_within_the_spread_of_its_refits(name):
    one, found = (parameters_of(market) for market in (preset_market(name), preset_refits(name)[0]))
    assert one.keys() == found.keys()
    for key in one:
        values = np.array([parameters_of(market)[key] for market in preset_refits(name)])
        assert (values.min(axis=0) <= np.array(one[key])).all() and (values.max(axis=0) >= np.array(one[key])).all()


def test_regimes_are_in_order_of_volatility():
    for market in preset_refits("iwm-markov3"):
        vols = [regime.annual_vol for regime in market.regimes]
        assert vols == sorted(vols) and market.regime_names == ("calm", "normal", "crisis")
        assert market.initial == "stationary"


def test_refits_of_the_ensemble_pair_those_of_its_members():
    markov, garch = map(preset_refits, SINGLE)
    for j, market in enumerate(preset_refits("iwm-ensemble")):
        assert [member.market for member in market.members] == [markov[j], garch[j]]
        assert [member.weight for member in market.members] == [0.5, 0.5]
        assert {member.market.provenance["refit"] for member in market.members} == {j + 1}
    assert preset_refits("iwm") == markov


@pytest.mark.parametrize("name", SINGLE)
def test_parameters_survive(name):
    one = preset_refits(name)[3]
    assert with_parameters(preset_market(name), parameters_of(one)) == replace(
        one, provenance=preset_market(name).provenance
    )


def test_the_file_is_small():
    assert len((PRESETS / FILE).read_bytes()) < 60_000


def test_there_are_none_of_another_market():
    with pytest.raises(LetfError, match="no refits of 'spy'; there are some of the built-in iwm-markov3, iwm-garch, "):
        preset_refits("spy")
