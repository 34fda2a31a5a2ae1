"""letf rare: what it prints and writes, and what it refuses."""

import json

import pytest
from click.testing import CliRunner
from examples import ensemble, market, run

from simulator.cli import letf
from simulator.distribution import Estimate
from simulator.output.rare_report import report, times, with_error
from simulator.output.text import WIDTH
from simulator.risk.rare import rare_losses

QUICK = ("--paths", "8192", "--hold", "5")


def invoke(*args):
    return CliRunner().invoke(letf, ["rare", "TNA", *QUICK, *args])


def rare(*args):
    done = invoke(*args)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("args", [(), ("--loss", "12.5%", "--regime", "crisis"), ("--hold", "252"), ("--hold", "1")])
def test_the_table_says_what_it_is_of_and_fits_80_columns(args):
    text = rare(*args)
    assert text.startswith("Rare    losses of TNA (3x IWM daily), held ")
    assert all(len(line) <= WIDTH for line in text.splitlines())
    for label in ("Market  iwm-markov3", "Run     rate 4%, drift 8% a year, 8,192 paths, seed 1", "Drawn "):
        assert label in text
    assert "nan" not in text


def test_machines_read_every_figure():
    data = json.loads(rare("--json", "--loss", "50%", "--loss", "30%"))
    assert data["schema"] == "letf.rare/1"
    assert data["fund"]["ticker"] == "TNA" and data["hold_days"] == 5 and data["paths"] == 8192
    assert [row["loss"] for row in data["losses"]] == [0.3, 0.5]
    figure = data["losses"][0]["at_any_close"]
    assert figure.keys() == {"mean", "stderr", "worth", "plain"} and figure["plain"].keys() == {"mean", "stderr"}
    assert [row["chance"] for row in data["tails"]] == [0.01, 0.001, 0.0001, 0.00001]
    assert data["tails"][-1]["loss_exceeded"]["plain"] == {"mean": None, "stderr": None}
    assert data["exponents"][0] == 0 and abs(data["mean_weight"]["mean"] - 1) < 5 * data["mean_weight"]["stderr"]


def test_the_file_is_what_json_prints(tmp_path):
    file = tmp_path / "rare.json"
    assert rare("--json", "--output", str(file)) == file.read_text()


def test_the_hold_is_21_days_unless_told():
    done = CliRunner().invoke(letf, ["rare", "TZA", "--paths", "8192"])
    assert "TZA (-3x IWM daily), held 21 trading days" in done.stdout


def test_an_ensemble_says_who_answers():
    whole = ensemble(market(3), market(1, name="other"))
    text = report(rare_losses(run(whole, 3.0, horizons=(5,), paths=8192)))
    assert f"of the models of {whole.name} the one whose law can be tilted" in " ".join(text.split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--market", "iwm-garch"), "rare losses need a market of regimes with normal innovations"),
        (("--loss", "100%"), "loss (0.5 is 50%) must be in (0, 1), got 1.0"),
        (("--hold", "0"), "horizon must be from 1 to 2,520, got 0"),
        (("--hold", "300"), "hold (in trading days) must be from 1 to 252, got 300"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(args, message):
    done = invoke(*args)
    assert done.exit_code != 0
    assert message in str(done.exception)


@pytest.mark.parametrize(
    ("mean", "stderr", "text"),
    [
        (0.0123456, 0.0000789, "1.235±.008"),
        (0.17854, 0.00071, "17.85±.08"),
        (1.54615e-7, 1.373e-9, "1.55e-05±2e-07"),
        (0.25, 0.03, "25±3"),
        (0.0000459, 0.00000031, "0.00459±.00004"),
        (0.0, float("nan"), "<1e-10"),
        (0.0, 0.0, "0"),
        (float("nan"), float("nan"), "-"),
        (0.3, 0.0996, "30±10"),
        (2e-6, 3e-6, "2e-04±3e-04"),
    ],
)
def test_figures_have_the_digits_that_their_error_leaves(mean, stderr, text):
    assert with_error(Estimate(mean, stderr)) == text


@pytest.mark.parametrize(
    ("worth", "text"),
    [(0.84, "0.8"), (9.96, "10"), (38.4, "38"), (1643, "1,600"), (99_600, "1e+05"), (float("nan"), "-")],
)
def test_what_a_figure_is_worth(worth, text):
    assert times(worth) == text
