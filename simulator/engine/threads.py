"""Run the blocks of a simulation on threads of this process."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from simulator.engine.blocks import Statistics, block_paths, blocks
from simulator.engine.lower import Lowered
from simulator.spec.run import Simulation

PROGRESS_SECONDS = 0.1


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def run(
    spec: Simulation, lowered: Lowered, threads: int, on_progress: Callable[[int], None] | None = None
) -> Statistics:
    """Run all blocks; `on_progress` hears the number of finished paths, in the calling thread.

    An interrupt stops every thread at the end of its block.
    """
    todo, turn, stop = blocks(spec), threading.Lock(), threading.Event()
    n_blocks = -(-spec.paths // block_paths(spec))
    parts = [Statistics(spec) for _ in range(min(threads, n_blocks, available_cores()))]  # more would only wait

    def work(part):
        while not stop.is_set():
            with turn:
                block = next(todo, None)
            if block is None:
                return
            part.run(lowered, *block)

    with ThreadPoolExecutor(len(parts)) as pool:
        try:
            _watch([pool.submit(work, part) for part in parts], parts, on_progress)
        finally:
            stop.set()
    whole = parts[0]
    for part in parts[1:]:
        whole.merge(part)
    return whole


def _watch(futures: list[Future], parts: list[Statistics], on_progress: Callable[[int], None] | None) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=PROGRESS_SECONDS, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        if on_progress:
            on_progress(sum(part.paths for part in parts))
