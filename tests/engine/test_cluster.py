"""A cluster gives the bytes of one machine."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from clusters import scheduler, worker, workers_of
from examples import BOOTSTRAP, SKEWED, ensemble, market, run

from simulator.engine import todo
from simulator.engine.address import Address
from simulator.engine.blocks import Plan
from simulator.engine.checkpoint import Checkpoint
from simulator.engine.cluster import Cluster
from simulator.engine.done import Done
from simulator.engine.simulate import simulate, to_result
from simulator.engine.task import identity, run_blocks
from simulator.errors import LetfError
from simulator.spec.trade import Trade

LETF = str(Path(sys.executable).parent / "letf")
PLAIN = run(market(3), 3.0, -3.0, costs=True, horizons=(1, 5, 63), paths=2**20)
MIXED = replace(PLAIN, market=ensemble(market(3), SKEWED, BOOTSTRAP, weights=[0.5, 0.3, 0.2]), paths=2**17)
HELD = replace(MIXED, trade=Trade(stop=0.08, target=0.1, watch="close"), horizons=(21,))
SPECS = pytest.mark.parametrize("spec", [PLAIN, MIXED, HELD], ids=["plain", "mixed", "held"])


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A scheduler with a worker of one thread and one of two."""
    folder = tmp_path_factory.mktemp("dask")
    with scheduler(folder) as (found, _), worker(found, folder), worker(found, folder, threads=2):
        workers_of(found, 2)
        yield found


@pytest.fixture(autouse=True)
def many_tasks(monkeypatch):
    monkeypatch.setattr(todo, "TASK_WORK", 2**24)
    monkeypatch.setattr(todo, "RESULT_WORK", 0)


@SPECS
def test_a_scheduler_and_workers_elsewhere(address, spec):
    assert simulate(spec, cluster=address).to_bytes() == simulate(spec).to_bytes()


def test_the_command_line_writes_the_same_bytes_and_says_nothing_of_dask(address, tmp_path):
    said = []
    for name, more in (("here", []), ("there", ["--cluster", address])):
        args = [
            LETF,
            "simulate",
            "--paths",
            "30000",
            "--horizon",
            "5",
            "--output",
            str(tmp_path / f"{name}.npz"),
            *more,
        ]
        said.append(subprocess.run(args, capture_output=True, text=True, check=True))
    assert said[0].stdout == said[1].stdout and said[1].stderr == ""
    assert (tmp_path / "here.npz").read_bytes() == (tmp_path / "there.npz").read_bytes()


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_of_this_machine(workers):
    assert simulate(PLAIN, cluster=f"local:{workers}").to_bytes() == simulate(PLAIN).to_bytes()


def test_what_is_missing_of_a_run_is_run(address):
    done = Done(Plan(PLAIN))
    for number in (0, 7, 8, len(done.plan) - 1):
        done.run(number)
    with Cluster(done, Address.parse(address)) as crew:
        seen = list(crew)
    assert seen == sorted(seen) and seen[-1] == PLAIN.paths
    assert to_result(done).to_bytes() == simulate(PLAIN).to_bytes()


def test_what_is_done_is_whole_when_a_run_is_left_halfway(address):
    """As upon Ctrl-C: what came back is kept, and a stock taken on the way is a part of it."""
    done = Done(Plan(replace(PLAIN, paths=2**23)))
    with Cluster(done, Address.parse(address)) as crew:
        for _ in crew:
            stock = crew.stock()
            if len(stock.blocks):
                break
    assert 0 < len(stock.blocks) <= len(done.blocks) < len(done.plan)
    again = Done(done.plan)
    for number in range(len(done.plan)):
        if not any(first <= number < end for first, end in done.blocks.gaps(len(done.plan))):
            again.run(number)
    assert done.is_whole and again.to_bytes() == done.to_bytes()


def test_a_checkpoint_keeps_what_came_back(address, tmp_path):
    """A run stopped on a cluster is taken up there, stopped again, and finished on this machine."""
    spec, kept = replace(PLAIN, paths=2**21), tmp_path / "run.ckpt"
    for resume in (False, True):
        before = Checkpoint(kept, resume=resume)

        def stop(paths, before=before):
            if paths > before.resumed:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            simulate(spec, cluster=address, checkpoint=before, on_progress=stop)
        assert before.resumed < before.paths < spec.paths
    last = Checkpoint(kept, resume=True)
    assert simulate(spec, checkpoint=last).to_bytes() == simulate(spec).to_bytes()
    assert 0 < last.resumed < spec.paths


def test_a_run_that_is_done_needs_no_more(address):
    done = Done(Plan(replace(PLAIN, paths=1000)))
    done.run(0)
    with Cluster(done, Address.parse(address)) as crew:
        assert list(crew) in ([], [1000])
    assert done.paths == 1000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("local:1", ("", 1, "", 0)),
        ("local:256", ("", 256, "", 0)),
        ("tcp://host:8786", ("", 0, "host", 8786)),
        ("tcp://10.0.0.5:1/", ("", 0, "10.0.0.5", 1)),
        ("tcp://[::1]:8786", ("", 0, "::1", 8786)),
    ],
)
def test_addresses(text, expected):
    assert Address.parse(text)._replace(text="") == expected


@pytest.mark.parametrize(
    "text",
    ["", "foo", "local", "local:", "local:x", "local:-1", "local:1.5", "tcp://", "tcp://host", "tcp://:8786", "host:1",
     "tls://host:8786", "http://host:80", "tcp://host:8786/path", "tcp://a b:1", "local:٣", None],
)  # fmt: skip
def test_what_is_no_address(text):
    with pytest.raises(LetfError, match=r"^cluster must be tcp://HOST:PORT, a Dask scheduler, or local:N, got "):
        Address.parse(text)


@pytest.mark.parametrize("text", ["local:0", "local:257"])
def test_too_few_or_many_processes(text):
    with pytest.raises(LetfError, match=f"^cluster: local:N starts from 1 to 256 workers, got '{text}'$"):
        simulate(PLAIN, cluster=text)


@pytest.mark.parametrize("text", ["tcp://host:0", "tcp://host:65536"])
def test_a_port_that_is_none(text):
    with pytest.raises(LetfError, match=f"^cluster: a port is from 1 to 65,535, got '{text}'$"):
        simulate(PLAIN, cluster=text)


def test_threads_and_a_cluster_exclude_each_other():
    with pytest.raises(LetfError, match=r"^threads are of this machine"):
        simulate(PLAIN, threads=2, cluster="local:2")


def test_a_task_runs_only_where_it_finds_what_it_needs():
    spec = json.dumps(replace(PLAIN, paths=1000).to_dict())
    assert Done.from_bytes(Plan(replace(PLAIN, paths=1000)), run_blocks(identity(), spec, 0, 1)).paths == 1000
    for name in identity():
        with pytest.raises(ValueError, match=r"^another version of letf, numba or Python$"):
            run_blocks(identity() | {name: "another"}, spec, 0, 1)


def test_without_dask_the_way_out_is_told():
    code = """
import sys
sys.modules["distributed"] = None
from simulator import LetfError, simulate
from simulator.bench import workload
try:
    simulate(workload(1000), cluster="local:2")
except LetfError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == 'a cluster needs Dask; install it with pip install "letf[cluster]"\n'


def test_a_run_without_a_cluster_never_loads_dask():
    code = """
import sys
from simulator.bench import workload
from simulator import simulate
simulate(workload(1000))
assert not {"dask", "distributed", "tornado"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
