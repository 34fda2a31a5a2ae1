"""Run the blocks of a simulation on threads of this process."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack

from simulator.engine.done import Done
from simulator.engine.interrupts import held
from simulator.spec import check

PROGRESS_SECONDS = 0.1
MAX_THREADS = 1024


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def checked_threads(threads: int | None) -> int:
    """A number of threads from 1 to 1,024; where none is given, one a core.

    Raises
    ------
    LetfError
        If it is no such number.
    """
    return available_cores() if threads is None else check.integer("threads", threads, low=1, high=MAX_THREADS)


class Threads:
    """Threads of this process that run what is missing of a run; a context, at whose end it is all in `done`.

    However the context is left, by an interrupt too, every thread ends its block first and `done` holds it; but not
    what a thread did that failed. Inside it Ctrl-C and SIGTERM are raised by the iteration alone.

    Parameters
    ----------
    done : Done
        Added to when the context ends.
    threads : int
    """

    def __init__(self, done: Done, threads: int):
        missing = len(done.plan) - len(done.blocks)
        count = max(1, min(threads, missing, available_cores()))  # more would only wait
        self._todo = done.blocks.missing(len(done.plan))
        self._turn, self._stop = threading.Lock(), threading.Event()
        self._done, self._shares = done, [Done(done.plan) for _ in range(count)]
        self._locks = [threading.Lock() for _ in self._shares]
        self._pool = ThreadPoolExecutor(count)
        self._futures: list[Future] = []

    def __enter__(self) -> "Threads":
        with ExitStack() as stack:
            self._raise_interrupt = stack.enter_context(held())
            stack.callback(self._end)
            pairs = zip(self._shares, self._locks, strict=True)
            self._futures = [self._pool.submit(self._work, share, lock) for share, lock in pairs]
            self._stack = stack.pop_all()
        return self

    def _work(self, share: Done, lock: threading.Lock) -> None:
        while not self._stop.is_set():
            with self._turn:
                number = next(self._todo, None)
            if number is None:
                return
            with lock:
                share.run(number)

    def __iter__(self) -> Iterator[int]:
        """The number of finished paths, ten times a second and when all are."""
        pending = set(self._futures)
        while pending:
            ended, pending = wait(pending, timeout=PROGRESS_SECONDS, return_when=FIRST_EXCEPTION)
            self._raise_interrupt()
            for future in ended:
                future.result()
            yield self._done.paths + sum(share.paths for share in self._shares)

    def stock(self) -> Done:
        """What is done so far, while the threads go on; it shares nothing with them."""
        whole = Done(self._done.plan)
        whole.merge(self._done)
        with self._turn:  # a lock knows no queue: a thread in full swing would take its own again and again
            for share, lock in zip(self._shares, self._locks, strict=True):
                with lock:
                    whole.merge(share)
        return whole

    def __exit__(self, *exception) -> None:
        self._stack.__exit__(*exception)

    def _end(self) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)
        for share in self._shares:
            if share.is_whole:
                self._done.take(share)
