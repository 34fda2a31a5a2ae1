"""letf calibrate --kind: every kind of market from a price file."""

import json
import tomllib

import numpy as np
import pytest
from click.testing import CliRunner
from prices import index_returns, prices, weekdays, write_prices, write_series

from simulator.cli.calibrate import calibrate
from simulator.errors import LetfError
from simulator.spec.files import read_market

YEARS = 8 * 261  # weekdays; a scaled bootstrap needs seven calendar years
EACH = {
    "regimes by an index": ["--vol-index", "{}/VIX.csv"],
    "garch": ["--kind", "garch"],
    "residuals": ["--kind", "garch", "--innovations", "residuals"],
    "bootstrap": ["--kind", "bootstrap"],
    "scaled": ["--kind", "bootstrap", "--scaled"],
    "scaled by an index": ["--kind", "bootstrap", "--scaled", "--vol-index", "{}/VIX.csv"],
    "ensemble": ["--kind", "ensemble"],
    "ensemble by an index": ["--kind", "ensemble", "--vol-index", "{}/VIX.csv"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Prices whose volatility comes and goes, and a volatility index of the same days."""
    path = tmp_path_factory.mktemp("prices")
    vol = 0.012 * np.exp(0.5 * np.sin(np.arange(YEARS) / 40))
    write_prices(path, prices(vol / 0.012 * index_returns(YEARS), "ABC.csv"))
    write_series(path, "VIX.csv", weekdays(YEARS + 1), 1600 * np.append(vol, vol[-1]))
    return path


def run(folder, *args):
    given = [str(arg).format(folder) for arg in (folder / "ABC.csv", *args)]
    result = CliRunner().invoke(calibrate, given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize("args", EACH.values(), ids=EACH)
def test_every_kind_is_written_reported_and_read_again(folder, tmp_path, args):
    result = run(folder, *args, "--output", tmp_path / "market.toml")
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "Prices  ABC.csv" in result.stdout and "drift 8% a year" in result.stdout
    assert "nan" not in result.stdout
    market = read_market(tmp_path / "market.toml")
    assert market.index == "IWM" and market.provenance["last_date"] == str(weekdays(YEARS + 1)[-1])
    assert str(folder) not in (tmp_path / "market.toml").read_text()


@pytest.mark.parametrize("args", EACH.values(), ids=EACH)
def test_json_is_one_object(folder, args):
    data = json.loads(run(folder, *args, "--json").stdout)
    assert (data["schema"], data["market"]["schema"]) == ("letf.calibrate/1", "letf.market/1")
    assert data["days"] == YEARS and data["notes"] == []


def test_garch_json_has_every_parameter_with_its_error(folder):
    data = json.loads(run(folder, "--kind", "garch", "--json").stdout)
    assert set(data["parameters"]) == {"annual_log_drift", "omega", "alpha", "gamma", "beta", "dof", "skew"}
    for value in (*data["parameters"].values(), data["persistence"], data["long_run_vol"]):
        assert set(value) == {"estimate", "stderr"}
    assert data["n_parameters"] == 7 and data["innovations"] == "skewt"
    assert data["bic"] == pytest.approx(-2 * data["log_likelihood"] + 7 * np.log(YEARS))


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--kind", "garch"], {"kind": "garch", "name": "iwm-garch"}),
        (["--kind", "garch", "--innovations", "skewt", "--drift", "5%"], {"drift": 0.05}),
        (["--kind", "garch", "--innovations", "residuals"], {"name": "iwm-garch-residuals"}),
        (["--kind", "garch", "--initial", "stationary"], {"initial": "stationary"}),
        (["--kind", "bootstrap", "--block-days", "21"], {"block_days": 21, "scaled": False}),
        (["--kind", "bootstrap", "--scaled", "--name", "mine"], {"scaled": True, "name": "mine"}),
        (["--kind", "bootstrap", "--index", "SPY"], {"index": "SPY", "name": "spy-bootstrap"}),
        (["--kind", "ensemble", "--name", "all", "--index", "SPY"], {"name": "all", "index": "SPY"}),
    ],
)
def test_options_of_each_kind(folder, args, expected):
    data = tomllib.loads(run(folder, *args, "--quiet").stdout)
    assert {key: data[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("kind", "terminal", "told"), [("garch", True, True), ("garch", False, False), ("markov", True, False)]
)
def test_the_slow_import_is_announced_on_a_terminal(folder, monkeypatch, kind, terminal, told):
    monkeypatch.setattr("simulator.cli.progress.on_terminal", lambda: terminal)
    assert ("Loading arch" in run(folder, "--kind", kind).stderr) == told
    assert run(folder, "--kind", kind, "--quiet").stderr == ""


def test_the_report_says_how_far_off_forecasts_were(folder):
    for args, words in (
        (EACH["scaled"], "last week's return, fitted"),
        (EACH["scaled by an index"], "volatility index, fi"),
    ):
        report = " ".join(run(folder, *args).stderr.split())
        assert words in report and "off by a factor of 1." in report


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--kind", "arma"], "'arma' is not one of 'markov', 'garch', 'bootstrap', 'ensemble'"),
        (["--kind", "garch", "--regimes", "2"], "--regimes is for --kind markov, not garch; leave it out"),
        (["--kind", "bootstrap", "--initial", "last"], "--initial is for --kind markov or garch, not bootstrap"),
        (["--kind", "ensemble", "--block-days", "9"], "--block-days is for --kind bootstrap, not ensemble"),
        (["--kind", "garch", "--plot", "{}/a.png"], "--plot is for --kind markov, not garch"),
        (["--scaled"], "--scaled is for --kind bootstrap, not markov"),
        (["--kind", "garch", "--vol-index", "{}/VIX.csv"], "--vol-index is for --kind markov or bootstrap or ensemble"),
        (["--kind", "bootstrap", "--vol-index", "{}/VIX.csv"], "of a scaled bootstrap; add --scaled"),
        (["--kind", "garch", "--innovations", "t"], "--kind garch has --innovations skewt or residuals, not t"),
        (
            ["--kind", "garch", "--drift", "regime"],
            "--drift regime is for --kind markov, not garch; give a number, as 8%",
        ),
        (["--innovations", "skewt"], "--kind markov has --innovations normal or t, not skewt"),
    ],
)
def test_options_of_other_kinds_are_refused(folder, args, message):
    result = run(folder, *args)
    assert result.exit_code == 2 and message in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--kind", "bootstrap", "--block-days", "0.5"], r"block_days must be in \[1, 1e\+06\], got 0.5"),
        (["--kind", "bootstrap", "--end", "2012-06-01"], "109 returns from .*; at least 250 are needed"),
        (["--kind", "bootstrap", "--scaled", "--end", "2016-06-01"], "at least 7 calendar years are needed"),
    ],
)
def test_bad_input_writes_nothing(folder, tmp_path, args, message):
    with pytest.raises(LetfError, match=message) as caught:
        run(folder, *args, "--output", tmp_path / "market.toml")
    assert "\n" not in str(caught.value) and list(tmp_path.iterdir()) == []
