"""letf replay: from price files to tables, JSON, fitted funds and figures; bad input is one line and writes nothing."""

import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from prices import fund_returns, index_returns, prices, without, write_prices, write_series

from simulator.cli.replay import KINDS, SIMULATED, replay
from simulator.errors import LetfError
from simulator.history.windows import HOLDS
from simulator.spec.files import read_funds

LETF = Path(sys.prefix) / "bin" / "letf"
DAYS = 600  # from 2012 to April 2014
R = index_returns(DAYS)
INDEX = prices(R, "IWM.csv")
REAL = {
    "TNA": prices(fund_returns(R, 3.0, 0.02, 5e-4), "TNA.csv"),
    "TZA": prices(fund_returns(R, -3.0, 0.02, 5e-4), "TZA.csv"),
}
WEEKDAYS = 252 / (365.25 * 5 / 7)  # the example trades on every weekday
CALENDAR = np.arange(INDEX.dates[0], INDEX.dates[-1] + 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Prices of an index and two funds, and a short rate of 2 %."""
    made = tmp_path_factory.mktemp("prices")
    for each in (INDEX, *REAL.values()):
        write_prices(made, each)
    write_series(made, "DFF.csv", CALENDAR, np.full(len(CALENDAR), 2.0))
    return made


def run(*args):
    result = CliRunner().invoke(replay, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def arguments(folder, *tickers):
    files = [part for ticker in tickers for part in ("--fund-prices", folder / f"{ticker}.csv")]
    return ["--index", folder / "IWM.csv", *files]


@pytest.fixture
def both(folder):
    return [*arguments(folder, "TNA", "TZA"), "--rates", folder / "DFF.csv"]


def test_the_table(both):
    result = run(*both)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert not any(line.endswith(" ") for line in result.stdout.splitlines())
    assert " nan" not in result.stdout and "-0.0 " not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[0] == "Index   IWM.csv, column 'Adj Close', 2012-01-02 to 2014-04-21, 600 returns"
    assert lines[1] == "Rate    DFF.csv, by calendar days over 360, 1.96% a year in the mean"  # on 252 of 261 days
    for word in (
        "TNA, 3x IWM daily",
        "TZA, -3x IWM daily",
        "beta 3.00",
        "beta -2.99",
        "worst days",
        "2013",
        "2014*",
        "252",
    ):
        assert word in result.stdout
    assert result.stderr.splitlines() == [
        f"Note: {name}.csv: closes are from column 'Adj Close'" for name in ("IWM", "TNA", "TZA")
    ]


def test_quiet_leaves_stderr_alone(both):
    assert run(*both, "--quiet").stderr == ""


def test_json_is_one_object_whose_parts_add_up(both):
    data = json.loads(run(*both, "--json", "--quiet").stdout)
    assert data["schema"] == "letf.replay/1" and data["costs"] is None
    assert data["index"] | {"sha256": ""} == {
        "source": "IWM.csv",
        "sha256": "",
        "price_column": "Adj Close",
        "first_date": "2012-01-02",
        "last_date": "2014-04-21",
        "days": DAYS,
    }
    assert data["rate"]["mean"] == pytest.approx(0.02 * 365 / 360 * WEEKDAYS, rel=0.003)
    for entry, ticker, leverage in zip(data["funds"], ("TNA", "TZA"), (3, -3), strict=True):
        assert (entry["fund"]["ticker"], entry["fund"]["leverage"]) == (ticker, leverage)
        assert entry["daily"]["beta"] == pytest.approx(leverage, abs=4 * entry["daily"]["beta_stderr"])
        assert [year["year"] for year in entry["years"]] == [2012, 2013, 2014]
        assert [year["full"] for year in entry["years"]] == [True, True, False]
        for span in (entry["whole"], *entry["years"]):
            parts = ("compounding", "volatility_drag", "financing", "swap", "fee", "tracking")
            difference = span["fund_return"] - leverage * span["index_return"]
            assert sum(span[part] for part in parts) == pytest.approx(difference, abs=1e-12)
        assert [row["horizon_days"] for row in entry["divergence"]] == list(HOLDS)
        for row in entry["divergence"]:
            assert set(row["q"]) == {"0.01", "0.05", "0.25", "0.5", "0.75", "0.95", "0.99"}
            assert row["prob_negative"]["low"] <= row["prob_negative"]["estimate"] <= row["prob_negative"]["high"]
            assert row["independent"]["holds"] == -(-row["holds"] // row["horizon_days"])


def test_output_is_what_json_prints(both, tmp_path):
    path = tmp_path / "replay.json"
    shown = run(*both, "--output", path, "--quiet")
    assert shown.stdout == run(*both, "--quiet").stdout
    assert path.read_text() == run(*both, "--json", "--quiet").stdout
    assert str(tmp_path) not in path.read_text()


def test_a_constant_rate(folder):
    args = [*arguments(folder, "TNA"), "--json", "--quiet"]
    assert json.loads(run(*args).stdout)["rate"] == {"source": None, "mean": pytest.approx(0.04)}
    assert json.loads(run(*args, "--rate", "1%").stdout)["rate"]["mean"] == pytest.approx(0.01)
    assert "Rate    4% a year on all days" in run(*arguments(folder, "TNA")).stdout


def test_units_of_rates(folder, tmp_path):
    fractions = write_series(tmp_path, "DFF.csv", CALENDAR, np.full(len(CALENDAR), 0.0201))
    args = [*arguments(folder, "TNA"), "--json", "--quiet", "--rates", fractions]
    assert json.loads(run(*args, "--rates-unit", "fraction").stdout)["rate"]["mean"] == pytest.approx(
        0.0201 * 365 / 360 * WEEKDAYS, rel=0.003
    )
    bill = json.loads(run(*args, "--rates-unit", "fraction", "--rates-kind", "bill").stdout)["rate"]["mean"]
    assert bill == pytest.approx(365 * 0.0201 / (360 - 91 * 0.0201) * WEEKDAYS, rel=0.003)


def test_start_end_and_horizons(folder):
    args = [*arguments(folder, "TNA"), "--start", "2012-03-01", "--end", "2013-06-28", "--horizon", "21,5", "--json"]
    entry = json.loads(run(*args, "--quiet").stdout)["funds"][0]
    assert (entry["prices"]["first_date"], entry["prices"]["last_date"]) == ("2012-03-01", "2013-06-28")
    assert [row["horizon_days"] for row in entry["divergence"]] == [5, 21]


def test_any_fund_by_a_funds_file(folder, tmp_path):
    funds = tmp_path / "mine.toml"
    funds.write_text(
        'schema = "letf.funds/1"\n[[funds]]\nticker = "ABC"\nname = "mine"\nindex = "IDX"\nleverage = 1.5\n'
        "expense_ratio = 0.005\n"
    )
    write_prices(tmp_path, replace(prices(fund_returns(R, 1.5), "x.csv")))
    args = ["--index", folder / "IWM.csv", "--fund-prices", tmp_path / "x.csv", "--funds-file", funds]
    assert "ABC, 1.5x IDX daily: mine" in run(*args, "--fund", "abc").stdout
    assert "prices of which fund? name it with --fund" in " ".join(run(*args).output.split())


def test_fitted_costs(both, tmp_path):
    path = tmp_path / "funds.toml"
    result = run(*both, "--fit-costs", "--output", path, "--quiet")
    assert max(map(len, result.stdout.splitlines())) <= 80
    for word in (
        "swap spread",
        "half-spread",
        "Newey-West",
        "2012",
        "2013",
        "2014*",
        "costs of",
        "off by",
        "median of 2",
    ):
        assert word in result.stdout
    assert tomllib.loads(path.read_text())["schema"] == "letf.funds/1"
    bull, bear = read_funds(path)
    assert (bull.ticker, bear.ticker, bull.expense_ratio, bear.expense_ratio) == ("TNA", "TZA", 0.0103, 0.0104)
    assert (bull.swap_spread, bull.swap_half_spread) == (bear.swap_spread, bear.swap_half_spread)
    assert "daily returns of 2013 over the short rate of DFF.csv: TNA.csv, TZA.csv on IWM.csv" in bull.source
    costs = json.loads(run(*both, "--fit-costs", "--json", "--quiet").stdout)["costs"]
    assert costs["latest_year"] == 2013 and [year["year"] for year in costs["years"]] == [2012, 2013, 2014]
    assert costs["funds"] == [bull.to_dict(), bear.to_dict()]
    assert [(check["year"], check["ticker"]) for check in costs["checks"]] == [(2013, "TNA"), (2013, "TZA")]
    assert costs["worst_error"] == max(abs(check["error"]) for check in costs["checks"])


def test_a_replay_with_fitted_costs_tracks_the_fitted_year(both, tmp_path):
    path = tmp_path / "funds.toml"
    run(*both, "--fit-costs", "--output", path, "--quiet")
    data = json.loads(run(*both, "--funds-file", path, "--json", "--quiet").stdout)
    for entry in data["funds"]:
        assert entry["years"][1]["tracking"] == pytest.approx(0, abs=2e-5)  # costs are kept to a millionth a year


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != SIMULATED])
def test_figures(both, tmp_path, kind):
    first, second = tmp_path / "a.svg", tmp_path / "b.SVG"
    for path in (first, second):
        assert run(*both, "--plot", path, "--kind", kind, "--quiet").exit_code == 0
    assert first.read_bytes() == second.read_bytes() and b"TZA" in first.read_bytes()


def test_growth_is_drawn_by_default(both, tmp_path):
    run(*both, "--plot", tmp_path / "a.png", "--quiet")
    run(*both, "--plot", tmp_path / "b.png", "--kind", "growth", "--quiet")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_windows_are_drawn_on_a_simulation(both, tmp_path):
    path = tmp_path / "windows.svg"
    options = ["--paths", "4000", "--seed", "7", "--regime", "calm", "--threads", "1"]
    run(*both, "--plot", path, "--kind", "windows", "--quiet", *options)
    text = path.read_text()
    for word in ("4,000 paths, seed 7", "calm 100%", "a real hold", "Rate 1.96%"):
        assert word in text


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--rates", "DFF.csv", "--rate", "3%"], "--rates and --rate both tell the short rate"),
        (["--rates-unit", "percent"], "--rates-unit and --rates-kind are about the file of --rates"),
        (["--rates-kind", "bill"], "--rates-unit and --rates-kind are about the file of --rates"),
        (["--fund", "TNA", "--fund", "TZA"], "1 --fund-prices but 2 --fund; give one --fund for each"),
        (["--fit-costs"], "--fit-costs finds what funds cost over the short rate; give --rates, or a --rate"),
        (["--kind", "growth"], "--kind says what to draw; to draw it: --plot growth.png"),
        (["--seed", "3"], "--seed is for simulated ridges; to draw them: --plot windows.png --kind windows"),
        (["--plot", "a.png", "--vol", "30%"], "--vol is for simulated ridges"),
        (["--output", "funds.toml"], "--output FILE.toml holds funds with fitted costs; add --fit-costs"),
        (["--output", "table.csv"], "must end in .json, .toml"),
        (["--plot", "a.jpg"], "must end in .png, .svg, .pdf"),
        (["--kind", "pie"], "'pie' is not one of 'growth', 'waterfall', 'windows'"),
        (["--rate", "4"], "write 4% or 0.04"),
    ],
)
def test_bad_usage(folder, args, message):
    result = run(*arguments(folder, "TNA"), *args)
    assert result.exit_code == 2 and result.stdout == ""
    assert message in " ".join(result.output.split())


@pytest.mark.parametrize("missing", ["--index", "--fund-prices"])
def test_prices_are_needed(folder, missing):
    args = arguments(folder, "TNA")
    at = args.index(missing)
    result = run(*args[:at], *args[at + 2 :])
    assert result.exit_code == 2 and f"Missing option '{missing}'" in result.output


def early(made):
    return replace(made, dates=made.dates - 5000)


def split(made):
    return replace(made, close=np.where(np.arange(DAYS + 1) < 300, 2, 1) * made.close)


BULL, LONG = REAL["TNA"], len(CALENDAR)
BAD = {  # what is wrong: index, fund, rates of the last days, options, the error
    "no overlap": (INDEX, early(BULL), None, [], "do not overlap"),
    "swapped": (BULL, INDEX, None, [], "beta is 0.33, but the leverage of TNA is 3; are fund and index swapped?"),
    "wrong leverage": (INDEX, REAL["TZA"], None, [], "beta is -3.00, but the leverage of TNA is 3; wrong leverage"),
    "rates begin late": (INDEX, BULL, np.full(LONG - 99, 2.0), [], "the first rate is of 2012-04-10"),
    "fractions": (INDEX, BULL, np.linspace(0.01, 0.0533, LONG), [], "fractions? then --rates-unit fraction"),
    "percent": (INDEX, BULL, np.full(LONG, 2.0), ["--rates-unit", "fraction"], "the file is in percent"),
    "a gap": (without(INDEX, range(90, 103)), without(BULL, range(90, 103)), None, [], "no price for 20 days"),
    "a missing day": (INDEX, without(BULL, [90]), None, [], "no price on 2012-05-07, which INDEX.csv has"),
    "a split": (INDEX, split(BULL), None, [], "prices not adjusted for a split?"),
    "one leg": (INDEX, BULL, None, ["--fit-costs", "--rate", "0%"], "--fit-costs needs both legs of an index, got TNA"),
    "unknown fund": (INDEX, BULL, None, ["--fund", "QQQ"], "unknown fund 'QQQ'; known: IWM, TNA"),
    "start": (INDEX, BULL, None, ["--start", "2020-01-01"], "start 2020-01-01 is outside the prices"),
    "few days": (INDEX, BULL, None, ["--end", "2012-01-10"], "share 7 days"),
    "long hold": (INDEX, BULL, None, ["--horizon", "500"], "601 days hold no two holds of 500 days"),
    "market": (INDEX, BULL, None, ["--plot", "w.png", "--kind", "windows", "--market", "no.toml"], "no such file"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_writes_nothing(tmp_path, monkeypatch, case):
    index, real, rates, options, message = BAD[case]
    write_prices(tmp_path, replace(index, source="INDEX.csv"))
    write_prices(tmp_path, replace(real, source="FUND.csv"))
    args = ["--index", "INDEX.csv", "--fund-prices", "FUND.csv", *([] if "--fund" in options else ["--fund", "TNA"])]
    if rates is not None:
        write_series(tmp_path, "RATES.csv", CALENDAR[-len(rates) :], rates)
        args += ["--rates", "RATES.csv"]
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    drawn = [] if "--plot" in options else ["--plot", "figure.png"]
    with pytest.raises(LetfError) as caught:
        run(*args, *options, *drawn, "--output", "replay.json")
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_bad_input_is_exit_2(folder):
    args = ["--index", folder / "TNA.csv", "--fund-prices", folder / "IWM.csv", "--fund", "TNA"]
    done = subprocess.run([LETF, "replay", *args], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: IWM.csv on TNA.csv: beta is 0.33, but the leverage of TNA is 3; are fund and index swapped?\n"
    )


HEAVY = ("pandas", "matplotlib", "scipy", "numba", "arch")


def test_a_replay_imports_nothing_heavy(both):
    code = (
        "import sys\nfrom simulator.cli.replay import replay\nreplay.main(sys.argv[1:], standalone_mode=False)\n"
        f"loaded = [name for name in {HEAVY} if name in sys.modules]\nassert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code, *map(str, both)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
