"""TOML files as users make them, and the presets."""

import pytest
import tomli_w
from examples import fund, market

from simulator.errors import LetfError
from simulator.spec.files import MARKETS, find_funds, preset_funds, preset_market, read_funds, read_market
from simulator.spec.fund import funds_to_dict
from simulator.spec.market import has_leverage_effect

MARKET = """schema = "letf.market/1"
index = "IWM"
kind = "markov"
drift = 0
initial = [1, 0]
transition = [[1, 0], [0, 1]]
[[regimes]]
name = "calm"
annual_vol = 1
[[regimes]]
name = "crisis"
annual_vol = 2
"""


@pytest.fixture
def write(tmp_path):
    def written(content, name="my-market.toml"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def one_line(path, read=read_market):
    with pytest.raises(LetfError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_a_market_without_a_name_is_called_by_its_file(write):
    read = read_market(write(MARKET))
    assert read.name == "my-market" and read.regime_names == ("calm", "crisis")
    assert read_market(write('name = "own"\n' + MARKET)).name == "own"


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + MARKET.encode(),
        MARKET.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + MARKET.replace("\n", "\r\n").encode(),
        MARKET.rstrip("\n").encode(),
    ],
    ids=["byte order mark", "Windows line ends", "both", "no last line end"],
)
def test_what_editors_leave_in_a_file(write, content):
    assert read_market(write(content)) == read_market(write(MARKET))


@pytest.mark.parametrize("drift", ["0.08", "1e-2", '"regime"', "+0.1", "0"])
def test_numbers_as_toml_writes_them(write, drift):
    own = MARKET.replace("annual_vol", "annual_log_drift = 0\nannual_vol")
    assert read_market(write(own.replace("drift = 0\ninitial", f"drift = {drift}\ninitial"))).daily_means().shape == (
        2,
    )


@pytest.mark.parametrize("content", [b"\xff\xfeb\x00i\x00n\x00", b"\x93NUMPY\xff", bytes(range(256))])
def test_binary_files(write, content):
    assert one_line(write(content)) == "not a text file; a TOML file is expected"


def test_an_empty_file(write):
    assert one_line(write("")).startswith('market: schema must be "letf.market/1", got None')


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("drift = \n", "line 1, column 9"),
        (MARKET + "x\n", "line 13, column 2"),
        (MARKET.replace("\n", "\r\n") + "x\r\n", "line 13, column 2"),
        ("a = [\n", "end of document"),
        ("a = 1\na = 2\n", "line 2"),
    ],
)
def test_a_syntax_error_names_its_place(write, content, place):
    message = one_line(write(content))
    assert message.startswith("not TOML: ") and place in message


@pytest.mark.parametrize("content", ["x = " + "9" * 5000, "x = " + "[" * 5000])
def test_what_a_parser_chokes_on(write, content):
    assert one_line(write(content)).startswith("not TOML: ")


def test_a_broken_rule_names_the_file(write):
    assert one_line(write(MARKET.replace("annual_vol = 2", "annual_vol = 20"))).startswith(
        "regime 'crisis': annual_vol"
    )


def test_no_file(tmp_path):
    assert one_line(tmp_path / "none.toml") == "no such file"
    assert one_line(tmp_path) == "is a folder, a file is expected"


def test_a_path_that_is_none(write):
    assert one_line(write("x", "file") / "below").startswith("cannot be read: ")


def test_a_market_written_as_toml_is_read_again(write):
    one = market(4, name="four", provenance={"days": 6000, "law": [0.1, 0.9]}, initial=[0.1, 0.2, 0.3, 0.4])
    assert read_market(write(tomli_w.dumps(one.to_dict()))).to_dict() == one.to_dict()


def test_a_funds_file(write):
    funds = (fund(3.0, 0.01, source="a prospectus"), fund(-3.0, 0.0, swap_spread=-0.01))
    path = write(tomli_w.dumps(funds_to_dict(funds)), "funds.toml")
    assert read_funds(path) == funds
    assert one_line(write(MARKET), read_funds).startswith('funds file: schema must be "letf.funds/1"')


def test_preset_funds():
    """Leverage and stated fees of the facts; an inverse fund and its twin follow one index."""
    funds = {one.ticker: one for one in preset_funds()}
    leverages = {"IWM": 1, "TNA": 3, "TZA": -3, "URTY": 3, "SRTY": -3, "UWM": 2, "TWM": -2, "RWM": -1}
    assert {ticker: one.leverage for ticker, one in funds.items()} == leverages
    assert {one.index for one in funds.values()} == {"IWM"}
    assert funds["IWM"].annual_carry(0.05) == 0
    for ticker, fee in (("TNA", 0.0103), ("TZA", 0.0104), ("URTY", 0.0095), ("RWM", 0.0095)):
        assert funds[ticker].expense_ratio == fee
    assert all(one.source for one in funds.values())


def test_fitted_costs_of_the_preset_funds():
    """Over (1 - L) times the rate, TNA cost 1.95 % and TZA 1.67 % in 2024; 1.90 and 1.79 % in 2021-25."""
    funds = {one.ticker: one for one in preset_funds()}
    assert -funds["TNA"].annual_carry(0.0) == pytest.approx(0.0190, abs=0.0005)
    assert -funds["TZA"].annual_carry(0.0) == pytest.approx(0.0179, abs=0.0005)


def test_preset_markets_go_by_their_names():
    for name in MARKETS:
        one = preset_market(name)
        assert one.name == name and (one.index, one.drift) == ("IWM", 0.08)
        assert "--as-of IWM.csv" in one.provenance["why"] and one.provenance["last_date"] == "2024-12-31"
        assert getattr(one, "initial", "stationary") == "stationary"
    assert preset_market() == preset_market("iwm") == preset_market("iwm-markov3")


def test_the_preset_ensemble_is_half_of_each_other_preset():
    found = preset_market("iwm-ensemble")
    assert [(member.weight, member.market) for member in found.members] == [
        (0.5, preset_market("iwm-markov3")),
        (0.5, preset_market("iwm-garch")),
    ]
    assert found.provenance["why"] != found.members[0].market.provenance["why"]
    assert has_leverage_effect(found) and not has_leverage_effect(preset_market())


def test_presets_hold_numbers_that_were_fitted_and_never_the_days():
    for name in MARKETS:
        assert len(str(preset_market(name).to_dict())) < 5000


def test_unknown_names_list_the_known():
    with pytest.raises(LetfError, match="unknown market 'spy'; built in: iwm-markov3, iwm-garch, iwm-ensemble"):
        preset_market("spy")
    with pytest.raises(LetfError, match="unknown fund 'TQQQ'; known: IWM, TNA, TZA"):
        find_funds(("TNA", "TQQQ"), preset_funds())


def test_funds_are_found_in_any_case_in_the_order_asked_once():
    found = find_funds(("tza", "TNA", "Tza"), preset_funds())
    assert [one.ticker for one in found] == ["TZA", "TNA"]
