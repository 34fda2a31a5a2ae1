"""letf stress: what it prints and writes, and what it refuses."""

import json

import pytest
from click.testing import CliRunner

from simulator.cli import letf
from simulator.output.text import WIDTH

QUICK = ("--paths", "1024", "--hold", "6")
MINE = """
schema = "letf.scenarios/1"
[[scenarios]]
name = "mine"
title = "My own day"
assumes = "IWM falls 10 %."
source = "Me."
shocks = [{ day = 2, index = -0.10 }]
"""


def invoke(*args):
    return CliRunner().invoke(letf, ["stress", *args])


def stress(*args):
    done = invoke(*args, *QUICK)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("fed-50", "--stop", "15%", "--target", "20%"),
        ("risk-off", "yields-20", "--no-stop", "--regime", "calm"),
        ("--fund", "UWM", "--market", "iwm-garch", "--drift", "0"),
        ("credit-freeze", "--market", "iwm-spy", "--rate", "1%", "--seed", "7"),
    ],
)
def test_the_table_says_what_it_is_of_and_fits_80_columns(args):
    text = stress(*args)
    assert text.startswith("Stress  IWM")
    assert all(len(line) <= WIDTH for line in text.splitlines())
    for label in ("Market  iwm", "Run     rate ", "1,024 paths, seed "):
        assert label in text
    assert "nan" not in text


def test_the_file_is_what_json_prints(tmp_path):
    file = tmp_path / "stress.json"
    assert stress("fed-25", "--json", "--output", str(file)) == file.read_text()
    assert json.loads(file.read_text())["scenarios"][0]["scenario"]["name"] == "fed-25"


def test_a_figure_is_drawn(tmp_path):
    stress("fed-25", "--plot", str(tmp_path / "stress.svg"))
    assert (tmp_path / "stress.svg").read_text().count("fed-25") > 0


def test_a_file_of_ones_own_takes_the_place_of_the_built_in(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(MINE)
    data = json.loads(stress("--scenario", str(file), "--json"))
    assert [one["scenario"]["name"] for one in data["scenarios"]] == ["mine"]
    assert data["scenarios"][0]["days"][0] == {
        "day": 2, "instrument": "IWM", "move": -0.1, "fill": {"end": "stopped", "overnight": -0.1, "within_day": -0.04}
    }  # fmt: skip


def test_the_list_runs_nothing():
    done = invoke("--list")
    assert done.exit_code == 0 and done.stdout.startswith("fed-25: Fed surprise")
    listed = json.loads(invoke("fed-50", "--list", "--json").stdout)
    assert [one["name"] for one in listed["scenarios"]] == ["fed-50"]


def test_what_is_left_out_is_noted_unless_quiet():
    args = ("--market", "iwm-garch", "--paths", "64", "--hold", "2")
    assert "Note: without fed-25, " in invoke(*args).stderr
    assert invoke(*args, "--quiet").stderr == ""


def test_real_days_are_replayed_from_a_folder(shared_data):
    text = stress("2011-08", "--prices", str(shared_data))
    assert "2011-08: from the close of 2011-07-29 to that of 2011-08-31, 23 days" in " ".join(text.split())
    assert "TNA, real" in text and "±" not in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("fed-75",), "unknown scenario 'fed-75'; known: fed-25, "),
        (("cpi-day", "--hold", "4"), "scenario 'cpi-day': day 5 lies beyond a hold of 4 days; hold longer"),
        (("--hold", "0"), "hold (trading days) must be from 1 to 252, got 0"),
        (("--stop", "100%"), "stop (0.12 is 12%) must be in (0, 1), got 1.0"),
        (("--stop", "5%", "--no-stop"), "--stop and --no-stop contradict each other"),
        (("--fund", "IWM"), "a stress test needs a fund besides its index IWM"),
        (("credit-freeze", "--market", "iwm"), "correlation needs a second index, iwm-markov3 has none"),
        (("--prices", "nowhere"), "nowhere: is no folder; give one with the prices of a replay, as IWM.csv"),
        (("--scenario", "nowhere.toml"), "nowhere.toml: no such file"),
        (("fed-25", "--prices", "."), "--prices replays real days, and none of these scenarios has any; leave it out"),
        (("--threads", "0"), "threads must be from 1 to 1,024, got 0"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(args, message):
    done = invoke(*args, "--paths", "64")
    assert done.exit_code != 0 and done.stdout == ""
    assert message in (str(done.exception) if done.exit_code == 1 else done.stderr)
