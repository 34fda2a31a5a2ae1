"""Run the blocks of a simulation on the workers of a cluster."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from queue import Empty, SimpleQueue
from typing import Any

from simulator.engine.address import Address
from simulator.engine.dask import Scheduler
from simulator.engine.done import Done
from simulator.engine.task import identity, run_blocks
from simulator.engine.threads import PROGRESS_SECONDS
from simulator.engine.todo import Todo

TASKS_A_THREAD = 2  # given out: one runs, the next one waits; so memory does not grow with the run
MOST_LOSSES = 5  # tasks in a row that came to nothing, each by the death of several workers
CLOSE_SECONDS = 0.3  # for the thread to end by itself


class Cluster:
    """Workers of a cluster that run what is missing of a run; a context, at whose end what came back is in `done`.

    One thread gives out tasks and merges what comes back, so that an interrupt finds `done` whole.

    Parameters
    ----------
    done : Done
        Added to.
    address : Address

    Raises
    ------
    LetfError
        In the context, if the cluster is not as it should be.
    """

    def __init__(self, done: Done, address: Address):
        self._done, self._todo = done, Todo(done)
        self._scheduler = Scheduler(address, most=max(1, self._todo.blocks))
        self._spec = json.dumps(done.plan.spec.to_dict())
        self._tasks: dict[Any, tuple[int, int]] = {}  # the future of each: its blocks
        self._ended: SimpleQueue = SimpleQueue()
        self._begun, self._losses = done.paths, 0
        self._lock, self._stop = threading.Lock(), threading.Event()

    def __enter__(self) -> "Cluster":
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(1))
            stack.enter_context(self._scheduler)
            self._work: Future = pool.submit(self._serve)
            self._stack = stack.pop_all()
        return self

    def _serve(self) -> None:
        while (self._todo.blocks or self._tasks) and not self._stop.is_set():
            self._give_out()
            try:
                self._take(self._ended.get(timeout=PROGRESS_SECONDS))
            except Empty:
                continue

    def _give_out(self) -> None:
        threads = self._scheduler.threads()
        while self._todo.blocks and len(self._tasks) < TASKS_A_THREAD * threads:
            blocks = self._todo.take(threads)
            task = self._scheduler.submit(self._ended.put, run_blocks, identity(), self._spec, *blocks)
            self._tasks[task] = blocks

    def _take(self, task: Any) -> None:
        blocks = self._tasks.pop(task)
        content = self._scheduler.result(task)
        if content is None:
            self._losses += 1
            if self._losses > MOST_LOSSES:
                raise self._scheduler.error("workers die at their tasks, again and again; see their logs and memory")
            self._todo.put_back(*blocks)
            return
        self._losses = 0
        try:
            other = Done.from_bytes(self._done.plan, content)
        except ValueError as error:
            raise self._scheduler.error(f"what a worker sent is {error}") from None
        with self._lock:
            self._done.merge(other)

    def __iter__(self) -> Iterator[int]:
        """The number of finished paths: ten times a second once there are more than at first, and when all are."""
        ended = False
        while not ended:
            ended = bool(wait([self._work], timeout=PROGRESS_SECONDS).done)
            if ended:
                self._work.result()
            if ended or self._done.paths > self._begun:
                yield self._done.paths

    def stock(self) -> Done:
        """What is done so far, while the workers go on; it shares nothing with them."""
        whole = Done(self._done.plan)
        with self._lock:
            whole.merge(self._done)
        return whole

    def __exit__(self, *exception) -> None:
        self._stop.set()
        wait([self._work], timeout=CLOSE_SECONDS)
        self._stack.close()
