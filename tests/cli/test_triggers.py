"""letf triggers: from price files to a table, JSON and a figure; bad input is one line and writes nothing."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from made_closes import DAYS, made_prices
from prices import weekdays, write_prices, write_series

from simulator.cli.triggers import triggers
from simulator.errors import LetfError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("triggers")
    for prices in made_prices():
        write_prices(folder, prices)
    values = 4 + np.round(np.cumsum(np.random.default_rng(2).normal(0, 0.05, DAYS + 1)), 2)
    write_series(folder, "DGS10.csv", weekdays(DAYS + 1), values)
    return folder


def run(*args):
    result = CliRunner().invoke(triggers, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def names(result):
    return [trigger["name"] for trigger in json.loads(result.stdout)["triggers"]]


def test_table_on_stdout_notes_on_stderr(folder):
    result = run("--prices", folder, "--horizon", "5,21")
    assert result.stdout.startswith("Study   what TNA, TZA and the pair did after triggers") and "**" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80 and "In full." not in result.stdout
    assert result.stderr.count("closes are from column 'Adj Close'") == 4
    assert run("--prices", folder, "--quiet").stderr == ""


def test_json_output_and_figure(folder, tmp_path):
    files = [tmp_path / name for name in ("triggers.json", "triggers.svg")]
    first, second = (
        run(
            "--prices", folder, "--json", "--trigger", "spy-fall", "--seed", 7, "--output", files[0], "--plot", files[1]
        )
        for _ in range(2)
    )
    data = json.loads(first.stdout)
    assert first.stdout == second.stdout == files[0].read_text() and files[1].read_bytes().startswith(b"<?xml")
    assert (data["schema"], data["interval"]["seed"], data["holds"]) == ("letf.triggers/1", 7, [5, 10, 21, 42])
    assert names(first) == ["spy-fall"] and str(folder) not in first.stdout


def test_a_series_adds_two_triggers_and_is_told_in_full(folder):
    path = folder / "DGS10.csv"
    shown = run("--prices", folder, "--series", f"{path}:rise=0.25,days=20", "--quiet").stdout
    assert "dgs10: dgs10 up 0.25 or more in 20 days, known 1 day later" in " ".join(shown.split())
    assert shown.count("dgs10-start: ") == 2 and shown.count("above-all: ") == 1
    alone = run(
        "--prices", folder, "--trigger", "above-all", "--series", f"{path}:rise=-5%,days=10,lag=0,name=ten", "--json"
    )
    assert names(alone) == ["above-all", "ten", "ten-start"]
    about = json.loads(alone.stdout)["triggers"][1]
    assert about["about"] == "ten down 5% or more in 10 days" and about["series"]["source_file"] == "DGS10.csv"


def test_the_second_index_as_a_series_is_the_usual_trigger(folder):
    brought = f"{folder / 'SPY.csv'}:rise=-3%,days=5,lag=0,name=own"
    data = json.loads(run("--prices", folder, "--trigger", "spy-fall", "--series", brought, "--json").stdout)
    usual, own, _ = (trigger["rows"] for trigger in data["triggers"])
    for mine, theirs in zip(own, usual, strict=True):
        assert mine["holds"] == theirs["holds"] and mine["mean"]["after"] == pytest.approx(theirs["mean"]["after"])


def test_a_file_is_no_folder(folder):
    with pytest.raises(LetfError, match=r"IWM.csv: is a file; give the folder of IWM.csv, SPY.csv, TNA.csv, TZA.csv"):
        run("--prices", folder / "IWM.csv")


def test_a_seed_below_0_is_refused(folder):
    with pytest.raises(LetfError, match=r"seed must be from 0 to .*, got -1"):
        run("--prices", folder, "--seed", -1)


def test_real_prices(shared_data):
    """Two figures of the README of this study: an average says little, a fall of SPY did."""
    data = json.loads(run("--prices", shared_data, "--json", "--quiet").stdout)
    assert (data["first_entry"], data["last_close"], data["days"]) == ("2008-11-19", "2024-12-31", 4055)
    rows = {
        (trigger["name"], row["instrument"], row["horizon_days"]): row
        for trigger in data["triggers"]
        for row in trigger["rows"]
    }
    assert len(rows) == data["comparisons"] == 120
    fall = rows["spy-fall", "TZA", 42]
    assert fall["resolved_together"] and fall["mean"]["difference"]["estimate"] == pytest.approx(-0.117, abs=5e-4)
    assert not any(row["resolved_together"] for (name, _, _), row in rows.items() if not name.startswith("spy"))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--series", "DGS10.csv"], "write FILE:rise=X,days=N, as DGS10.csv:rise=0.25,days=20"),
        (["--series", "DGS10.csv:rise=0.25"], "write FILE:rise=X,days=N"),
        (
            ["--series", "DGS10.csv:rise=x,days=5"],
            "rise 'x' is not a number; write 0.25 in the units of the file, or 5%",
        ),
        (["--series", "DGS10.csv:rise=1,days=5,delay=2"], "unknown 'delay'; known: rise, days, lag, name"),
        (["--series", "DGS10.csv:rise=1,days=5,rise=2"], "gives a key twice; give each once"),
        (["--series", "DGS10.csv:rise=1,days=two"], "'two' is not a whole number"),
        (["--plot", "triggers.jpg"], "must end in .png, .svg, .pdf"),
        (["--output", "triggers.csv"], "must end in .json"),
    ],
)
def test_bad_usage_is_refused_before_any_work(args, message):
    result = run("--prices", "nowhere", *args)
    assert result.exit_code == 2 and message in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--trigger", "golden"], "unknown trigger 'golden'; known: above-ema20"),
        (["--horizon", "64"], "horizon must be from 1 to 63, got 64"),
        (
            ["--series", "{}/DGS10.csv:rise=25,days=20"],
            r"DGS10\.csv: never dgs10 up 25 or more in 20 days, known 1 day",
        ),
        (["--series", "{}/none.csv:rise=1,days=20"], r"none\.csv: .*no such file"),
        (["--series", "{}/DGS10.csv:rise=1,days=300"], "days of dgs10 must be from 1 to 252, got 300"),
        (["--series", "{0}/DGS10.csv:rise=.2,days=5,name=above-all"], "two triggers are called 'above-all'; give"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(folder, tmp_path, args, message):
    args = [arg.format(folder) for arg in args]
    with pytest.raises(LetfError, match=message):
        run("--prices", folder, *args, "--output", tmp_path / "t.json", "--plot", tmp_path / "t.png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_the_prices_is_refused(tmp_path):
    with pytest.raises(LetfError, match=r"IWM\.csv: .*no such file"):
        run("--prices", tmp_path)
