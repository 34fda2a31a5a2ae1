"""letf plot: from a result's file to a figure's."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from simulator.cli import letf, plot
from simulator.errors import LetfError
from simulator.output.files import figure_bytes
from simulator.output.plot import KINDS, draw
from simulator.result import load


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The bytes of a result, as `letf simulate` writes them."""
    path = tmp_path_factory.mktemp("simulated") / "result.npz"
    command = ["simulate", "--paths", "2000", "--horizon", "5,21", "--output", str(path), "--quiet"]
    assert CliRunner().invoke(letf, command, catch_exceptions=False).exit_code == 0
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "result.npz").write_bytes(content)
    return tmp_path


def run(*args):
    return CliRunner().invoke(letf, ["plot", *map(str, args)])


def drawn(*args):
    done = run(*args)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    return done.stdout


def refused(folder, *args):
    """The error, in one line; nothing is written."""
    before = sorted(folder.iterdir())
    done = run(*args)
    assert done.exit_code != 0 and done.stdout == ""
    assert sorted(folder.iterdir()) == before
    message = str(done.exception) if isinstance(done.exception, LetfError) else done.stderr.splitlines()[-1]
    assert "\n" not in message
    return message


def test_kinds_are_those_that_can_be_drawn():
    assert plot.KINDS == KINDS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_writes_the_figure_and_prints_its_name(folder, kind, suffix):
    path = folder / f"figure{suffix}"
    assert drawn("result.npz", "--kind", kind, "--output", path) == f"{path}\n"
    expected = figure_bytes(draw(load(folder / "result.npz"), kind), suffix)
    assert path.read_bytes() == expected


def test_names_the_figure_after_the_result_beside_it(folder):
    (folder / "there").mkdir()
    (folder / "result.npz").rename(folder / "there" / "my.result.npz")
    assert drawn("there/my.result.npz") == "there/my.result-ridges.png\n"
    assert drawn("there/my.result.npz", "--kind", "fan") == "there/my.result-fan.png\n"
    assert len(list((folder / "there").iterdir())) == 3


def test_the_same_command_twice_gives_the_same_bytes(folder):
    drawn("result.npz", "--output", "a.svg")
    drawn("result.npz", "--output", "b.SVG")
    assert (folder / "a.svg").read_bytes() == (folder / "b.SVG").read_bytes()


def test_chooses_funds(folder):
    drawn("result.npz", "--fund", "tza", "--output", "tza.svg")
    drawn("result.npz", "--fund", "TZA", "--fund", "TNA", "--output", "both.svg")
    drawn("result.npz", "--output", "all.svg")
    tza, both, every = ((folder / f"{name}.svg").read_bytes() for name in ("tza", "both", "all"))
    assert len(tza) < 0.7 * len(both) and both != every


def test_simulate_draws_the_same_ridges(folder):
    drawn("result.npz", "--output", "from-file.png")
    command = ["simulate", "--paths", "2000", "--horizon", "5,21", "--plot", "at-once.png", "--quiet"]
    assert CliRunner().invoke(letf, command, catch_exceptions=False).exit_code == 0
    assert (folder / "at-once.png").read_bytes() == (folder / "from-file.png").read_bytes()


def test_results_that_are_none(folder):
    (folder / "prices.csv").write_text("date,close\n2024-01-02,195.2\n")
    (folder / "garbage.npz").write_bytes(b"PK\x03\x04 not a zip file")
    (folder / "empty.npz").write_bytes(b"")
    np.savez(folder / "other.npz", numbers=np.arange(3))
    np.save(folder / "array.npy", np.arange(3))
    np.savez(folder / "pickle.npz", header=np.array([{}], dtype=object))
    (folder / "run.json").write_text(json.dumps({"schema": "letf.simulate/1"}))
    for name in ("prices.csv", "garbage.npz", "empty.npz", "other.npz", "array.npy", "pickle.npz", "run.json"):
        message = refused(folder, name)
        assert message.startswith(f"{name}: not a result of letf")
        assert "letf simulate --output result.npz" in message
    assert refused(folder, "missing.npz") == "missing.npz: no such file"
    assert "is a folder" in refused(folder, ".")


def test_a_cut_result(folder):
    content = (folder / "result.npz").read_bytes()
    (folder / "cut.npz").write_bytes(content[: len(content) // 2])
    assert refused(folder, "cut.npz").startswith("cut.npz: ")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--output", "figure.gif"], [".png, .svg, .pdf"]),
        (["--output", "figure"], [".png, .svg, .pdf"]),
        (["--output", "missing/figure.png"], ["no folder", "make it first"]),
        (["--kind", "pie"], ["ridges", "fan", "horizon"]),
        (["--fund", "QQQ"], ["QQQ", "TNA, TZA"]),
    ],
)
def test_wrong_options(folder, args, words):
    message = refused(folder, "result.npz", *args)
    for word in words:
        assert word in message


def test_a_folder_in_the_way(folder):
    (folder / "result-ridges.png").mkdir()
    assert "is a folder" in refused(folder, "result.npz")


def test_a_wrong_suffix_is_refused_before_the_result_is_read(folder):
    assert ".png, .svg, .pdf" in refused(folder, "missing.npz", "--output", "figure.gif")
