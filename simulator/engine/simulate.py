"""simulate(spec) -> Result."""

from collections.abc import Callable
from contextlib import nullcontext

from simulator.engine.blocks import Part, Plan
from simulator.engine.checkpoint import Checkpoint
from simulator.engine.done import Done
from simulator.engine.statistics import Statistics
from simulator.engine.threads import Threads, available_cores
from simulator.result import Result
from simulator.spec import check
from simulator.spec.run import Simulation

MAX_THREADS = 1024


def simulate(
    spec: Simulation,
    *,
    threads: int | None = None,
    checkpoint: Checkpoint | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Result:
    """Run a simulation. The result depends on `spec` alone: not on the threads, nor on interruptions.

    Parameters
    ----------
    spec : Simulation
    threads : int, optional
        1 to 1,024; by default one a core that this process may use.
    checkpoint : Checkpoint, optional
        Keeps what is done, so that the run can be taken up again after whatever ends it.
    on_progress : callable, optional
        Called about ten times a second with the number of finished paths, those that a checkpoint kept among them.

    Returns
    -------
    Result
    """
    if threads is None:
        threads = available_cores()
    check.integer("threads", threads, low=1, high=MAX_THREADS)
    plan = Plan(spec)
    with checkpoint.keeping(plan) if checkpoint else nullcontext(Done(plan)) as done, Threads(done, threads) as crew:
        for paths in crew:
            if on_progress:
                on_progress(paths)
            if checkpoint:
                checkpoint.save_if_due(crew.stock)
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
