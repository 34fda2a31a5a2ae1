"""letf calibrate: from a price file to a market file, a report, JSON and a figure."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from simulator.cli.calibrate import calibrate
from simulator.errors import LetfError
from simulator.spec.files import read_market

DAYS = 400
LETF = Path(sys.prefix) / "bin" / "letf"


@pytest.fixture(scope="module")
def csv(tmp_path_factory):
    """Prices of two regimes, in Yahoo's columns."""
    rng = np.random.default_rng(3)
    vol = np.where(np.arange(DAYS) // 80 % 2, 0.03, 0.008)
    close = 50 * np.exp(np.cumsum(vol * rng.normal(size=DAYS)))
    days = np.datetime64("2020-01-01") + np.arange(DAYS)
    path = tmp_path_factory.mktemp("prices") / "ABC.csv"
    lines = [f"{day},{2 * price:.6f},{price:.6f}\n" for day, price in zip(days, close, strict=True)]
    path.write_text("Date,Close,Adj Close\n" + "".join(lines))
    return path


def run(*args):
    result = CliRunner().invoke(calibrate, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_toml_goes_to_stdout_and_the_report_to_stderr(csv):
    result = run(csv, "--regimes", 2)
    data = tomllib.loads(result.stdout)
    assert (data["schema"], data["name"], data["index"], data["drift"]) == ("letf.market/1", "iwm-markov2", "IWM", 0.08)
    assert data["autocorrelation"] == 0 and [regime["name"] for regime in data["regimes"]] == ["calm", "crisis"]
    kept = data["provenance"]
    assert (kept["source_file"], kept["price_column"], kept["days"]) == ("ABC.csv", "Adj Close", DAYS - 1)
    assert (kept["first_date"], kept["last_date"], kept["parameters"]) == ("2020-01-01", "2021-02-03", 6)
    assert set(kept["standard_errors"]["calm"]) == {"annual_vol", "annual_log_drift", "to_calm", "to_crisis"}
    for row in (*data["transition"], data["initial"], kept["filtered_last"], kept["stationary"]):
        assert sum(row) == pytest.approx(1, abs=1e-12)
    assert "Note: ABC.csv: closes are from column 'Adj Close'" in result.stderr
    for word in ("log-likelihood", "BIC", "calm", "crisis", "±", "mean stay", "2021-02-03", "drift 8%"):
        assert word in result.stderr


@pytest.mark.parametrize("regimes", [1, 2, 3, 4])
@pytest.mark.parametrize("innovations", ["normal", "t"])
def test_the_report_fits_eighty_columns(csv, tmp_path, regimes, innovations):
    result = run(csv, "--regimes", regimes, "--innovations", innovations, "--output", tmp_path / "market.toml")
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "nan" not in result.stdout and "inf" not in result.stdout
    assert ("of freedom" in result.stdout) == (innovations == "t")
    assert len(read_market(tmp_path / "market.toml").regimes) == regimes


def test_output_writes_the_toml_and_shows_the_report(csv, tmp_path):
    path = tmp_path / "abc.toml"
    result = run(csv, "--output", path, "--regimes", 2, "--quiet")
    assert result.stderr == "" and "volatility" in result.stdout
    assert path.read_text() == run(csv, "--regimes", 2, "--quiet").stdout
    assert str(csv.parent) not in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


def test_json_is_one_object(csv, tmp_path):
    result = run(csv, "--regimes", 2, "--innovations", "t", "--json", "--output", tmp_path / "abc.toml")
    data = json.loads(result.stdout)
    assert data["schema"] == "letf.calibrate/1"
    assert data["market"]["schema"] == "letf.market/1"
    assert set(data["parameters"]["crisis"]) == {"annual_vol", "annual_log_drift", "dof", "to_calm", "to_crisis"}
    assert set(data["parameters"]["crisis"]["annual_vol"]) == {"estimate", "stderr"}
    assert sum(data["stationary"].values()) == pytest.approx(1)
    assert sum(data["filtered_last"].values()) == pytest.approx(1)
    assert set(data["mean_duration_days"]) == {"calm", "crisis"}
    assert data["bic"] == pytest.approx(-2 * data["log_likelihood"] + 8 * np.log(DAYS - 1))
    assert (tmp_path / "abc.toml").exists()


def test_quiet_leaves_the_toml_alone(csv):
    result = run(csv, "--regimes", 1, "--quiet")
    assert result.stderr == "" and tomllib.loads(result.stdout)["initial"] == [1.0]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--drift", "5%"], {"drift": 0.05}),
        (["--drift", "regime"], {"drift": "regime"}),
        (["--initial", "stationary"], {"initial": "stationary"}),
        (["--index", "SPY"], {"index": "SPY", "name": "spy-markov2"}),
        (["--name", "mine"], {"name": "mine"}),
    ],
)
def test_options_of_the_market(csv, options, expected):
    data = tomllib.loads(run(csv, "--regimes", 2, "--quiet", *options).stdout)
    assert {key: data[key] for key in expected} == expected


