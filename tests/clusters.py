"""A Dask scheduler and workers in processes of their own, that tests use."""

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from distributed.comm import connect

PATIENCE = 60  # seconds for a process to start, on a machine with much else to do
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def scheduler(folder):
    """The address of a new scheduler on this machine, and its process."""
    told = folder / "scheduler.json"
    options = ["--host=127.0.0.1", "--port=0", "--no-dashboard", "--dashboard-address=127.0.0.1:0"]
    with started("dask_scheduler", *options, f"--scheduler-file={told}", cwd=folder) as process:
        wait_until(lambda: told.exists() and told.read_text().endswith("}"))
        yield json.loads(told.read_text())["address"], process


def worker(address, folder, *, threads=1, sources=None):
    """A context with the process of a worker, of the tree `sources` where it is not ours."""
    path = [str(sources)] if sources else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*path, *filter(None, sys.path)])}
    options = ["--no-nanny", "--no-dashboard", f"--nthreads={threads}", "--memory-limit=0", "--host=127.0.0.1"]
    return started("dask_worker", address, *options, f"--local-directory={folder}", cwd=folder, env=environment)


@contextmanager
def started(program, *options, **more):
    """A process of Dask's; gone at the end."""
    process = subprocess.Popen([sys.executable, "-P", "-m", f"distributed.cli.{program}", *options], **QUIET, **more)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def workers_of(address, count):
    """The addresses of the workers of a scheduler, once there are as many."""

    async def ask():
        line = await connect(address)
        await line.write({"op": "ncores", "reply": True})
        told = await line.read()
        await line.close()
        return list(told)

    wait_until(lambda: len(asyncio.run(ask())) == count)
    return asyncio.run(ask())


def processes_of(pid):
    """The numbers of the workers' processes that a process has started."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line.split()[0]) for line in found.stdout.splitlines() if "dask_worker" in line]


def is_alive(pid):
    """Whether there is such a process, on Linux."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition):
    """Look again and again, until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
