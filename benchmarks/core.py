"""The core itself, behind the same interface as its peers."""

from tally import Statistics
from workload import Workload, specification

from simulator import bins
from simulator.engine.simulate import simulate as run

NAME = "letf"
SCOPE = "whole"


def available() -> str | None:
    return None


def simulate(workload: Workload, paths: int, seed: int) -> Statistics:
    """Run `paths` paths on one thread. The core also adds up the divergence's three parts, extremes and signs."""
    spec = specification(paths, seed)
    assert Workload.of(spec) == workload
    result = run(spec, threads=1)
    observed = result.counts.shape[1]
    return Statistics(paths, result.sums[:, :observed, 0], result.sums[:, :observed, 1], result.counts, bins.EDGES)
