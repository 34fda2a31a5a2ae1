"""simulate(spec) -> Result."""

from collections.abc import Callable

from simulator.engine import threads as backend
from simulator.engine.blocks import Part, Statistics, parts
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
        threads = backend.available_cores()
    check.integer("threads", threads, low=1, high=MAX_THREADS)
    pieces = parts(spec)
    results = [
        _result(piece, whole) for piece, whole in zip(pieces, backend.run(pieces, threads, on_progress), strict=True)
    ]
    return results[0] if pieces[0].spec is spec else Result.of_members(spec, tuple(results))


def _result(part: Part, whole: Statistics) -> Result:
    return Result(
        spec=part.spec,
        sums=whole.laws.sums.values(),
        extremes=whole.laws.extremes(),
        below=whole.laws.tally.below,
        counts=whole.laws.counts(),
        capped=int(whole.laws.tally.capped[0]),
        positions=whole.positions.statistics(),
    )
