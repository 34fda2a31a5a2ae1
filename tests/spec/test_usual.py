"""Structures files: what comes with the package, what a user may write, and what is refused."""

import tomllib

import pytest

from simulator.errors import LetfError
from simulator.spec.files import known_funds
from simulator.spec.leg import Hedge, Leg
from simulator.spec.usual import (
    LONGEST_NAME,
    read_structures,
    structures_from_dict,
    structures_to_dict,
    usual_structures,
)

HEAD = 'schema = "letf.structures/1"\n'
PLAIN = HEAD + '[[structures]]\nname = "a"\nlegs = { IWM = 0.5, TNA = -0.25 }\n'
SPREAD = "low = 1.0, high = 1.1, days = 60, skew = -0.03"


def read(text):
    return structures_from_dict(tomllib.loads(text))


def test_the_usual_structures_are_those_that_traders_name():
    names = [usual.name for usual in usual_structures().structures]
    assert names[:3] == ["IWM", "TNA", "TZA"] and len(names) == len(set(names)) == 12
    for usual in usual_structures().structures:
        assert usual.rule and len(usual.name) <= LONGEST_NAME
        assert set(usual.sold_short) <= set(usual_structures().borrow_fees)


def test_usual_stops_and_targets():
    levels = {usual.name: (usual.structure.stop, usual.structure.target) for usual in usual_structures().structures}
    assert levels["IWM"] == (0.06, 0.125)
    assert levels["TNA"] == levels["TZA"] == levels["IWM on margin 3x"] == (0.12, 0.3)
    assert levels["short both"] == (None, None)


def test_hedged_structures_keep_half_of_the_exposure():
    multiple = {fund.ticker: fund.leverage for fund in known_funds()[1]}
    by_name = {usual.name: usual.structure for usual in usual_structures().structures}
    held = by_name["IWM + TZA"].legs
    assert sum(leg.weight * multiple[leg.instrument] for leg in held) == pytest.approx(0.5)
    later = by_name["IWM then TZA"]
    assert (*later.legs, Leg(instrument=later.hedge.instrument, weight=later.hedge.weight)) == held
    assert later.hedge.fall == 0.03


def test_what_is_told_is_read_back():
    usual = usual_structures()
    assert structures_from_dict(structures_to_dict(usual)) == usual


def test_a_user_adds_one_in_four_lines():
    (found,) = read(PLAIN).structures
    assert found.structure.legs == (Leg(instrument="IWM", weight=0.5), Leg(instrument="TNA", weight=-0.25))
    assert found.sold_short == ("TNA",) and found.rule == ""


def test_a_hedge_that_is_sold_short_is_borrowed():
    text = PLAIN.replace("TNA = -0.25", "TNA = 0.25") + 'hedge = { instrument = "TZA", weight = -0.1, fall = 0.03 }\n'
    (found,) = read(text).structures
    assert found.structure.hedge == Hedge(instrument="TZA", weight=-0.1, fall=0.03)
    assert found.sold_short == ("TZA",)


