"""Structures of a file brought to a market: what it has, what they cost, what is refused."""

import pytest
from examples import ensemble, market

from simulator.errors import LetfError
from simulator.spec.files import known_funds, preset_market
from simulator.spec.lineup import comparison, fitting, with_second_drift
from simulator.spec.market import second_index
from simulator.spec.usual import usual_structures

FUNDS = known_funds()[1]
JOINT = preset_market("iwm-spy")
USUAL = usual_structures()


def lineup(*names, market=JOINT, **more):
    return comparison(USUAL.called(names), market, FUNDS, hold=20, paths=100, **more)


def test_all_of_the_usual_structures_fit_two_indexes():
    assert fitting(USUAL, JOINT, FUNDS) == (USUAL, [])
    spec = lineup()
    assert [fund.ticker for fund in spec.funds] == ["TNA", "TZA"]
    assert spec.borrow_fees == {"SPY": 0.003, "TNA": 0.03, "TZA": 0.03}
    assert spec.last_day == 20


def test_one_index_leaves_out_what_needs_the_other():
    kept, left_out = fitting(USUAL, preset_market(), FUNDS)
    assert left_out == ["IWM - SPY", "IWM then TZA", "SPY + TZA", "SPY then TZA"]
    assert comparison(kept, preset_market(), FUNDS, hold=20).second is None


def test_a_market_that_nothing_fits_is_refused():
    with pytest.raises(LetfError, match=r"no structure can be held in market .*, of IWM alone; name another"):
        fitting(USUAL.called(("SPY + TZA",)), preset_market(), FUNDS)


def test_what_is_asked_for_by_name_is_not_left_out():
    with pytest.raises(
        LetfError, match=r"structure 'SPY . TZA': unknown instrument 'SPY'; known: IWM, TNA, .*has no second"
    ):
        lineup("SPY + TZA", market=preset_market())
    with pytest.raises(LetfError, match="its hedge is bought when the second index falls"):
        lineup("IWM then TZA", market=preset_market())


def test_an_option_costs_the_market_s_expected_volatility_and_its_premium():
    (structure,) = lineup("call spread 100/105").structures
    assert structure.spread.vol == pytest.approx(1.1 * JOINT.expected_vol())
    (structure,) = lineup("call spread 100/105", implied_vol=0.3).structures
    assert structure.spread.vol == 0.3
    with pytest.raises(LetfError, match="implied volatility is of options, and none of the structures has one"):
        lineup("IWM", implied_vol=0.3)


def test_fees_that_are_given_take_the_place_of_the_file_s():
    assert lineup("short both", borrow_fees={"TZA": 0.1}).borrow_fees == {"TNA": 0.03, "TZA": 0.1}
    with pytest.raises(LetfError, match="sold short, which is TNA, TZA here, got one of 'SPY'"):
        lineup("short both", borrow_fees={"SPY": 0.1})
    with pytest.raises(LetfError, match="sold short, which is nothing here, got one of 'SPY'"):
        lineup("IWM", borrow_fees={"SPY": 0.1})


def test_a_fee_that_nobody_knows_is_asked_for():
    bare = type(USUAL)(structures=USUAL.called(("short both",)).structures, borrow_fees={"TNA": 0.03})
    with pytest.raises(LetfError, match=r"structure 'short both' sells TZA short, .* give it, as --borrow TZA=3%"):
        comparison(bare, JOINT, FUNDS, hold=20)


def test_the_second_index_drifts_as_told():
    assert with_second_drift(JOINT, 0.3).second.drift == 0.3
    assert with_second_drift(JOINT, 0.3).drift == JOINT.drift
    with pytest.raises(LetfError, match="has no second index that could drift"):
        with_second_drift(preset_market(), 0.3)


def test_an_ensemble_has_the_second_index_that_all_its_members_have():
    both = ensemble(JOINT, preset_market("iwm-spy-garch"))
    assert second_index(both) == "SPY" and second_index(ensemble(JOINT, market(1))) is None
    members = with_second_drift(both, 0.3).members
    assert [member.market.second.drift for member in members] == [0.3, 0.3]
