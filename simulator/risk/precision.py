"""Simulate until a figure is as sure as asked."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil, isnan

from simulator.distribution import Estimate
from simulator.engine.simulate import simulate
from simulator.errors import LetfError
from simulator.result import Result
from simulator.spec import check
from simulator.spec.run import Simulation

MARGIN = 1.1  # paths over those that 1 / sqrt(n) asks for, as the error itself is an estimate
MOST_PATHS = 2**30
MOST_SPELLED = 1e12  # paths; from here on with an exponent
LEAST_ERROR, MOST_ERROR = 1e-12, 1e6


def simulate_to(
    spec: Simulation,
    figure: Callable[[Result], Estimate],
    error: float,
    *,
    threads: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    most_paths: int = MOST_PATHS,
) -> Result:
    """Run a simulation with as many paths as bring a figure's Monte Carlo standard error to `error` or below.

    First with the run's own paths, then with the number that 1 / sqrt(n) asks for and a tenth more, again where that
    fell short. What is returned is `simulate` of its own spec.

    Parameters
    ----------
    spec : Simulation
    figure : callable
        What is to be sure, from a result.
    error : float
        In the figure's unit, above 0.
    threads : int, optional
        As in `simulate`.
    on_progress : callable, optional
        Called with the numbers of finished paths and of paths begun so far, of all runs.
    most_paths : int
        Of one run.

    Raises
    ------
    LetfError
        If more than `most_paths` would be needed, or the figure's error is not known.
    """
    error = check.number("precision", error, low=LEAST_ERROR, high=MOST_ERROR)
    finished = 0
    while True:
        result = simulate(spec, threads=threads, on_progress=_onward(on_progress, finished, spec.paths))
        found = figure(result).stderr
        if found <= error:
            return result
        if isnan(found):
            raise LetfError(
                f"the Monte Carlo error of this figure is not known from {spec.paths:,} paths, so it cannot be brought "
                f"to {error:g}; begin with more paths, or choose another figure"
            )
        needed = MARGIN * spec.paths * (found / error) ** 2
        if needed > most_paths:
            raise LetfError(
                f"precision {error:g} needs about {_count(needed)} paths, more than {most_paths:,}: with "
                f"{spec.paths:,} the error is {found:.2g}; ask for less"
            )
        finished += spec.paths
        spec = replace(spec, paths=ceil(needed))


def _count(paths: float) -> str:
    """2,500,000,000; 3e+23."""
    return f"{paths:,.0f}" if paths < MOST_SPELLED else f"{paths:.0e}"


def _onward(on_progress: Callable[[int, int], None] | None, finished: int, paths: int) -> Callable[[int], None] | None:
    return None if on_progress is None else lambda done: on_progress(finished + done, finished + paths)
