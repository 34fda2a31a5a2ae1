"""letf fetch: files in the user's cache folder, and tickers in the place of price files."""

import hashlib
import json
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner
from yahoo import bars, forget, serving, weekdays

from simulator.cli.calibrate import calibrate
from simulator.cli.fetch import fetch
from simulator.errors import LetfError

DAYS = weekdays("2020-01-01", 400)


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("LETF_CACHE_DIR", str(tmp_path / "cache"))
    with serving(monkeypatch) as yahoo:
        yahoo.charts = {ticker: bars(DAYS, seed) for seed, ticker in enumerate(("IWM", "TNA", "TZA"))}
        yield yahoo


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "prices"


def run(*args, command=fetch):
    forget()
    result = CliRunner().invoke(command, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit | LetfError):
        raise result.exception
    return result


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_each_ticker_gets_prices_and_a_record(server, folder):
    result = run("IWM", "tna", "TZA", "IWM")
    assert sorted(content(folder)) == sorted(f"{t}.{s}" for t in ("IWM", "TNA", "TZA") for s in ("csv", "json"))
    for ticker in ("IWM", "TNA", "TZA"):
        record = json.loads((folder / f"{ticker}.json").read_text())
        assert record["sha256"] == hashlib.sha256((folder / f"{ticker}.csv").read_bytes()).hexdigest()
        assert record["ticker"] == ticker
    lines = result.stdout.splitlines()
    assert lines[0] == f"Daily prices from Yahoo Finance in {folder}"
    assert [line.split() for line in lines[3:]] == [
        [ticker, "400", str(DAYS[0]), str(DAYS[-1])] for ticker in ("IWM", "TNA", "TZA")
    ]
    assert max(map(len, lines[1:])) <= 80 and result.stderr == ""


def test_json_is_one_object(server, folder):
    data = json.loads(run("IWM", "--json", "--start", "2020-06-01").stdout)
    assert (data["schema"], data["folder"], data["failed"]) == ("letf.fetch/1", str(folder), [])
    record = data["fetched"][0]
    assert record.pop("file") == str(folder / "IWM.csv")
    assert record == json.loads((folder / "IWM.json").read_text())
    assert (record["first_date"], record["request"]["start"]) == ("2020-06-01", "2020-06-01")


def test_good_ones_are_kept_where_others_fail(server, folder):
    result = run("IWM", "NONE", "TNA", "NIL")
    assert sorted(content(folder)) == ["IWM.csv", "IWM.json", "TNA.csv", "TNA.json"]
    assert "IWM" in result.stdout and "TNA" in result.stdout
    assert str(result.exception).startswith("NONE, NIL: not fetched: Yahoo knows no such ticker")
    failed = json.loads(run("IWM", "NONE", "--json").stdout)["failed"]
    assert [entry["ticker"] for entry in failed] == ["NONE"] and "no such ticker" in failed[0]["reason"]


def test_errors_of_several_kinds_are_one_line(server):
    server.refuse(500)
    message = str(run("IWM", "NONE").exception)
    assert message.startswith("IWM: not fetched: Yahoo answered with error 500; try again later; NONE: not fetched: ")
    assert "\n" not in message


def test_a_failed_refetch_leaves_the_old(server, folder):
    run("IWM")
    before = content(folder)
    for status, body in ((500, ""), (200, ""), (200, "<html>"), (200, '{"chart"')):
        server.refuse(status, body)
        assert "not fetched" in str(run("IWM").exception)
    assert content(folder) == before


def test_a_refetch_that_contradicts_the_old_leaves_it(server, folder):
    run("IWM")
    before = content(folder)
    kept = server.charts["IWM"]
    for changed, words in (
        ({name: values[:300] for name, values in kept.items()}, "100 of the 400 days kept are missing"),
        ({**kept, "adjclose": (np.array(kept["adjclose"])[::-1]).tolist()}, "daily moves of the past differ"),
    ):
        server.charts["IWM"] = changed
        message = str(run("IWM").exception)
        assert message.startswith("IWM: not fetched: ") and words in message
        assert message.endswith("; the old prices are kept, --replace takes the new")
        assert content(folder) == before
    assert "IWM" in run("IWM", "--replace").stdout
    assert content(folder) != before


