"""Many small runs at once, each on one thread: a run of few paths is a single block of work."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from simulator.engine.simulate import simulate
from simulator.engine.threads import PROGRESS_SECONDS, available_cores, checked_threads
from simulator.result import Result
from simulator.spec.run import Simulation

T = TypeVar("T")


def side_by_side(
    specs: Sequence[Simulation],
    tell: Callable[[Result], T],
    *,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> list[T]:
    """What `tell` makes of the result of each run, in their order; the results themselves are not kept.

    Parameters
    ----------
    specs : sequence of Simulation
    tell : callable
    threads : int, optional
        1 to 1,024; by default one a core that this process may use.
    on_progress : callable, optional
        Called about ten times a second, in the calling thread, with the number of paths of the runs that are done.

    Raises
    ------
    LetfError
        If `threads` breaks its rule.
    """
    with ThreadPoolExecutor(min(checked_threads(threads), available_cores())) as pool:
        futures = [pool.submit(lambda spec: tell(simulate(spec, threads=1)), spec) for spec in specs]
        try:
            pending = set(futures)
            while pending:
                ended, pending = wait(pending, timeout=PROGRESS_SECONDS, return_when=FIRST_EXCEPTION)
                for future in ended:
                    future.result()
                if on_progress:
                    done = (future not in pending for future in futures)
                    on_progress(sum(spec.paths for spec, finished in zip(specs, done, strict=True) if finished))
        finally:
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]