def test_fees_not_given_are_those_of_the_package(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(PLAIN.replace("[[", "[borrow_fees]\nTNA = 0.08\n[[", 1))
    assert read_structures(file).borrow_fees == {**usual_structures().borrow_fees, "TNA": 0.08}


def test_exits_are_left_out_unless_asked_for():
    (found,) = read(PLAIN + "stop = 0.1\ntarget = 0.2\n").structures
    assert (found.at(0.2).stop, found.at(0.2).target) == (None, None)
    assert found.at(0.2, exits=True) == found.structure


def test_an_option_costs_what_the_market_expects_and_a_premium():
    (found,) = read(HEAD + f'[[structures]]\nname = "a"\nspread = {{ {SPREAD}, vol_premium = 1.2 }}\n').structures
    assert found.at(0.25).spread.vol == pytest.approx(0.3)
    assert found.at(0.25, implied_vol=0.4).spread.vol == 0.4


def test_an_option_of_its_own_volatility_keeps_it():
    (found,) = read(HEAD + f'[[structures]]\nname = "a"\nspread = {{ {SPREAD}, vol = 0.22 }}\n').structures
    assert found.at(0.9).spread.vol == 0.22 and found.at(0.9).spread.settle is False


def test_a_volatility_that_no_option_has_names_the_structure():
    (found,) = read(HEAD + f'[[structures]]\nname = "a"\nspread = {{ {SPREAD}, vol_premium = 1.2 }}\n').structures
    with pytest.raises(LetfError, match=r"structure 'a': call spread: vol .*must be in \[0.01, 3\], got 6"):
        found.at(5.0)


def test_structures_are_named_in_any_case_and_keep_their_order():
    found = usual_structures().called(("tza", "Iwm"))
    assert [usual.name for usual in found.structures] == ["IWM", "TZA"]
    assert usual_structures().called(()) == usual_structures()
    with pytest.raises(LetfError, match="unknown structure 'TQQQ'; known: IWM; TNA; TZA; IWM on margin 3x"):
        usual_structures().called(("TQQQ",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "missing key 'schema'|schema must be"),
        ('schema = "letf.structures/2"\n', "newer than"),
        (HEAD, "missing key 'structures'"),
        (HEAD + "structures = []\n", "structures must be a list of at least one table"),
        (HEAD + "structures = [3]\n", r"structures\[0\] must be a table, got 3"),
        (PLAIN + "size = 3\n", r"structures\[0\]: unknown key 'size'; known keys: name, rule, legs"),
        (PLAIN.replace('"a"', '"a name that is far too long"'), "at most 20 characters, got 27"),
        (PLAIN + PLAIN.removeprefix(HEAD).replace('"a"', '"A"'), "name 'A' stands more than once"),
        (PLAIN.replace("0.5", "0.0"), "structure 'a': leg: weight of IWM must not be 0"),
        (PLAIN.replace("{ IWM = 0.5, TNA = -0.25 }", "3"), "structure 'a': legs must be a table, got 3"),
        (PLAIN + 'rule = ""\n', "structure 'a': rule must be a line of text"),
        (PLAIN + "stop = 12\n", r"structure 'a': stop \(0.12 is 12%\) must be in \(0, 1\), got 12"),
        (PLAIN + f"spread = {{ {SPREAD}, vol = 0.2 }}\n", "structure 'a': it must have either legs or a call spread"),
        (HEAD + f'[[structures]]\nname = "a"\nspread = {{ {SPREAD} }}\n', "give vol, or vol_premium"),
        (HEAD + f'[[structures]]\nname = "a"\nspread = {{ {SPREAD}, vol = 0.2, vol_premium = 1 }}\n', "not both"),
        (HEAD + f'[[structures]]\nname = "a"\nspread = {{ {SPREAD}, vol_premium = 0 }}\n', "vol_premium must be in"),
        (PLAIN + 'hedge = { instrument = "TZA", weight = 0.1 }\n', "structure 'a': hedge: missing key 'fall'"),
        (HEAD + "borrow_fees = { TNA = -0.1 }\n" + PLAIN.removeprefix(HEAD), "borrow_fees: TNA must be in"),
    ],
)
def test_what_breaks_a_rule_is_refused(text, message):
    with pytest.raises(LetfError, match=message):
        read(text)


def test_an_error_names_the_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(PLAIN + "stop = 12\n")
    with pytest.raises(LetfError, match=f"^{file}: structure 'a': stop"):
        read_structures(file)
    with pytest.raises(LetfError, match=r"absent\.toml: no such file"):
        read_structures(tmp_path / "absent.toml")


def test_a_file_that_is_no_table_is_refused():
    with pytest.raises(LetfError, match="structures file must be a table"):
        structures_from_dict([])
