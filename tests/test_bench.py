"""letf bench: what it reports; how fast that is belongs in no test."""

import json

import pytest
from click.testing import CliRunner

from simulator import bench
from simulator.cli import letf


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    monkeypatch.setattr(bench, "PATHS", 2048)
    monkeypatch.setattr(bench, "REPEATS", 1)
    monkeypatch.setattr(bench, "PEER_REPEATS", 1)


def invoke(*args):
    return CliRunner().invoke(letf, ["bench", *args], catch_exceptions=False).stdout


def test_json_has_machine_core_and_peers():
    report = json.loads(invoke("--json"))
    assert report["schema"] == "letf.bench/1"
    assert {"processor", "cores", "system", "python", "letf", "numpy", "numba", "llvmlite"} <= set(report["machine"])
    assert [row["unit"] for row in report["rows"]] == ["word", "normal", *["path-day"] * 11]
    assert {"GJR-GARCH", "bootstrap", "scaled bootstrap"} <= {row["name"].split(",")[0] for row in report["rows"]}
    assert all(row["ns"] > 0 for row in report["rows"])
    assert report["threads"]["speedup"] > 0
    names = " ".join(row["name"] for row in report["peers"])
    assert "NumPy" in names and "numba" in names
    assert all(row["missing"] or row["times_core"] > 0 for row in report["peers"])


def test_table_without_peers():
    table = invoke("--no-peers")
    assert (
        "Philox4x32-10" in table
        and "3 regimes, index, 2 funds, 11 horizons" in table
        and "times the core's" not in table
    )


def test_no_peers_outside_a_checkout(monkeypatch, tmp_path):
    """Not even where a folder of that name lies beside the installed package."""
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "contest.py").write_text("raise SystemExit('imported')")
    monkeypatch.setattr(bench, "__file__", str(tmp_path / "simulator" / "bench.py"))
    assert bench.time_peers() is None
