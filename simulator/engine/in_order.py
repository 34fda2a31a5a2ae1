"""Blocks of paths on threads of this process, taken in their order."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from simulator.engine.threads import PROGRESS_SECONDS, available_cores, checked_threads


def run_in_order(
    run: Callable[..., Any],
    blocks: Iterable[tuple[Any, ...]],
    take: Callable[[Any], None] | None = None,
    *,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Run blocks side by side, and take what each gives in their order: sums come out alike at any number of threads.

    Parameters
    ----------
    run : callable
        Given a block; what it returns goes to `take`.
    blocks : iterable of tuple
        Arguments of `run`, the last of them the block's number of paths.
    take : callable, optional
        Called in this thread; none where blocks write into what they are given.
    threads : int, optional
        1 to 1,024, by default one a core; more than there are cores would only wait.
    on_progress : callable, optional
        Called in this thread with the number of finished paths, ten times a second while a block is waited for.

    Raises
    ------
    LetfError
        If `threads` breaks its rule.
    """
    done = 0
    pool = ThreadPoolExecutor(min(checked_threads(threads), available_cores()))
    try:
        waiting = deque((block[-1], pool.submit(run, *block)) for block in blocks)
        while waiting:
            paths, future = waiting[0]
            if future in wait([future], timeout=PROGRESS_SECONDS).done:
                waiting.popleft()
                found = future.result()
                if take:
                    take(found)
                done += paths
            if on_progress:
                on_progress(done)
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt waits for the blocks that run, no longer