def test_start_and_end_cut_the_prices(csv):
    data = tomllib.loads(run(csv, "--regimes", 1, "--start", "2020-02-01", "--end", "2020-12-31", "--quiet").stdout)
    kept = data["provenance"]
    assert (kept["first_date"], kept["last_date"], kept["days"]) == ("2020-02-01", "2020-12-31", 334)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_plot_draws_the_same_bytes_each_time(csv, tmp_path, suffix):
    paths = [tmp_path / f"{name}{suffix}" for name in ("a", "b")]
    for path in paths:
        run(csv, "--regimes", 2, "--quiet", "--plot", path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second and len(first) > 5000


@pytest.mark.parametrize("regimes", [1, 2, 3, 4])
def test_the_figure_asks_and_names_each_regime(csv, regimes):
    from simulator.history.calibrate import calibrate as fit
    from simulator.history.prices import read_prices
    from simulator.output.plot_calibration import price_by_regime

    found = fit(read_prices(csv), regimes)
    figure = price_by_regime(found)
    words = [text.get_text() for text in (*figure.texts, *figure.legends[0].get_texts())]
    assert any(word.endswith("?") and "ABC" in word for word in words)
    for name, vol in zip(found.regimes, found.annual_vol, strict=True):
        assert any(word.startswith(f"{name}: volatility {100 * vol.estimate:.1f}") for word in words)
    price, law = figure.axes
    assert price.get_yscale() == "log" and "log axis" in price.get_ylabel() and "%" in law.get_ylabel()
    drawn = sum(len(path.vertices) - 1 for lines in price.collections for path in lines.get_paths())
    assert drawn == DAYS - 1  # each return once


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--output", "market.json"], "'market.json' must end in .toml"),
        (["--plot", "figure.jpg"], "'figure.jpg' must end in .png, .svg, .pdf"),
        (["--innovations", "cauchy"], "'cauchy' is not one of 'normal', 't'"),
        (["--regimes", "two"], "'two' is not a whole number"),
        (["--start", "01/02/2020"], "is no day; write YYYY-MM-DD"),
        (["--drift", "8"], "write 8% or 0.08"),
    ],
)
def test_bad_usage_is_refused_before_any_work(args, message):
    result = run("no such file.csv", *args)
    assert result.exit_code == 2 and message in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--regimes", "5"], "regimes must be from 1 to 4, got 5"),
        (["--start", "2029-01-01"], "start 2029-01-01 is outside the prices of ABC.csv"),
        (["--start", "2020-09-01", "--end", "2020-08-01"], "start 2020-09-01 is after end 2020-08-01"),
        (["--start", "2020-09-01"], "155 returns from 2020-09-01 to 2021-02-03; at least 250"),
        (["--index", ""], "index must be a line of text"),
    ],
)
def test_bad_input_writes_nothing(csv, tmp_path, args, message):
    with pytest.raises(LetfError, match=message):
        run(csv, *args, "--output", tmp_path / "market.toml", "--plot", tmp_path / "figure.png")
    assert list(tmp_path.iterdir()) == []


def test_a_bad_price_is_one_line_and_exit_2(csv, tmp_path):
    bad = tmp_path / "bad.csv"
    lines = csv.read_text().splitlines()
    lines[9] = lines[9].rsplit(",", 1)[0] + ",0"
    bad.write_text("\n".join(lines))
    done = subprocess.run([LETF, "calibrate", bad], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"Error: {bad}: line 10, column 'Adj Close': price 0 is not positive and finite; correct or delete the line\n"
    )


@pytest.fixture(scope="module")
def second_csv(csv):
    """Prices of a second index, which follows the first by half."""
    rng, lines = np.random.default_rng(4), csv.read_text().splitlines()
    closes = np.array([float(line.split(",")[2]) for line in lines[1:]])
    own = np.sqrt(closes) * np.exp(np.cumsum(0.004 * rng.normal(size=DAYS)))
    path = csv.parent / "XYZ.csv"
    rows = [f"{line.split(',')[0]},{price:.6f}\n" for line, price in zip(lines[1:], own, strict=True)]
    path.write_text("Date,Close\n" + "".join(rows))
    return path


@pytest.mark.parametrize("kind", ["markov", "garch", "bootstrap"])
def test_a_second_index_joins_the_market(csv, second_csv, tmp_path, kind):
    path = tmp_path / "joint.toml"
    kind = [kind, "--regimes", 2] if kind == "markov" else [kind]
    result = run(csv, "--kind", *kind, "--second", second_csv, "--second-drift", "5%", "--output", path)
    joint = read_market(path)
    assert (joint.second.index, joint.second.drift, joint.second.provenance["days"]) == ("XYZ", 0.05, DAYS - 1)
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "Second  XYZ, XYZ.csv, 399 returns on the same days" in result.stdout
    assert "Days with IWM up 3% or more and XYZ down: " in result.stdout
    assert "Note: XYZ.csv: closes are from column 'Close'" in result.stderr
    told = json.loads(run(csv, "--kind", *kind, "--second", second_csv, "--json").stdout)
    assert told["second"]["days"] == DAYS - 1 and told["market"]["second"]["index"] == "XYZ"
    if kind != ["bootstrap"]:
        assert all(abs(beta - 0.5) < 0.1 for beta in joint.second.betas)  # five of its errors
        assert "±" in result.stdout.partition("Second")[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--second-drift", "5%"], "--second-drift is the growth of a second index; give its prices by --second."),
        (
            ["--kind", "ensemble", "--second", "B.csv"],
            "--second is for --kind markov, garch or bootstrap, not ensemble",
        ),
    ],
)
def test_a_second_index_that_cannot_be_is_refused(csv, options, message):
    result = run(csv, *options)
    assert result.exit_code == 2 and message in result.stderr


def test_prices_of_a_fund_are_no_second_index(csv, second_csv, tmp_path):
    path = tmp_path / "TNA.csv"
    path.write_text(second_csv.read_text())
    with pytest.raises(LetfError, match=r"prices of TNA, 3x IWM.*to prices of an index; give those"):
        run(csv, "--second", path)
