"""Markets that start at the close of a day: --as-of and --vol-index."""

import json
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner
from prices import index_returns, prices, weekdays, write_prices, write_series

from simulator.cli import market as asked
from simulator.cli.simulate import simulate
from simulator.errors import LetfError
from simulator.history.calibrate import calibrate
from simulator.history.garch import fit_garch
from simulator.history.kinds import fit_market
from simulator.history.prices import read_prices
from simulator.history.state import as_of
from simulator.history.vol_index import read_vol_index
from simulator.spec.files import market_to_toml, preset_market

DAYS = 600
LAST = "2014-04-21"
QUICK = ("--paths", 1000, "--horizon", 5, "--fund", "TNA")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Prices, too few of them, a volatility index, and a market of each kind."""
    path = tmp_path_factory.mktemp("prices")
    vol = np.where(np.arange(DAYS) // 60 % 2, 0.03, 0.008)
    write_prices(path, prices(vol / 0.012 * index_returns(DAYS), "IWM.csv"))
    write_prices(path, prices(index_returns(100), "SHORT.csv"))
    write_prices(path, prices(index_returns(DAYS), "TNA.csv"))
    lines = (path / "IWM.csv").read_text().splitlines(keepends=True)
    (path / "GAP.csv").write_text("".join(lines[:100] + lines[120:]))
    write_series(path, "VIX.csv", weekdays(DAYS + 1), 1600 * np.append(vol, vol[-1]))
    write_series(path, "fractions.csv", weekdays(DAYS), np.full(DAYS, 0.2))
    for name, market in (
        ("regimes", calibrate(read_prices(path / "IWM.csv"), 2).market(initial="stationary")),
        ("garch", fit_garch(read_prices(path / "IWM.csv")).market(initial="stationary")),
        ("bootstrap", fit_market("bootstrap", read_prices(path / "IWM.csv"))),
    ):
        (path / f"{name}.toml").write_text(market_to_toml(market))
    return path


@pytest.fixture(autouse=True)
def _a_day_after(monkeypatch):
    monkeypatch.setattr(asked, "today", lambda: date(2014, 4, 28))


def run(*args):
    result = CliRunner().invoke(simulate, [str(arg) for arg in (*QUICK, *args)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def market_of(*args):
    return json.loads(run(*args, "--json").stdout)["market"]


def heading(result):
    return " ".join(result.stdout.split("Run  ")[0].split())


def test_without_a_market_one_is_fitted_to_the_prices(folder):
    market = market_of("--as-of", folder / "IWM.csv")
    expected = fit_market("default", read_prices(folder / "IWM.csv"))
    assert market["name"] == expected.name
    np.testing.assert_allclose(market["initial"], expected.initial, atol=1e-6)
    assert market["provenance"]["as_of"] == LAST


def test_prices_under_another_name_are_told_by_that_name(folder, tmp_path):
    (tmp_path / "RUT.csv").write_bytes((folder / "IWM.csv").read_bytes())
    first, second = market_of("--as-of", folder / "IWM.csv"), market_of("--as-of", tmp_path / "RUT.csv")
    assert first["provenance"]["source_file"] == "IWM.csv"
    assert second["provenance"] == first["provenance"] | {"source_file": "RUT.csv"}


def test_the_table_says_since_when(folder):
    assert f"Start as of the close of {LAST}: calm" in heading(run("--as-of", folder / "IWM.csv"))


def test_a_market_of_the_user_starts_there(folder):
    market = market_of("--market", folder / "regimes.toml", "--as-of", folder / "IWM.csv")
    fit = calibrate(read_prices(folder / "IWM.csv"), 2)
    np.testing.assert_allclose(market["initial"], fit.market().initial, atol=1e-6)


def test_the_built_in_market_starts_there(folder):
    market = market_of("--market", "iwm", "--as-of", folder / "IWM.csv")
    expected = as_of(preset_market(), read_prices(folder / "IWM.csv")).initial
    np.testing.assert_allclose(market["initial"], expected, rtol=1e-9)


def test_a_volatility_index_sharpens_the_start(folder):
    given = ("--as-of", folder / "IWM.csv", "--vol-index", folder / "VIX.csv")
    known = read_vol_index(folder / "VIX.csv", read_prices(folder / "IWM.csv"))
    market = calibrate(read_prices(folder / "IWM.csv"), 2, vol_index=known).market(initial="stationary")
    (folder / "told.toml").write_text(market_to_toml(market))
    expected = as_of(market, read_prices(folder / "IWM.csv"), known).initial
    np.testing.assert_allclose(market_of("--market", folder / "told.toml", *given)["initial"], expected, atol=1e-7)
    assert market_of(*given)["provenance"]["vol_index_file"] == "VIX.csv"


def test_a_garch_market_starts_there(folder):
    result = run("--market", folder / "garch.toml", "--as-of", folder / "IWM.csv")
    assert f"as of the close of {LAST}: first day's volatility" in heading(result)


def test_a_plain_bootstrap_has_nothing_to_start(folder):
    result = run("--market", folder / "bootstrap.toml", "--as-of", folder / "IWM.csv")
    assert "Start a block from any day, whatever came before; expected" in heading(result)


def test_the_fitted_market_is_of_the_funds_index(folder):
    (folder / "funds.toml").write_text(
        'schema = "letf.funds/1"\n[[funds]]\nticker = "SPXL"\nname = "Bull"\nindex = "SPY"\nleverage = 3\n'
        "expense_ratio = 0.009\n"
    )
    args = ["--paths", "1000", "--horizon", "5", "--funds-file", str(folder / "funds.toml"), "--json"]
    done = CliRunner().invoke(simulate, [*args, "--as-of", str(folder / "IWM.csv")], catch_exceptions=False)
    assert json.loads(done.stdout)["market"]["index"] == "SPY"


def test_drift_holds_for_the_fitted_market(folder):
    assert market_of("--as-of", folder / "IWM.csv", "--drift", "5%")["drift"] == 0.05
    assert market_of("--as-of", folder / "IWM.csv", "--drift", "regime")["drift"] == "regime"


def test_vol_overrides_the_start_and_says_so(folder):
    result = run("--as-of", folder / "IWM.csv", "--vol", "25%")
    assert "Note: --vol overrides the volatility that --as-of starts from" in result.stderr
    assert "as of the close" not in heading(result) and "expected 21-day volatility 25%" in heading(result)


def test_scale_vol_scales_the_market_as_it_stands(folder):
    words = heading(run("--as-of", folder / "IWM.csv", "--scale-vol", "60%"))
    assert f"as of the close of {LAST}:" in words and "expected 21-day volatility 60%" in words


def test_a_regime_is_no_longer_the_state_of_the_day(folder):
    (folder / "last.toml").write_text(market_to_toml(calibrate(read_prices(folder / "IWM.csv"), 2).market()))
    assert f"as of the close of {LAST}" in heading(run("--market", folder / "last.toml"))
    assert "as of the close" not in heading(run("--market", folder / "last.toml", "--regime", "crisis"))


@pytest.mark.parametrize(("day", "age"), [(date(2014, 4, 28), None), (date(2014, 4, 29), 6), (date(2014, 5, 5), 10)])
def test_prices_over_five_trading_days_old_are_warned_of(folder, monkeypatch, day, age):
    monkeypatch.setattr(asked, "today", lambda: day)
    result = run("--as-of", folder / "IWM.csv")
    warning = f"Warning: IWM.csv ends on {LAST}, {age} trading days ago: today's market may be elsewhere"
    assert (warning in result.stderr) == (age is not None) == ("Warning" in result.stderr)
    assert run("--as-of", folder / "IWM.csv", "--quiet").stderr == ""
    assert run("--as-of", folder / "IWM.csv", "--json").stdout == run("--as-of", folder / "IWM.csv", "--json").stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--as-of", "{}/IWM.csv", "--regime", "calm"], "--regime and --as-of both say where the market starts"),
        (["--vol-index", "{}/VIX.csv"], "--vol-index sharpens the state that --as-of finds; give both"),
        (["--accept-jumps"], "--accept-jumps is about the prices of --as-of; give both"),
    ],
)
def test_options_that_exclude_each_other(folder, args, message):
    result = run(*(arg.format(folder) for arg in args))
    assert result.exit_code == 2 and message in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--as-of", "{}/none.csv"], "none.csv: no such file"),
        (["--as-of", "{}/SHORT.csv"], "SHORT.csv: 100 returns from .*; at least 250 are needed"),
        (
            ["--market", "{}/regimes.toml", "--as-of", "{}/IWM.csv", "--vol-index", "{}/VIX.csv"],
            "was not calibrated with one; leave it out",
        ),
        (["--as-of", "{}/IWM.csv", "--vol-index", "{}/fractions.csv"], "the median is 0.2; points are expected"),
        (
            ["--market", "iwm-spy", "--as-of", "{}/spy.csv"],
            r"spy\.csv: prices of SPY, the second index of iwm-spy\? .* its index, IWM; give those",
        ),
        (["--as-of", "{}/TNA.csv"], r"TNA\.csv: prices of TNA, 3x IWM\? .* prices of its index, IWM; give those"),
        (["--as-of", "{}/GAP.csv"], r"GAP\.csv: no price for 2\d days, from 2012-0.*, at most 10 may lie between two"),
        (["--as-of", "{}/IWM.csv", "--market", "{}/garch.toml", "--vol", "900%"], "vol 900% is out of reach"),
        (
            ["--as-of", "{}/IWM.csv", "--market", "{}/garch.toml", "--horizon", "2521"],
            "horizon must be from 1 to 2,520",
        ),
    ],
)
def test_bad_input_is_one_line_without_notes(folder, args, message):
    result = CliRunner().invoke(simulate, [str(arg) for arg in (*QUICK, *(arg.format(folder) for arg in args))])
    with pytest.raises(LetfError, match=message) as caught:
        raise result.exception
    assert "\n" not in str(caught.value) and result.output == ""
