"""letf score: from price files to a table, JSON, rows and a figure."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from prices import weekdays, write_prices, write_series
from scores import made_prices

from simulator.cli.score import score
from simulator.errors import LetfError

FUNDS = """schema = "letf.funds/1"
[[funds]]
ticker = "F3"
name = "bull"
index = "IDX"
leverage = 3.0
expense_ratio = 0.01
[[funds]]
ticker = "F-3"
name = "bear"
index = "IDX"
leverage = -3.0
expense_ratio = 0.01
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("score")
    for prices in made_prices():
        write_prices(folder, prices)
    (folder / "funds.toml").write_text(FUNDS)
    write_series(folder, "DFF.csv", weekdays(1600), np.where(np.arange(1600) % 2, 0.5, 2.0))
    write_series(folder, "short.csv", weekdays(900), np.full(900, 2.0))
    return folder


def run(*args):
    result = CliRunner().invoke(score, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def small(folder, *args):
    """A score of two origins and few paths."""
    legs = ("--fund-prices", folder / "F3.csv", "--fund-prices", folder / "F-3.csv")
    span = ("--from", "2015-06", "--to", "2015-07")
    given = ("--models", "gbm", "--paths", 64, "--horizon", "5,21", "--funds-file", folder / "funds.toml")
    return run("--index", folder / "IDX.csv", *legs, *span, *given, *args)


def test_table_on_stdout_notes_on_stderr(folder):
    result = small(folder, "--rates", folder / "DFF.csv")
    assert "2 origins" in result.stdout and "(1 - L) times the rate of DFF.csv at the origin" in " ".join(
        result.stdout.split()
    )
    assert "Note: IDX.csv: closes are from column 'Adj Close'" in result.stderr
    assert small(folder, "--rates", folder / "DFF.csv", "--quiet").stderr == ""


def test_json_output_and_figure(folder, tmp_path):
    files = [tmp_path / name for name in ("score.json", "score.csv", "track.png")]
    results = [
        small(folder, "--json", "--threads", threads, "--output", path, "--plot", files[2])
        for threads, path in zip((1, 2), files[:2], strict=True)
    ]
    data = json.loads(results[0].stdout)
    assert results[0].stdout == results[1].stdout == files[0].read_text()
    assert (data["schema"], data["paths"], data["horizons"]) == ("letf.score/1", 64, [5, 21])
    assert [each["ticker"] for each in data["funds"]] == ["F3", "F-3"] and set(data["models"]) == {"gbm", "ewma", "gjr"}
    assert files[1].read_text().startswith("model,entry,fund,") and files[2].read_bytes().startswith(b"\x89PNG")
    assert str(folder) not in results[0].stdout


def test_options_reach_the_score(folder):
    data = json.loads(small(folder, "--json", "--drift", "5%", "--cost", "2%", "--rate", "1%", "--seed", 7).stdout)
    assert (data["drift"], data["cost"], data["rates"], data["seed"]) == (0.05, 0.02, {"constant": 0.01}, 7)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--from", "2015-13"], "'2015-13' is no month; write YYYY-MM"),
        (["--from", "2015-06-01"], "'2015-06-01' is no month"),
        (["--drift", "8"], "write 8% or 0.08"),
        (["--output", "score.npz"], "'score.npz' must end in .json, .csv, .parquet"),
        (["--plot", "score.jpg"], "'score.jpg' must end in .png, .svg, .pdf"),
        (["--rates-unit", "percent"], "--rates-unit and --rates-kind are about the file of --rates"),
        (["--rates", "R.csv", "--rate", "2%"], "give one of them"),
        (["--fund-prices", "nothing.csv", "--fund", "TNA"], "2 --fund-prices but 1 --fund"),
        ([], "nothing.csv: prices of which fund? name it with --fund"),
    ],
)
def test_bad_usage_is_refused_before_any_work(args, message):
    result = run("--index", "nothing.csv", "--fund-prices", "nothing.csv", *args)
    assert result.exit_code == 2 and message in " ".join(result.output.split())


def test_index_and_fund_prices_are_needed():
    for args in ([], ["--index", "IDX.csv"]):
        result = run(*args)
        assert result.exit_code == 2 and "Missing option" in result.output


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--models", "arima"], "unknown model 'arima'; known: gbm, ewma, gjr"),
        (["--fund", "F-3", "--fund", "F3"], r"F3\.csv on IDX\.csv: beta is 3\.00, but the leverage of F-3 is -3"),
        (["--fund", "TNA", "--fund", "F3"], "the funds follow IDX and IWM"),
        (["--from", "2001-01"], "from 2001-01 has no entry; the prices allow 2012-02 to 2017-10"),
        (["--from", "2015-08"], "from 2015-08 is after to 2015-07"),
        (["--horizon", "0"], "horizon must be from 1 to 2,520, got 0"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(folder, tmp_path, args, message):
    with pytest.raises(LetfError, match=message):
        small(folder, *args, "--output", tmp_path / "score.json", "--plot", tmp_path / "track.png")
    assert list(tmp_path.iterdir()) == []


def test_rates_that_end_too_early_are_refused(folder):
    with pytest.raises(LetfError, match=r"short\.csv: no rate on 2015-0.* nor in the 7 days before"):
        small(folder, "--rates", folder / "short.csv", "--to", "2016-07")
