"""Run the blocks of a simulation on threads of this process."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from simulator.engine.blocks import Part, Statistics, block_paths

PROGRESS_SECONDS = 0.1


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def run(parts: list[Part], threads: int, on_progress: Callable[[int], None] | None = None) -> list[Statistics]:
    """Run all blocks of all parts; the statistics of each part.

    `on_progress` hears the number of finished paths, in the calling thread. An interrupt stops every thread at the
    end of its block.
    """
    todo = ((number, block) for number, part in enumerate(parts) for block in part.blocks())
    turn, stop = threading.Lock(), threading.Event()
    n_blocks = sum(-(-part.spec.paths // block_paths(part.spec)) for part in parts)
    workers = min(threads, n_blocks, available_cores())  # more would only wait
    done = [[Statistics(part.spec) for part in parts] for _ in range(workers)]

    def work(mine):
        while not stop.is_set():
            with turn:
                number, block = next(todo, (0, None))
            if block is None:
                return
            mine[number].run(parts[number].lowered, *block)

    with ThreadPoolExecutor(workers) as pool:
        try:
            _watch([pool.submit(work, mine) for mine in done], done, on_progress)
        finally:
            stop.set()
    whole = done[0]
    for others in done[1:]:
        for mine, other in zip(whole, others, strict=True):
            mine.merge(other)
    return whole


def _watch(futures: list[Future], done: list[list[Statistics]], on_progress: Callable[[int], None] | None) -> None:
    pending = set(futures)
    while pending:
        ended, pending = wait(pending, timeout=PROGRESS_SECONDS, return_when=FIRST_EXCEPTION)
        for future in ended:
            future.result()
        if on_progress:
            on_progress(sum(part.paths for mine in done for part in mine))
