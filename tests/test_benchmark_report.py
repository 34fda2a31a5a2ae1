"""The benchmark's figures: how they are gathered, and that the docs tell those which were committed."""

import copy
import getpass
import importlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
MAX_Z = 4.5  # as in test_benchmarks.py


@pytest.fixture
def load(monkeypatch):
    """Import a module of benchmarks/, which is a folder of scripts and no package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.fixture
def report(load):
    return load("report")


@pytest.fixture
def results(report):
    return report.read()


def texts(value):
    """All strings in a JSON value, keys included."""
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def test_the_docs_tell_the_committed_figures(report, results):
    for name in report.PAGES:
        page = (ROOT / name).read_text()
        assert report.refresh(page, results) == page, f"{name} is stale: run benchmarks/report.py"


def test_every_table_is_in_the_docs(report):
    pages = "".join((ROOT / name).read_text() for name in report.PAGES)
    assert {name for _, name, _ in report.PLACE.findall(pages)} == set(report.TABLES)


def test_a_figure_that_changed_would_be_seen(report, results):
    page = (ROOT / "docs" / "performance.md").read_text()
    changed = copy.deepcopy(results)
    changed["levels"][0]["peers"][0]["cpu_ns"] *= 2
    assert report.refresh(page, changed) != page


def test_figures_say_nothing_of_who_measured_them(results):
    names = {socket.gethostname(), getpass.getuser(), str(Path.home())}
    for text in texts({key: value for key, value in results.items() if key != "schema"}):
        assert "/" not in text and "\\" not in text and text not in names, text


def test_every_peer_was_measured_and_right(results):
    for level in results["levels"]:
        assert all(row["missing"] is None and row["cpu_ns"] > 0 for row in level["peers"])
        assert all(row["max_abs_z"] < MAX_Z for row in level["peers"] if row["scope"].startswith("whole"))


def test_levels_tell_the_same_rows(results):
    first = results["levels"][0]
    for level in results["levels"][1:]:
        assert [row["name"] for row in level["core"]] == [row["name"] for row in first["core"]]
        assert set(level["first_use"]["files"]) == set(first["first_use"]["files"])


def test_avx2_means_no_wider_register(results):
    used = {level["instructions"]: level["first_use"]["registers"] for level in results["levels"]}
    assert used["AVX2"]["zmm"] == 0 < used["AVX2"]["ymm"]


def test_figure_shows_every_contestant_at_every_level(load, results):
    figure = load("chart").draw(results)
    panel = figure.axes[0]
    names = [row["name"] for row in results["levels"][0]["peers"]]
    assert [label.get_text().removesuffix(" *") for label in panel.get_yticklabels()] == names
    assert sorted(bar.get_width() for bar in panel.patches) == sorted(
        row["cpu_ns"] for level in results["levels"] for row in level["peers"]
    )


SHOW_LEVEL = """
import json
import numpy as np
from numba.core.registry import cpu_target

loops = np.lib.introspect.opt_func_info(func_name="^(exp|log|cos)$")
current = [types["current"] for loop in loops.values() for types in loop.values()]
print(json.dumps([cpu_target.target_context.codegen().magic_tuple()[1:], current]))
"""


def test_avx2_holds_numba_and_numpy(load):
    instructions = load("instructions")
    if not instructions.binding.get_host_cpu_features().get("avx2"):
        pytest.skip("this processor has no AVX2")
    environment = os.environ | instructions.environment(instructions.AVX2)
    command = [sys.executable, "-W", "error", "-c", SHOW_LEVEL]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    (level, features), loops = json.loads(done.stdout)
    assert (level, features) == ("x86-64-v3", "")
    assert loops and not any("AVX512" in loop or "X86_V4" in loop for loop in loops)


def test_native_changes_nothing(load):
    instructions = load("instructions")
    assert instructions.environment(instructions.NATIVE) == {}


def test_compiling_counts_where_it_is_spent(load):
    def event(module, start):
        dispatcher = SimpleNamespace(py_func=SimpleNamespace(__module__=module))
        return SimpleNamespace(data={"dispatcher": dispatcher}, is_start=start)

    paths, stats, numpy = "simulator.kernels.paths", "simulator.kernels.stats", "numba.np.arrayobj"
    moments = (0, paths), (1, stats), (3, numpy), (7, None), (8, None), (9, numpy), (10, None), (12, None)
    open_ones, events = [], []
    for moment, module in moments:
        if module:
            open_ones.append(module)
        events.append((moment, event(module or open_ones.pop(), module is not None)))
    assert load("first_use").seconds_by_file(events) == {"stats": 7, "paths": 5}


def test_startup_times_commands_and_imports(load, monkeypatch):
    startup = load("startup")
    commands = startup.Command("letf --version", runs=2), startup.Command("letf calibrate IWM.csv", prices=True)
    monkeypatch.setattr(startup, "COMMANDS", commands)
    monkeypatch.setattr(startup, "EMPTY_CACHE", (startup.Command("letf funds"),))
    monkeypatch.setattr(startup, "IMPORTS", ("click",))
    monkeypatch.setattr(startup, "IMPORT_RUNS", 1)
    found = startup.time_startup(None)
    assert [row["module"] for row in found["imports"]] == ["click"]
    assert [row["command"] for row in found["empty_cache"] + found["commands"]] == ["letf funds", "letf --version"]
    for row in found["empty_cache"] + found["commands"]:
        assert 0 < row["seconds"] <= row["median_seconds"] and row["peak_mb"] > 1


def test_figures_come_from_a_process_of_their_own(load, monkeypatch, tmp_path):
    run = load("run")
    (tmp_path / "script.py").write_text("import json, os, sys; print(json.dumps([*sys.argv[1:], os.environ['LEVEL']]))")
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    assert run.figures_of("script.py", Path("prices"), environment=os.environ | {"LEVEL": "one"}) == ["prices", "one"]


def test_a_command_that_fails_is_no_timing(load, tmp_path):
    with pytest.raises(RuntimeError, match="letf funds 3 ended with 2: "):
        load("startup")._run("letf funds 3", tmp_path, tmp_path)
