"""simulate(): the same bytes whatever runs it."""

import threading

import numpy as np
import pytest
from examples import market, run

from simulator.engine import threads as backend
from simulator.engine.blocks import block_paths
from simulator.engine.simulate import simulate
from simulator.engine.statistics import Statistics
from simulator.errors import LetfError
from simulator.kernels.stats import LANES

SPEC = run(market(3), 3.0, -3.0, costs=True, horizons=(1, 21, 252), paths=200_001)


@pytest.fixture(scope="module")
def serial():
    return simulate(SPEC, threads=1).to_bytes()


@pytest.mark.parametrize("threads", [2, 5, 1000])
def test_threads_leave_no_trace(threads, serial):
    assert SPEC.paths > 4 * block_paths(SPEC)
    assert simulate(SPEC, threads=threads).to_bytes() == serial


def test_default_threads_give_the_same(serial):
    assert simulate(SPEC).to_bytes() == serial


def test_another_seed_gives_other_numbers(serial):
    other = run(market(3), 3.0, -3.0, costs=True, horizons=(1, 21, 252), paths=200_001, seed=2)
    assert simulate(other).to_bytes() != serial


@pytest.mark.parametrize("paths", [1, 2, LANES - 1, LANES, LANES + 1])
def test_few_paths(paths):
    result = simulate(run(market(4), 3.0, horizons=(7,), paths=paths))
    assert result.counts.sum(axis=-1).tolist() == [[paths] * 3]
    assert np.isfinite(result.extremes).all()


def test_one_path_is_the_first_of_many():
    one = simulate(run(market(2), 3.0, horizons=(5,), paths=1))
    first = simulate(run(market(2), 3.0, horizons=(5,), paths=300))
    assert first.extremes[0, 0, 0] <= one.extremes[0, 0, 0] == one.extremes[0, 0, 1] <= first.extremes[0, 0, 1]
    assert one.sums[0, 0, 0] == one.extremes[0, 0, 0]


@pytest.mark.parametrize("threads", [0, -1, 1025])
def test_number_of_threads_is_checked(threads):
    with pytest.raises(LetfError, match=r"threads must be from 1 to 1,024, got"):
        simulate(SPEC, threads=threads)


@pytest.mark.parametrize("threads", [1.0, "2", True])
def test_threads_are_a_whole_number(threads):
    with pytest.raises(LetfError, match="threads must be a whole number"):
        simulate(SPEC, threads=threads)


def test_progress_ends_at_all_paths_and_is_heard_in_the_calling_thread():
    heard = []
    simulate(SPEC, threads=2, on_progress=lambda done: heard.append((done, threading.current_thread())))
    counts = [done for done, _ in heard]
    assert counts == sorted(counts) and counts[-1] == SPEC.paths
    assert {thread for _, thread in heard} == {threading.current_thread()}


def test_an_error_in_a_thread_is_raised_and_stops_the_others(monkeypatch):
    ran, original = [], Statistics.run

    def failing(self, lowered, first, paths):
        ran.append(first)
        if first == 0:
            raise MemoryError("no room")
        original(self, lowered, first, paths)

    monkeypatch.setattr(Statistics, "run", failing)
    many = run(market(1), 3.0, horizons=(252,), paths=10**8)
    with pytest.raises(MemoryError, match="no room"):
        simulate(many, threads=2)
    assert len(ran) < 10**8 / block_paths(many) / 2


def test_an_interrupt_stops_the_run(monkeypatch):
    ran, original = [], Statistics.run

    def counted(self, *block):
        ran.append(block)
        original(self, *block)

    def interrupt(done):
        raise KeyboardInterrupt

    monkeypatch.setattr(Statistics, "run", counted)
    many = run(market(1), 3.0, horizons=(252,), paths=10**9)
    with pytest.raises(KeyboardInterrupt):
        simulate(many, threads=2, on_progress=interrupt)
    assert len(ran) < 10**9 / block_paths(many) / 2


def test_cores_are_those_of_the_process(monkeypatch):
    monkeypatch.setattr(backend.os, "sched_getaffinity", lambda pid: {0, 5, 7}, raising=False)
    assert backend.available_cores() == 3
    monkeypatch.delattr(backend.os, "sched_getaffinity")
    monkeypatch.setattr(backend.os, "cpu_count", lambda: None)
    assert backend.available_cores() == 1
