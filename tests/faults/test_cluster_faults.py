"""What goes wrong on a cluster changes no byte, or ends in one clear line."""

import http.server
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from clusters import is_alive, processes_of, scheduler, wait_until, worker, workers_of
from examples import market, run

import simulator
from simulator.engine import dask, local_workers, todo
from simulator.engine.address import Address
from simulator.engine.simulate import simulate
from simulator.errors import LetfError

LETF = str(Path(sys.executable).parent / "letf")
CONTRACT_SECONDS = 15  # in which whatever is wrong with a cluster is told
RUN = ("simulate", "--paths", "1000", "--horizon", "1,5", "--json")
ENDLESS = ("simulate", "--paths", str(2**40), "--horizon", "1,5")
SPEC = run(market(3), 3.0, -3.0, horizons=(1, 5, 63), paths=2**20)
ENDLESS_SPEC = replace(SPEC, paths=2**40)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no signals")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The address of a scheduler that tests share."""
    with scheduler(tmp_path_factory.mktemp("dask")) as (address, _):
        yield address


@pytest.fixture
def address(shared):
    """The address of a scheduler that nobody works for any more."""
    workers_of(shared, 0)
    return shared


@pytest.fixture(scope="module")
def whole():
    """The bytes of the run on this machine."""
    return simulate(SPEC).to_bytes()


@pytest.fixture
def short_tasks(monkeypatch):
    monkeypatch.setattr(todo, "TASK_WORK", 2**24)
    monkeypatch.setattr(todo, "RESULT_WORK", 0)


def told(address, *more):
    """The line on stderr in which a run on that cluster ends, in time."""
    done = subprocess.run(
        [LETF, *RUN, "--cluster", address, *more], capture_output=True, text=True, timeout=CONTRACT_SECONDS, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("\n") and done.stderr.count("\n") == 1
    return done.stderr.rstrip("\n")


def test_a_scheduler_without_workers(address):
    assert told(address) == f"Error: cluster {address}: it has no worker; start some with: dask worker ADDRESS"


def test_nobody_at_the_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    expected = f"Error: cluster {address}: nobody answers there (Connection refused); is the scheduler up?"
    assert told(address) == expected


NO_SCHEDULER = "no Dask scheduler answers there; is it up, without TLS, and is this its port?"


def test_a_port_where_nothing_is_said():
    """As by a scheduler that hangs, or that wants TLS."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"tcp://127.0.0.1:{door.getsockname()[1]}"
        assert told(address) == f"Error: cluster {address}: {NO_SCHEDULER}"


def test_what_is_no_address():
    assert told("foo") == "Error: cluster must be tcp://HOST:PORT, a Dask scheduler, or local:N, got 'foo'"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1.0)


def test_no_such_host(impatient):
    address = "tcp://no.such.host.invalid:8786"
    with pytest.raises(LetfError, match=rf"^cluster {address}: nobody answers there \("):
        simulate(SPEC, cluster=address)


def test_a_web_server(impatient):
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            with pytest.raises(LetfError, match=re.escape(NO_SCHEDULER)):
                simulate(SPEC, cluster=f"tcp://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()


@pytest.mark.parametrize("word", [b"SSH-2.0-OpenSSH_9.2\r\n", (100).to_bytes(8, "little") + b"and no more"])
def test_a_server_that_says_something_else(word, impatient):
    """Another protocol's greeting; a message that never ends."""
    with socket.create_server(("127.0.0.1", 0)) as door, ExitStack() as guests:

        def greet():
            for _ in range(2):
                guest, _ = door.accept()
                guests.enter_context(guest)
                guest.sendall(word)

        doorman = threading.Thread(target=greet)
        doorman.start()
        with pytest.raises(LetfError, match=re.escape(NO_SCHEDULER)):
            simulate(SPEC, cluster=f"tcp://127.0.0.1:{door.getsockname()[1]}")
        doorman.join()


def test_a_workers_own_port(address, tmp_path):
    """It is Dask, but no scheduler."""
    with worker(address, tmp_path):
        (port,) = workers_of(address, 1)
        with pytest.raises(LetfError, match=re.escape(NO_SCHEDULER)):
            simulate(SPEC, cluster=port)


@pytest.fixture
def other_sources(tmp_path):
    """A tree of sources that differs in one comment."""
    shutil.copytree(
        Path(simulator.__file__).parent, tmp_path / "simulator", ignore=shutil.ignore_patterns("__pycache__")
    )
    with (tmp_path / "simulator" / "spec" / "run.py").open("a") as file:
        file.write("# another version\n")
    return tmp_path


@pytest.fixture
def no_letf(tmp_path):
    """A tree in which letf cannot be imported."""
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "__init__.py").write_text("raise ModuleNotFoundError('no module named simulator')\n")
    return tmp_path


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ("other_sources", r"has sources \w{12}, the run needs sources \w{12}; install the same on all"),
        ("no_letf", r"has no letf 0\.1\.0 to import \(.*\); install it there"),
    ],
)
def test_a_worker_with_another_letf(tree, expected, address, request, tmp_path):
    sources = request.getfixturevalue(tree)
    with worker(address, tmp_path, sources=sources):
        workers_of(address, 1)
        line = told(address)
    assert re.fullmatch(rf"Error: cluster {address}: worker tcp://127\.0\.0\.1:\d+ {expected}", line)


