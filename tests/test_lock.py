"""A lock between processes."""

import os
import subprocess
import sys

import pytest

from simulator.lock import locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no such locks")
HOLD = """
import sys
from simulator.lock import locked
with locked(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "lock")


def test_one_holds_it_at_a_time(path):
    for _ in range(2):
        with locked(path):
            with pytest.raises(BlockingIOError), locked(path):
                pass
            assert os.path.exists(path)  # whoever was refused has not removed it
        assert not os.path.exists(path)


def test_it_ends_with_the_process_that_is_killed(path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError), locked(path):
            pass
        child.kill()
    assert os.path.exists(path)  # which does not matter
    with locked(path):
        pass
    assert not os.path.exists(path)


def test_a_lock_on_a_file_that_its_last_holder_removed_is_none(path, monkeypatch):
    """Between our opening the file and our locking it, its last holder may remove it, and another may make it anew."""
    make, made = os.open, []

    def open_and_lose(name, *args):
        handle = make(name, *args)
        if not made:
            os.unlink(name)
        made.append(handle)
        return handle

    monkeypatch.setattr(os, "open", open_and_lose)
    with locked(path):
        assert len(made) == 2
        assert os.path.samestat(os.fstat(made[1]), os.stat(path))


def test_a_file_system_without_locks_is_no_obstacle(path, monkeypatch):
    monkeypatch.setattr("fcntl.flock", lambda handle, how: os.stat("/there/is/no/such/file"))
    with locked(path), locked(path):
        pass


def test_a_folder_that_is_missing_is(tmp_path):
    with pytest.raises(FileNotFoundError), locked(str(tmp_path / "missing" / "lock")):
        pass