def test_a_later_start_does_not_shorten_what_is_kept(server, folder):
    run("IWM")
    before = content(folder)
    assert "days kept are missing" in str(run("IWM", "--start", "2021-01-01").exception)
    assert content(folder) == before


def test_new_days_are_added(server, folder):
    whole = server.charts["IWM"]
    server.charts["IWM"] = {name: values[:390] for name, values in whole.items()}
    run("IWM")
    server.charts["IWM"] = whole
    assert " 400 " in run("IWM").stdout
    assert len((folder / "IWM.csv").read_text().splitlines()) == 401


def test_broken_files_are_replaced_and_told(server, folder):
    run("IWM")
    (folder / "IWM.csv").write_text("Date,Adj Close\n")
    result = run("IWM")
    assert result.exception is None
    assert result.stderr == (
        "Note: IWM: the prices kept were changed or lost their record; the new ones take their place\n"
    )
    assert run("IWM", command=calibrate).exception is None


def test_a_crash_between_the_two_files_is_noticed(server, folder, monkeypatch):
    from simulator import files

    run("IWM")
    write = files.write_atomically
    monkeypatch.setattr(files, "write_atomically", lambda path, data: path.suffix == ".json" or write(path, data))
    server.charts["IWM"] = bars(DAYS, 9)
    run("IWM", "--replace")
    assert "was changed since it was fetched" in str(run("IWM", command=calibrate).exception)


def test_days_without_a_price_are_told_unless_quiet(server):
    server.charts["IWM"]["close"][7] = None
    note = f"Note: IWM: days without a price, left out: 1, the last {DAYS[7]}\n"
    assert run("IWM").stderr == note
    assert run("IWM", "--quiet").stderr == ""


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a b", ""])
def test_hostile_names_stop_all(server, folder, name):
    assert "is no ticker" in str(run("IWM", name).exception)
    assert not folder.exists() and server.asked == []


def test_bad_usage():
    assert run().exit_code == 2
    assert run("IWM", "--start", "yesterday").exit_code == 2


def test_another_command_takes_the_ticker(server, folder):
    run("IWM")
    by_ticker = run("iwm", "--regimes", 1, command=calibrate)
    by_file = run(folder / "IWM.csv", "--regimes", 1, command=calibrate)
    assert by_ticker.exception is None and by_ticker.stdout == by_file.stdout
    assert 'source_file = "IWM.csv"' in by_ticker.stdout


def test_old_prices_are_told_unless_quiet(server):
    run("IWM")
    age = np.busday_count(DAYS[-1], date.today())
    note = f"Note: IWM: the fetched prices end on {DAYS[-1]}, {age} trading days ago; letf fetch IWM\n"
    assert note in run("IWM", "--regimes", 1, command=calibrate).stderr
    assert run("IWM", "--regimes", 1, "--quiet", command=calibrate).stderr == ""
    assert run("--quiet", "IWM", "--regimes", 1, command=calibrate).stderr == ""


def test_a_ticker_that_is_not_fetched_names_both_ways_out(server):
    message = str(run("IWM", command=calibrate).exception)
    assert message == (
        "IWM: no such file, and no prices of such a ticker are fetched; to fetch them: letf fetch IWM; "
        "or give a CSV or Parquet file"
    )


@pytest.mark.parametrize("name", ["IWM.csv", "prices.parquet", "data/IWM", "Rates of 2024"])
def test_what_is_no_ticker_is_a_file(server, name):
    assert str(run(name, command=calibrate).exception) == f"{name}: no such file"


def test_a_file_comes_before_a_ticker(server, tmp_path, monkeypatch):
    run("IWM")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "IWM").write_text("")
    assert str(run("IWM", command=calibrate).exception).startswith("IWM: the file is empty")
    (tmp_path / "prices").mkdir()
    assert str(run("prices", command=calibrate).exception) == "prices: is a folder, a file is expected"
