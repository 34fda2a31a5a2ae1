"""letf simulate: what it prints and writes."""

import csv
import json
import math
import tomllib

import pytest
from click.testing import CliRunner

from simulator.cli import letf
from simulator.output.table import WIDTH, with_error
from simulator.result import load
from simulator.spec.run import DEFAULT_HORIZONS

KEYS = {"mean", "stderr", "sd", "q", "q_stderr"}
QUANTILES = ["0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"]
FIVE_PERCENT_MARKET = """
schema = "letf.market/1"
index = "IWM"
kind = "markov"
drift = 0.08
initial = "stationary"
transition = [[1]]
regimes = [{ annual_vol = 0.05 }]
"""


def simulate(*args):
    done = CliRunner().invoke(letf, ["simulate", "--paths", "4000", *args], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def as_json(*args):
    return json.loads(simulate("--json", *args))


def test_defaults():
    run = json.loads(CliRunner().invoke(letf, ["simulate", "--json"], catch_exceptions=False).stdout)
    assert run["paths"] == 262144 and run["seed"] == 1 and run["rate"] == 0.04
    assert {row["fund"] for row in run["rows"]} == {"TNA", "TZA"}
    assert [row["horizon_days"] for row in run["rows"] if row["fund"] == "TNA"] == list(DEFAULT_HORIZONS)
    assert run["check"]["max_abs_z"] < 4.5


def test_json_contract():
    run = as_json("--horizon", "21")
    assert run["schema"] == "letf.simulate/1" and run["stream"] == "philox4x32-10/1"
    assert run["market"]["schema"] == "letf.market/1"
    assert {"max_abs_z", "moments", "skipped"} <= set(run["check"])
    for row in run["rows"]:
        for law in ("index_return", "fund_return", "divergence"):
            assert set(row[law]) == KEYS
            assert list(row[law]["q"]) == list(row[law]["q_stderr"]) == QUANTILES
        parts = row["attribution"]
        assert set(parts) == {"compounding", "volatility_drag", "carry"}
        total = sum(part["mean"] for part in parts.values())
        assert total == pytest.approx(row["divergence"]["mean"], abs=1e-12)
        for name in ("prob_loss", "prob_divergence_negative", "expected_shortfall_95"):
            assert row[f"{name}_stderr"] > 0
        assert row["value_at_risk_95"] == -row["fund_return"]["q"]["0.05"]
        assert row["expected_shortfall_95"] > row["value_at_risk_95"]


def test_json_has_nulls_and_no_nan():
    text = simulate("--json", "--paths", "1", "--horizon", "5")
    assert "NaN" not in text and "Infinity" not in text
    assert json.loads(text)["rows"][0]["fund_return"]["stderr"] is None


def test_horizons_are_sorted_and_repeats_dropped():
    run = as_json("--horizon", "10,2", "--horizon", "5,2")
    assert [row["horizon_days"] for row in run["rows"] if row["fund"] == "TNA"] == [2, 5, 10]


def test_funds_file_adds_and_overrides(tmp_path):
    path = tmp_path / "funds.toml"
    path.write_text(
        'schema = "letf.funds/1"\n'
        '[[funds]]\nticker = "TNA"\nname = "dear"\nindex = "IWM"\nleverage = 3\nexpense_ratio = 0.5\n'
        '[[funds]]\nticker = "NEW"\nname = "new"\nindex = "IWM"\nleverage = -1.5\nexpense_ratio = 0\n'
    )
    run = as_json("--horizon", "1", "--funds-file", str(path))
    assert [(fund["ticker"], fund["expense_ratio"]) for fund in run["funds"]] == [("TNA", 0.5), ("NEW", 0)]
    chosen = as_json("--horizon", "1", "--funds-file", str(path), "--fund", "tza", "--fund", "NEW", "--fund", "TZA")
    assert [fund["ticker"] for fund in chosen["funds"]] == ["TZA", "NEW"]


def test_starts():
    crisis, stationary, tilted, scaled = (
        as_json("--horizon", "21", "--fund", "TNA", *args)
        for args in (["--regime", "crisis"], [], ["--vol", "30%"], ["--vol", "90%", "--scale-vol"])
    )
    sd = [run["rows"][0]["index_return"]["sd"] for run in (stationary, tilted, crisis, scaled)]
    assert sd == sorted(sd)
    assert crisis["market"]["initial"] == "crisis"
    assert math.isclose(sum(tilted["market"]["initial"]), 1)
    assert scaled["market"]["initial"] == "stationary"
    assert scaled == as_json("--horizon", "21", "--fund", "TNA", "--scale-vol", "90%")


def test_drift_rate_and_market(tmp_path):
    path = tmp_path / "quiet.toml"
    path.write_text(FIVE_PERCENT_MARKET)
    run = as_json("--market", str(path), "--drift", "-4%", "--rate", "1.5%", "--horizon", "5")
    assert run["market"]["name"] == "quiet"
    assert (run["market"]["drift"], run["rate"]) == (-0.04, 0.015)
    own = as_json("--drift", "regime", "--horizon", "5")
    assert own["market"]["drift"] == "regime"


def test_table_says_what_it_is_and_fits_the_screen():
    table = simulate()
    for words in ("Market ", "iwm-markov3", "Start ", "stationary", "rate 4%", "drift 8%", "4,000 paths", "seed 1"):
        assert words in table
    assert "2024-12-31" in table  # the last price behind the built-in market
    assert "leverage effect" in table
    assert max(map(len, table.splitlines())) <= WIDTH


@pytest.mark.parametrize("args", [["--scale-vol", "300%"], ["--paths", "1"], ["--horizon", "2520"], ["--fund", "IWM"]])
def test_odd_tables_fit_the_screen(args):
    assert max(map(len, simulate(*args).splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.012345, 0.0004, "1.23±.04"),
        (-0.012345, 0.00041, "-1.23±.05"),
        (0.5, 0.0984, "50±10"),
        (0.5, 0, "50±0"),
        (0.123456, 1e-7, "12.346±.001"),
        (0.2, math.nan, "20.000"),
        (math.nan, math.nan, "-"),
        (math.inf, math.nan, "beyond"),
        (1e20, 1e18, "1.0e22±1e20"),
    ],
)
def test_a_figure_with_its_error(value, error, text):
    assert with_error(value, error) == text


