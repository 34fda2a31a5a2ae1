"""The command line as a process: exit codes, one-line errors, interrupts, pipes, cold starts."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LETF = str(Path(sys.executable).parent / "letf")
QUICK = ("simulate", "--paths", "1000", "--horizon", "1,5")


def run(*args, **kwargs):
    return subprocess.run([LETF, *args], capture_output=True, text=True, timeout=120, **kwargs)


def assert_one_line(done, *words):
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


def test_help_imports_nothing_heavy():
    code = "import sys, simulator.cli as c; c.letf.main(['--help'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "simulate" in done.stdout
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "numba", "scipy", "pandas", "matplotlib"}


def test_version():
    done = run("--version")
    assert done.stdout.startswith("letf ") and done.returncode == 0


def test_no_command_shows_help():
    done = run()
    assert done.returncode == 0 and "Commands:" in done.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["nonsense"], ["No such command 'nonsense'"]),
        (["3x.npz"], ["letf plot 3x.npz"]),
        (["simulate", "3x.npz"], ["letf plot 3x.npz"]),
        (["simulate", "IWM.csv"], ["letf calibrate IWM.csv"]),
        (["simulate", "my.toml"], ["--market my.toml"]),
        (["simulate", "TNA"], ["--fund TNA"]),
        (["risk", "TNA", "--stop"], ["'--stop' requires an argument. Try: letf risk --help"]),
        (["simulate", "--horizons", "3"], ["--horizons", "--horizon"]),
        (["simulate", "--horizon", "0"], ["horizon", "1 to 2,520", "got 0"]),
        (["simulate", "--horizon", "2521"], ["horizon", "2,521"]),
        (["simulate", "--horizon", "5,x"], ["'x'", "whole number"]),
        (["simulate", "--horizon", ""], ["whole number"]),
        (["simulate", "--paths", "0"], ["paths", "got 0"]),
        (["simulate", "--paths", "1099511627777"], ["paths", "1,099,511,627,776"]),
        (["simulate", "--paths", "1,000"], ["commas", "1000"]),
        (["simulate", "--paths", "inf"], ["whole number"]),
        (["simulate", "--seed", "-1"], ["seed", "got -1"]),
        (["simulate", "--seed", "18446744073709551616"], ["seed"]),
        (["simulate", "--threads", "0"], ["threads", "got 0"]),
        (["simulate", "--rate", "4"], ["400 %", "4% or 0.04"]),
        (["simulate", "--rate", "185"], ["18500 %; write 185%. Try"]),
        (["replay", "--index", "", "--fund-prices", "a.csv"], ["no file is named; give a CSV"]),
        (["calibrate", "TNA.csv"], ["TNA.csv: prices of TNA, 3x IWM?", "its index, IWM"]),
        (["simulate", "--rate", "nan"], ["finite"]),
        (["simulate", "--drift", "inf%"], ["finite"]),
        (["simulate", "--vol", "lots"], ["not a number", "4% or 0.04"]),
        (["simulate", "--vol", "-20%"], ["vol", "(0, 10]"]),
        (["simulate", "--vol", "900%"], ["900%", "--scale-vol"]),
        (["simulate", "--vol", "20%", "--regime", "crisis"], ["--vol", "--regime"]),
        (["simulate", "--scale-vol"], ["--scale-vol 30%"]),
        (["simulate", "--regime", "panic"], ["'panic'", "calm", "crisis"]),
        (["simulate", "--fund", "QQQ"], ["'QQQ'", "TNA", "TZA"]),
        (["simulate", "--market", "absent.toml"], ["absent.toml", "no such file"]),
        (["simulate", "--market", "."], ["folder"]),
        (["simulate", "--funds-file", "absent.toml"], ["absent.toml", "no such file"]),
        (["simulate", "--output", "a.txt"], [".npz", ".parquet"]),
        (["simulate", "--output", "absent/a.npz"], ["absent", "make it first"]),
        (["simulate", "--plot", "a.gif"], [".png", ".svg", ".pdf"]),
        (["plot", "absent.npz"], ["absent.npz", "no such file"]),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(args, words, tmp_path):
    assert_one_line(run(*args, cwd=tmp_path), *words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder(tmp_path):
    tmp_path.chmod(0o500)
    assert_one_line(run(*QUICK, "--output", str(tmp_path / "a.npz")), "cannot be written")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run([LETF, "funds"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "Error: cannot write the output: No space left on device\n"


def test_broken_pipe_is_quiet():
    command = f'"{LETF}" funds | true; exit "${{PIPESTATUS[0]}}"'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_ends_with_130_and_leaves_no_file(tmp_path):
    run(*QUICK)  # compiled from here on
    output = tmp_path / "result.npz"
    args = [LETF, "simulate", "--paths", str(2**40), "--output", str(output)]
    listening = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}  # whoever runs the tests may not
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **listening) as process:
        try:
            time.sleep(3)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == "" and "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_first_uses_say_that_they_compile_also_two_at_once(tmp_path):
    environment = os.environ | {"LETF_CACHE_DIR": str(tmp_path)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    firsts = [subprocess.Popen([LETF, *QUICK], env=environment, **pipes) for _ in range(2)]
    heard = [first.communicate(timeout=240) for first in firsts]
    second = run(*QUICK, env=environment)
    assert [done.returncode for done in (*firsts, second)] == [0, 0, 0]
    assert all("Compiling" in err for _, err in heard) and second.stderr == ""
    assert {out for out, _ in heard} == {second.stdout}


def test_a_file_called_numpy_does_not_shadow_ours(tmp_path):
    (tmp_path / "numpy.py").write_text("raise SystemExit('shadowed')")
    assert run(*QUICK, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_terminal_encoding(encoding):
    done = subprocess.run(
        [LETF, *QUICK], capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}, timeout=60
    )
    assert done.returncode == 0 and done.stderr == b""


def test_fits_sum_on_one_core_lest_their_bits_depend_on_how_many_there_are():
    report = "import os, sys; sys.argv[1:] = ['funds']; from simulator.cli import main\ntry: main()\nfinally: print(%s)"
    unset = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    for environment, threads in ((unset, "1"), (unset | {"OPENBLAS_NUM_THREADS": "2"}, "2")):
        done = subprocess.run(
            [sys.executable, "-c", report % "os.environ['OPENBLAS_NUM_THREADS']"],
            capture_output=True, env=environment, text=True, timeout=60,
        )  # fmt: skip
        assert done.stdout.splitlines()[-1] == threads


def test_the_same_json_at_any_thread_count():
    outputs = {run(*QUICK, "--json", "--threads", n).stdout for n in ("1", "2", "7")}
    assert len(outputs) == 1
    assert json.loads(outputs.pop())["paths"] == 1000


def test_shell_completion():
    environment = os.environ | {"_LETF_COMPLETE": "bash_complete", "COMP_WORDS": "letf sim", "COMP_CWORD": "1"}
    assert "simulate" in run(env=environment).stdout
