"""letf compare: what it prints, writes and draws, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from simulator.cli import letf
from simulator.output.text import WIDTH

QUICK = ("--paths", "4096", "--hold", "5")


def invoke(*args):
    return CliRunner().invoke(letf, ["compare", *args])


def compare(*args):
    done = invoke(*QUICK, *args)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--exits", "--against", "tna"),
        ("--market", "iwm-spy-garch", "--second-drift", "30%"),
        ("--regime", "crisis", "--drift=-40%", "--iv", "60%", "--borrow", "tna=12%", "--loan-spread", "0"),
    ],
)
def test_the_table_says_what_it_is_of_and_fits_80_columns(args):
    text = compare(*args)
    assert text.startswith("Compare 12 structures held 5 days, on the same paths\nMarket  iwm-spy")
    assert all(len(line) <= WIDTH for line in text.splitlines()) and "nan" not in text
    for label in ("Second  SPY beside IWM", "Run     rate 4%", "Costs   loans at", "Options call spread 100/105"):
        assert label in text


def test_the_view_is_the_market_s():
    def means(*args):
        return {row["name"]: row["mean"]["mean"] for row in json.loads(compare("--json", *args))["structures"]}

    up, down = means("--drift", "60%"), means("--drift=-60%")
    assert up["TNA"] > up["IWM"] > 0 > up["TZA"] and down["TNA"] < down["IWM"] < 0 < down["TZA"]
    assert means("--second-drift", "60%")["IWM - SPY"] < 0 < means("--second-drift=-60%")["IWM - SPY"]


def test_prices_say_where_the_joint_market_starts(shared_data):
    done = invoke(*QUICK, "--as-of", str(shared_data / "IWM.csv"))
    assert "Market  iwm-spy-ensemble, IWM" in done.stdout and "Start   as of the close of 2024-12-31: " in done.stdout


def test_exits_sell_at_stops():
    def stopped(*args):
        return json.loads(compare("--json", *args))["structures"][1]["ends"]["stopped"]["mean"]

    assert stopped("--exits") > 0 == stopped()
    assert "Exits   IWM -6% or +12.5%; TNA, TZA and IWM on margin 3x -12% or +30%" in compare("--exits")


def test_the_default_paths_and_hold():
    done = invoke("--structure", "IWM", "--json")
    assert (json.loads(done.stdout)["paths"], json.loads(done.stdout)["hold_days"]) == (65536, 20)


def test_structures_that_the_market_cannot_hold_are_left_out_and_named():
    text = " ".join(compare("--market", "iwm").split())
    assert (
        "Without IWM - SPY, IWM then TZA, SPY + TZA and SPY then TZA: iwm-markov3 has no second index, iwm-spy has"
        in text
    )
    assert json.loads(compare("--market", "iwm", "--json"))["left_out"] == [
        "IWM - SPY", "IWM then TZA", "SPY + TZA", "SPY then TZA",
    ]  # fmt: skip


def test_structures_of_a_file_take_the_place_of_the_usual_ones(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'schema = "letf.structures/1"\n'
        '[[structures]]\nname = "UWM"\nlegs = { UWM = 1.0 }\n'
        '[[structures]]\nname = "short UWM"\nlegs = { UWM = -1.0 }\nmaintenance = 0.6\n'
    )
    assert "short UWM" in compare("--structures", str(file), "--borrow", "UWM=2%")
    done = invoke("--structures", str(file))
    assert "sells UWM short, and no fee of borrowing it is known; give it, as --borrow UWM=3%" in str(done.exception)


def test_the_list_runs_nothing(monkeypatch):
    monkeypatch.setattr("simulator.cli.compare.load_market", None)
    assert invoke("--list").stdout.startswith("Dollars held for each dollar at risk")
    assert json.loads(invoke("--list", "--json").stdout)["schema"] == "letf.structures/1"
    alone = invoke("--list", "--structure", "tza").stdout
    assert "TZA: 1 TZA. At risk: the price paid. --exits: -12% or +30%.\n" in alone and "\nIWM:" not in alone


def test_files_are_what_is_printed_and_drawn(tmp_path):
    data, figure = tmp_path / "compare.json", tmp_path / "compare.svg"
    assert compare("--json", "--output", str(data), "--plot", str(figure)) == data.read_text()
    assert "<svg" in figure.read_text()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--structure", "TQQQ"), "unknown structure 'TQQQ'; known: IWM; TNA; TZA"),
        (("--against", "TQQQ"), "against must name a structure, got 'TQQQ'; there are: IWM; TNA"),
        (("--hold", "0"), "hold must be from 1 to 2,520, got 0"),
        (("--paths", "100000000"), "at most 2 GiB are allowed"),
        (("--borrow", "TNA"), "'TNA' names no ticker and fee; write TNA=5%"),
        (("--borrow", "TNA=5"), "'5' is 500 %; write 5% or 0.05"),
        (
            ("--borrow", "SRTY=5%"),
            "a borrow fee is of what is sold short, which is SPY, TNA, TZA here, got one of 'SRTY'",
        ),
        (("--borrow", "TNA=5%", "--borrow", "tna=6%"), "--borrow names a ticker twice, of TNA, TNA; once each."),
        (("--borrow", "TNA=-5%"), "must be in [0, 10], got -0.05"),
        (
            ("--iv", "400%"),
            "structure 'call spread 100/105': call spread: vol (0.2 is 20%) must be in [0.01, 3], got 4.0",
        ),
        (("--structure", "IWM", "--iv", "30%"), "none of the structures has one; leave it out"),
        (("--market", "iwm", "--second-drift", "5%"), "has no second index that could drift"),
        (("--market", "iwm", "--structure", "SPY + TZA"), "unknown instrument 'SPY'; known: IWM, TNA"),
        (("--structures", "absent.toml"), "absent.toml: no such file"),
        (("--threads", "0"), "threads must be from 1 to 1,024, got 0"),
        (("--plot", "a.gif"), ".png, .svg, .pdf"),
        (("TNA",), "Got unexpected extra argument (TNA)"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(args, message):
    done = invoke(*args)
    assert done.exit_code != 0
    told = done.stderr if isinstance(done.exception, SystemExit) else str(done.exception)
    assert message in told and "\n" not in str(done.exception)
