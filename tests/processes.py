"""Processes that tests start: with few things in their environment, on file systems that are full or read-only."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
LETF = str(Path(sys.executable).parent / "letf")
TIMEOUT = 240  # seconds: a cold start compiles for 20 to 40


def python(code, *args, env=None, wrapped=(), **options):
    """`python -c code args`, of this checkout, with nothing but `env` in its environment; within `wrapped`, a command.

    Returns
    -------
    CompletedProcess
        With stdout and stderr as text.
    """
    command = [*wrapped, sys.executable, "-c", code, *map(str, args)]
    environment = {"PYTHONPATH": str(CHECKOUT), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"} | (env or {})
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT, **options)


def tmpfs(folder, size, *, then=""):
    """A command whose arguments are run with an empty file system of `size` bytes at `folder`, for them alone.

    `then` is shell code to run in between. Skips the test where the system lets nobody mount anything.
    """
    if not _may_mount():
        pytest.skip("file systems cannot be mounted here, not even in a namespace of one's own")
    mount = f"mount -t tmpfs -o size={size} tmpfs '{folder}'"
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{mount} && {{ {then or ":"}; }} && exec "$@"', "sh"]


def read_only(folder):
    """A command whose arguments are run with `folder` as it is, read-only for them and for the superuser too."""
    if not _may_mount():
        pytest.skip("file systems cannot be mounted here, not even in a namespace of one's own")
    mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'"
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]


@cache
def _may_mount():
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    tried = ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return subprocess.run(tried, capture_output=True).returncode == 0