def test_output_files(tmp_path):
    paths = {suffix: tmp_path / f"run{suffix}" for suffix in (".npz", ".json", ".csv", ".parquet")}
    for path in paths.values():
        simulate("--horizon", "5,21", "--output", str(path))
    run = json.loads(paths[".json"].read_text())
    assert run == as_json("--horizon", "5,21")
    result = load(paths[".npz"])
    assert result.spec.horizons == (5, 21)
    with paths[".csv"].open() as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["fund_return.q.0.05"]) == run["rows"][0]["fund_return"]["q"]["0.05"]
    frame = pytest.importorskip("pandas").read_parquet(paths[".parquet"])
    assert frame["prob_loss"].tolist() == [row["prob_loss"] for row in run["rows"]]


def test_plot_is_written(tmp_path):
    simulate("--horizon", "5,21", "--plot", str(tmp_path / "ridges.png"))
    assert (tmp_path / "ridges.png").read_bytes().startswith(b"\x89PNG")


def test_funds_and_markets_list_their_sources():
    funds = CliRunner().invoke(letf, ["funds"], catch_exceptions=False).stdout
    markets = CliRunner().invoke(letf, ["markets"], catch_exceptions=False).stdout
    for ticker in ("IWM", "TNA", "TZA", "URTY", "SRTY", "UWM", "TWM", "RWM"):
        assert ticker in funds
    assert "expense ratio" in funds and "2021-01 to 2024-12" in funds
    assert "iwm-markov3" in markets and "2024-12-31" in markets and "SHA-256" in markets
    assert max(map(len, (funds + markets).splitlines())) <= WIDTH


def test_markets_json_reads_back_as_a_market_file():
    listed = json.loads(CliRunner().invoke(letf, ["markets", "--json"], catch_exceptions=False).stdout)
    tomli_w = pytest.importorskip("tomli_w")
    again = tomllib.loads(tomli_w.dumps(listed["markets"][0]))
    assert again["schema"] == "letf.market/1"