def test_a_worker_with_another_letf_that_comes_later(address, tmp_path, other_sources, short_tasks):
    with worker(address, tmp_path), ExitStack() as late:
        workers_of(address, 1)

        def join(paths):
            if not late_ones:
                late_ones.append(late.enter_context(worker(address, tmp_path, sources=other_sources)))

        late_ones = []
        with pytest.raises(LetfError, match=r"^cluster tcp://\S+: worker tcp://\S+ has sources \w+, the run needs "):
            simulate(ENDLESS_SPEC, cluster=address, on_progress=join)


def test_killed_workers_change_no_byte(address, tmp_path, short_tasks, whole):
    """Two of two, one after the other, and each is replaced; for a while there may be none at all."""
    with ExitStack() as stack:
        crew = [stack.enter_context(worker(address, tmp_path)) for _ in range(2)]
        workers_of(address, 2)
        marks = [SPEC.paths // 8, SPEC.paths // 2]

        def kill(paths):
            if marks and paths > marks[0]:
                marks.pop(0)
                crew.pop(0).kill()
                crew.append(stack.enter_context(worker(address, tmp_path)))

        assert simulate(SPEC, cluster=address, on_progress=kill).to_bytes() == whole
        assert not marks


def test_killed_processes_of_this_machine_change_no_byte(short_tasks, whole):
    """One after the other, and once all at the same time; they are started again."""
    marks = [(SPEC.paths * share // 8, count) for share, count in ((1, 1), (3, 1), (5, 2))]

    def kill(paths):
        crew = processes_of(os.getpid())
        if marks and paths > marks[0][0]:
            for pid in crew[: marks.pop(0)[1]]:
                os.kill(pid, signal.SIGKILL)

    assert simulate(SPEC, cluster="local:2", on_progress=kill).to_bytes() == whole
    assert not marks
    assert not processes_of(os.getpid())


def test_a_result_that_is_lost_is_not_waited_for():
    """Dask itself would wait half a minute for the worker that died with it."""

    class Lost:
        status = "lost"
        asked = 0

        def result(self, patience):
            self.asked += 1
            raise TimeoutError

    task = Lost()
    assert dask.Scheduler(Address.parse("local:1"), most=1).result(task) is None
    assert task.asked == 1


def test_all_workers_lost(address, tmp_path, short_tasks, monkeypatch):
    monkeypatch.setattr(dask, "LOST_SECONDS", 1.0)
    with worker(address, tmp_path) as process:
        workers_of(address, 1)
        with pytest.raises(LetfError, match=rf"^cluster {address}: all workers are lost, and no other has come$"):
            simulate(ENDLESS_SPEC, cluster=address, on_progress=lambda paths: process.kill())


def test_the_scheduler_lost(tmp_path, short_tasks):
    with scheduler(tmp_path) as (address, process), worker(address, tmp_path):
        workers_of(address, 1)
        with pytest.raises(
            LetfError, match=rf"^cluster {address}: the scheduler (is lost|or a worker does not answer)"
        ):
            simulate(ENDLESS_SPEC, cluster=address, on_progress=lambda paths: process.kill())


def test_tasks_that_come_to_nothing_again_and_again(address, tmp_path, short_tasks, monkeypatch):
    monkeypatch.setattr(dask.Scheduler, "result", lambda scheduler, task: None)
    with worker(address, tmp_path):
        workers_of(address, 1)
        with pytest.raises(LetfError, match=rf"^cluster {address}: workers die at their tasks, again and again; "):
            simulate(SPEC, cluster=address)


def test_a_process_of_this_machine_that_cannot_start(monkeypatch):
    """Its last word is told."""
    monkeypatch.setattr(local_workers, "COMMAND", (sys.executable, "-c", "raise SystemExit('no room')"))
    with pytest.raises(
        LetfError, match=r"^cluster: a worker process of this machine failed with exit code 1: no room$"
    ):
        simulate(SPEC, cluster="local:2")


@pytest.mark.parametrize(
    ("number", "code", "seconds"),
    [(signal.SIGINT, 130, 0.2), (signal.SIGINT, 130, 3.0), (signal.SIGTERM, 143, 3.0), (signal.SIGKILL, -9, 3.0)],
)
def test_an_interrupt_leaves_no_process(number, code, seconds, tmp_path):
    """Sent to all of the terminal's processes, as Ctrl-C is, while the workers start and while they work."""
    with subprocess.Popen(
        [LETF, *ENDLESS, "--cluster", "local:2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as child:  # fmt: skip
        wait_until(lambda: len(processes_of(child.pid)) == 2)
        crew = processes_of(child.pid)
        time.sleep(seconds)
        os.killpg(child.pid, number)
        out, err = child.communicate(timeout=CONTRACT_SECONDS)
    assert (child.returncode, out, err.strip()) == (code, "", "")
    wait_until(lambda: not any(map(is_alive, crew)))
    assert number == signal.SIGKILL or list(tmp_path.iterdir()) == []
