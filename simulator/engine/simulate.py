"""simulate(spec) -> Result."""

from collections.abc import Callable

from simulator.engine.blocks import Part, Plan
from simulator.engine.done import Done
from simulator.engine.statistics import Statistics
from simulator.engine.threads import Threads, available_cores
from simulator.result import Result
from simulator.spec import check
from simulator.spec.run import Simulation

MAX_THREADS = 1024


def simulate(
    spec: Simulation, *, threads: int | None = None, on_progress: Callable[[int], None] | None = None
) -> Result:
    """Run a simulation. The result depends on `spec` alone, not on the threads.

    Parameters
    ----------
    spec : Simulation
    threads : int, optional
        1 to 1,024; by default one a core that this process may use.
    on_progress : callable, optional
        Called about ten times a second with the number of finished paths.

    Returns
    -------
    Result
    """
    if threads is None:
        threads = available_cores()
    check.integer("threads", threads, low=1, high=MAX_THREADS)
    done = Done(Plan(spec))
    with Threads(done, threads) as crew:
        for paths in crew:
            if on_progress:
                on_progress(paths)
    return to_result(done)


def to_result(done: Done) -> Result:
    """The result of a run that is done."""
    parts = done.plan.parts
    results = [_part_result(part, whole) for part, whole in zip(parts, done.statistics, strict=True)]
    return results[0] if parts[0].spec is done.plan.spec else Result.of_members(done.plan.spec, tuple(results))


def _part_result(part: Part, whole: Statistics) -> Result:
    return Result(
        spec=part.spec,
        sums=whole.laws.sums.values(),
        extremes=whole.laws.extremes(),
        below=whole.laws.tally.below,
        counts=whole.laws.counts(),
        capped=int(whole.laws.tally.capped[0]),
        positions=whole.positions.statistics(),
    )
