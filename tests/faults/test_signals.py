"""SIGTERM, at any moment, ends a command as Ctrl-C does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.cli import signals
from simulator.errors import Terminated
from simulator.files import write_atomically

LETF = str(Path(sys.executable).parent / "letf")
ENDLESS = ("simulate", "--paths", str(2**40), "--horizon", "1,5")
MAIN = "import signal, sys; from simulator.cli import main; %s; sys.argv[1:] = ['funds', '--json']; main()"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no signals")


@pytest.fixture(scope="module", autouse=True)
def compiled():
    subprocess.run([LETF, "simulate", "--paths", "1000", "--horizon", "1,5"], capture_output=True, check=True)


@pytest.fixture
def listening(monkeypatch):
    """This process, as the command line is, and as it was when the test ends."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(signals, "_listener", signals._Listener())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signals.listen()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def listens(pid):
    """Whether the process handles SIGTERM by now."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def sent_sigterm(args, seconds):
    """Exit code, stdout and stderr of `letf args`, sent SIGTERM `seconds` after it began to listen."""
    with subprocess.Popen([LETF, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            while not listens(child.pid):
                time.sleep(0.01)
            time.sleep(seconds)
            child.send_signal(signal.SIGTERM)
            out, err = child.communicate(timeout=30)
        finally:
            child.kill()
    return child.returncode, out, err


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which signals a process handles on Linux only")
@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3, 0.6, 1.5])
def test_a_run_ends_with_143_quietly_and_leaves_no_file(tmp_path, seconds):
    output = tmp_path / "result.npz"
    assert sent_sigterm((*ENDLESS, "--output", str(output)), seconds) == (143, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_second_one_straight_away_changes_nothing(tmp_path):
    """As timeout(1) sends it: to the process, then to its group."""
    args = ["timeout", "--preserve-status", "1", LETF, *ENDLESS, "--output", str(tmp_path / "result.npz")]
    done = subprocess.run(args, capture_output=True, text=True, timeout=60, start_new_session=True)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")
    assert list(tmp_path.iterdir()) == []


def test_who_had_it_ignored_is_obeyed():
    ignored = "signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.raise_signal(signal.SIGTERM)"
    code = MAIN % ignored + "; signal.raise_signal(signal.SIGTERM)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout


def test_once_a_command_is_through_it_ends_the_process_at_once():
    """What Python does at exit has no place for an exception: it would print a traceback."""
    code = MAIN % "import atexit; atexit.register(signal.raise_signal, signal.SIGTERM)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, "")


def test_the_draft_of_a_file_is_removed(tmp_path, monkeypatch, listening):
    path = tmp_path / "result.npz"
    path.write_bytes(b"old")
    sync = os.fsync

    def sync_and_hear(handle):
        sync(handle)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(os, "fsync", sync_and_hear)
    with pytest.raises(Terminated):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert signals.exit_code() == 143


def test_it_is_heard_again_some_seconds_later(monkeypatch, listening):
    """Lest a library that swallowed the first one kept the run alive for good."""
    for _ in range(2):
        with pytest.raises(Terminated):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # no second time at once
        monkeypatch.setattr(signals._listener, "heard", time.monotonic() - signals.ONCE_SECONDS - 0.1)


def test_ctrl_c_keeps_its_own_code_and_is_heard_once(listening):
    with pytest.raises(KeyboardInterrupt) as caught:
        signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGTERM)
    assert caught.type is KeyboardInterrupt and signals.exit_code() == 130


def test_ctrl_c_too_ends_the_process_at_once_when_a_command_is_through():
    code = MAIN % "import atexit; atexit.register(signal.raise_signal, signal.SIGINT)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")
