"""A checkpointed run that is killed, at any moment and as often as you like, ends in the bytes of one left alone."""

import json
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import time

import pytest
from processes import CHECKOUT, LETF, TIMEOUT, tmpfs

from simulator.engine import checkpoint_file
from simulator.engine.blocks import Plan
from simulator.engine.simulate import simulate
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.run import Simulation

KILLS = 60
LONGEST = 0.2  # seconds that a run may live
SPEC = Simulation(
    market=preset_market(), funds=find_funds(("TNA",), preset_funds()), horizons=(1, 5, 21), paths=6_000_000
)
# Forks a child for each line that it reads, once everything is imported and compiled, so that a life costs no start.
# The child runs SPEC on two threads and saves all the time; it is killed after so many seconds, or kills itself before
# or after the given call of a step of saving, or lives. Answers its exit status.
NURSERY = """
import json, os, signal, sys, time
from pathlib import Path
from simulator.engine import checkpoint, threads
from simulator.engine.done import Done
from simulator.engine.simulate import Plan, simulate
from simulator.spec.run import Simulation

spec = Simulation.from_dict(json.loads(sys.argv[1]))
threads.PROGRESS_SECONDS, checkpoint.SAVE_SECONDS, checkpoint.MOST_COST = 0.005, 0.0, 1e9
Done(Plan(spec)).run(0)

def arrange_end(step, number, when):
    calls, plain = [], getattr(os, step)
    def call(*args):
        calls.append(step)
        if len(calls) == number and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return plain(*args)
        finally:
            if len(calls) == number and when == "after":
                os.kill(os.getpid(), signal.SIGKILL)
    setattr(os, step, call)

def live(path, seconds=None, end=None):
    if end:
        arrange_end(*end)
    result = simulate(spec, threads=2, checkpoint=checkpoint.Checkpoint(path, resume=True))
    Path(path).with_name("result.npz").write_bytes(result.to_bytes())

print("ready", flush=True)
for line in sys.stdin:
    life = json.loads(line)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            live(**life)
            status = 0
        finally:
            os._exit(status)
    if "seconds" in life:
        time.sleep(life["seconds"])
        os.kill(child, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and kill")


@pytest.fixture(scope="module")
def expected():
    return simulate(SPEC).to_bytes()


@pytest.fixture(scope="module")
def live():
    """live(path, seconds=..., end=...) is the exit status of a life of the run."""
    command = [sys.executable, "-W", "ignore", "-c", NURSERY, json.dumps(SPEC.to_dict(), default=str)]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as nursery:
        assert nursery.stdout.readline() == "ready\n"

        def live(path, **life):
            print(json.dumps({"path": str(path), **life}), file=nursery.stdin)
            return int(nursery.stdout.readline())

        yield live
        nursery.stdin.close()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.ckpt"


def kept(path):
    """Paths that the file keeps, which is whole; 0 where there is none yet."""
    if not path.exists():
        return 0
    content = checkpoint_file.read(path)
    return checkpoint_file.restored(path, content, Plan(Simulation.from_dict(content.run))).paths


def finish(live, path):
    """The bytes of the result once the run is let live, and what else is left then."""
    assert live(path) == 0
    result = path.with_name("result.npz")
    content = result.read_bytes()
    result.unlink()
    return content, [entry.name for entry in path.parent.iterdir()]


def test_killed_at_random_moments(path, live, expected):
    moments, killed, ran, reached = random.Random(5), 0, 0, 0
    while killed < KILLS:
        status = live(path, seconds=moments.uniform(0, LONGEST))
        assert status in (0, -signal.SIGKILL)
        assert kept(path) >= reached  # nothing is lost twice
        reached = kept(path)
        ran += 0 < reached < SPEC.paths
        killed += status == -signal.SIGKILL
        if status == 0:  # on a fast machine more than one run is needed
            assert finish(live, path) == (expected, ["run.ckpt"])
            path.unlink()
            reached = 0
    assert ran > KILLS // 10
    assert finish(live, path) == (expected, ["run.ckpt"])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["open", "fsync", "chmod", "replace", "unlink"])
def test_killed_at_every_step_of_saving(path, live, expected, step, when):
    reached, killed = 0, 0
    for number in (1, 2, 3, 5):
        status = live(path, end=(step, number, when))
        assert kept(path) >= reached
        reached = kept(path)
        assert status == -signal.SIGKILL or reached == SPEC.paths  # a fast machine ends before so many saves
        killed += status == -signal.SIGKILL
    assert reached > 0 and killed > 1
    assert finish(live, path) == (expected, ["run.ckpt"])


# --- the command line, told to stop

LONG = ("simulate", "--fund", "TNA", "--horizon", "1,5", "--threads", "1", "--paths", str(20_000_000))
ENDLESS = (*LONG[:-1], str(2**40))


@pytest.fixture(scope="module", autouse=True)
def compiled():
    subprocess.run([LETF, *LONG[:-1], "1000"], capture_output=True, check=True)


def stopped(path, args, *signals, pause=0.1):
    """Exit code and stderr of `letf args`, sent the signals when it has begun, and paths that the file keeps."""
    args = [*args, "--checkpoint", str(path)]
    with subprocess.Popen([LETF, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            while not path.exists():
                assert child.poll() is None
                time.sleep(0.01)
            time.sleep(pause)
            for number in signals:
                child.send_signal(number)
                time.sleep(0.005)
            out, err = child.communicate(timeout=TIMEOUT)
        finally:
            child.kill()
    assert out == ""
    return child.returncode, err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_checkpoint_and_one_line(tmp_path, number, code):
    path = tmp_path / "my run.ckpt"
    status, err = stopped(path, ENDLESS, number)
    assert status == code
    assert err.startswith(f"Stopped; {path} keeps 0 % (") and err.count("\n") == 1
    program, *again = shlex.split(err.strip().rpartition("to go on: ")[2])
    assert program in ("letf", str(LETF))  # as the shell that was asked would find it
    assert again == [ENDLESS[0], "--resume", *ENDLESS[1:], "--checkpoint", str(path)]
    assert f"({kept(path):,} of {2**40:,} paths)" in err and kept(path) > 0
    assert list(tmp_path.iterdir()) == [path]


def test_more_signals_straight_away_leave_a_whole_checkpoint_too(tmp_path):
    path = tmp_path / "run.ckpt"
    for pause in (0.1, 0.2):
        status, err = stopped(path, ENDLESS, signal.SIGINT, signal.SIGINT, signal.SIGTERM, pause=pause)
        assert status in (130, -signal.SIGINT, -signal.SIGTERM)  # all done, the process is ended without more ado
        assert err.count("\n") == 1 and kept(path) > 0
        path.unlink()


def test_a_stopped_command_goes_on_to_the_same_bytes(tmp_path):
    path, whole, resumed = (tmp_path / name for name in ("run.ckpt", "whole.npz", "resumed.npz"))
    subprocess.run([LETF, *LONG, "--output", str(whole), "--quiet"], capture_output=True, check=True)
    assert stopped(path, LONG, signal.SIGINT)[0] == 130
    command = [LETF, *LONG, "--checkpoint", str(path), "--resume", "--output", str(resumed)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert resumed.read_bytes() == whole.read_bytes()
    told, finished = done.stderr.splitlines()
    assert told.startswith(f"Note: {path} keeps ") and told.endswith(" of 20,000,000 paths; going on from there")
    assert finished == f"Note: {path} keeps the finished run: with --resume it is answered at once"
    again = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert again.stderr == f"Note: {path} keeps the finished run\n"
    assert resumed.read_bytes() == whole.read_bytes() and json.loads(again.stdout)["paths"] == 20_000_000


# --- the command line, when the disk is full


def limited():
    """No file may grow beyond what an empty checkpoint takes: Python hears of it as of a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_disk_that_fills_costs_the_checkpoint_alone(tmp_path):
    path = tmp_path / "run.ckpt"
    args = [LETF, *LONG[:-1], "300000", "--checkpoint", str(path)]
    plain = subprocess.run(args[:-2], capture_output=True, text=True, check=True)
    done = subprocess.run(args, capture_output=True, text=True, preexec_fn=limited)
    assert (done.returncode, done.stdout) == (0, plain.stdout)
    warning = f"Warning: {path}: cannot be written: File too large; nothing was changed; it keeps 0 paths\n"
    assert done.stderr == warning
    assert kept(path) == 0 and list(tmp_path.iterdir()) == [path]
    again = subprocess.run([*args, "--resume"], capture_output=True, text=True, check=True)
    assert again.stdout == plain.stdout and kept(path) == 300_000


