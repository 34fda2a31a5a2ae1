"""One core, two, or fewer than threads: the same bytes."""

import os
import subprocess
import sys

import pytest
from processes import LETF, TIMEOUT

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no cores can be chosen on this system")
RUN = ("--paths", "100000", "--horizon", "1,21", "--json", "--quiet")


def on(cores, *args):
    """What `letf args` prints on these cores."""
    done = subprocess.run(
        [LETF, *args], capture_output=True, text=True, timeout=TIMEOUT, check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("command", [("simulate",), ("risk", "TNA", "--stop", "12%")], ids=lambda command: command[0])
def test_one_core_and_any_number_of_threads_give_the_same_bytes(command):
    cores = os.sched_getaffinity(0)
    run = (*(command), *(RUN if command == ("simulate",) else ("--paths", "20000", "--json", "--quiet")))
    whole = on(cores, *run)
    one = {min(cores)}
    assert on(one, *run) == whole
    assert on(one, *run, "--threads", "5") == whole
    assert on(cores, *run, "--threads", "1024") == whole


def test_a_core_is_all_that_is_asked_for():
    """As `taskset -c 0` sets it: threads beyond the cores at hand would only wait."""
    code = "from simulator.engine.threads import available_cores; print(available_cores())"
    one = {min(os.sched_getaffinity(0))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, one)
    )
    assert done.stdout == "1\n"
