"""simulate(spec) -> Result."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from simulator.engine.address import Address
from simulator.engine.blocks import Part, Plan
from simulator.engine.checkpoint import Checkpoint
from simulator.engine.done import Done
from simulator.engine.memory import threads_that_fit
from simulator.engine.statistics import Statistics
from simulator.engine.threads import Threads, checked_threads
from simulator.errors import LetfError
from simulator.result import Result
from simulator.spec.run import Simulation

if TYPE_CHECKING:
    from simulator.engine.cluster import Cluster


def simulate(
    spec: Simulation,
    *,
    threads: int | None = None,
    cluster: str | None = None,
    checkpoint: Checkpoint | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Result:
    """Run a simulation. The result depends on `spec` alone: not on where it runs, nor on interruptions.

    Parameters
    ----------
    spec : Simulation
    threads : int, optional
        1 to 1,024; by default one a core that this process may use.
    cluster : str, optional
        Run on the workers of a Dask cluster instead: tcp://HOST:PORT is its scheduler; local:N starts N processes.
    checkpoint : Checkpoint, optional
        Keeps what is done, so that the run can be taken up again after whatever ends it.
    on_progress : callable, optional
        Called about ten times a second with the number of finished paths, those that a checkpoint kept among them.

    Returns
    -------
    Result

    Raises
    ------
    LetfError
        If the cluster or the checkpoint is not as it should be, or the memory that is left not enough.
    """
    crew_for = _crew(spec, threads, cluster, results=1 if checkpoint is None else 2)  # one is copied to be written
    plan = Plan(spec)
    with checkpoint.keeping(plan) if checkpoint else nullcontext(Done(plan)) as done, crew_for(done) as crew:
        for paths in crew:
            if on_progress:
                on_progress(paths)
            if checkpoint:
                checkpoint.save_if_due(crew.stock)
    return to_result(done)


def _crew(
    spec: Simulation, threads: int | None, cluster: str | None, results: int
) -> "Callable[[Done], Threads | Cluster]":
    if cluster is None:
        return partial(Threads, threads=threads_that_fit(spec, checked_threads(threads), results=results))
    if threads is not None:
        raise LetfError("threads are of this machine, a cluster's workers have their own; give one or the other")
    address = Address.parse(cluster)

    from simulator.engine.cluster import Cluster  # Dask takes a second to load

    return partial(Cluster, address=address)


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