def test_a_disk_that_is_full_is_found_before_the_run(tmp_path):
    fill = f"head -c 100000 /dev/zero > '{tmp_path}/other' 2>/dev/null || true"
    args = [*tmpfs(tmp_path, 65_536, then=fill), LETF, *ENDLESS, "--checkpoint", str(tmp_path / "run.ckpt")]
    done = subprocess.run(args, capture_output=True, text=True, timeout=TIMEOUT)
    line = f"Error: {tmp_path / 'run.ckpt'}: cannot be written: No space left on device; nothing was changed\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", line)


# --- the command line, when it cannot be right


def refused(*args):
    done = subprocess.run([LETF, *ENDLESS, *map(str, args)], capture_output=True, text=True, timeout=TIMEOUT)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    return done.stderr.removeprefix("Error: ")


def test_one_line_and_exit_code_2(tmp_path):
    path = tmp_path / "run.ckpt"
    assert refused("--resume") == "--resume needs --checkpoint FILE, the file to go on with\n"
    path.write_bytes(b"notes of mine")
    assert refused("--checkpoint", path) == f"{path}: not a checkpoint of letf; name another file\n"
    assert f"no folder {tmp_path / 'there'}; make it first" in refused("--checkpoint", tmp_path / "there" / "run")
    both = tmp_path / "both.npz"
    text = f"{both}: named as checkpoint and as output; choose two files\n"
    assert refused("--checkpoint", both, "--output", both) == text
    assert path.read_bytes() == b"notes of mine" and list(tmp_path.iterdir()) == [path]


def test_two_processes_on_one_checkpoint(tmp_path):
    path = tmp_path / "run.ckpt"
    args = [LETF, *ENDLESS, "--checkpoint", str(path)]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        try:
            while not path.exists():
                time.sleep(0.01)
            line = f"{path}: in use by another process; wait for it, or name another file\n"
            assert refused("--checkpoint", path, "--resume") == line
        finally:
            first.kill()
