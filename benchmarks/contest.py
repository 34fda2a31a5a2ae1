"""The core and its peers, timed in turns."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import core
import peer_jax
import peer_numba
import peer_numpy
import peer_numpy_box_muller
import peer_numpy_plain
import peer_quantlib
import peer_quantlib_read
from workload import Workload, specification

CONTESTANTS = (
    core,
    peer_numpy_box_muller,
    peer_numpy,
    peer_numpy_plain,
    peer_numba,
    peer_jax,
    peer_quantlib,
    peer_quantlib_read,
)


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core where the system allows; threads that share one waste less CPU time."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def time_peers(paths: int, repeat: int) -> list[dict]:
    """A row for each contestant, all kept on one core: least CPU and wall time a path-day, how exact its means are.

    All are warmed up first and then take turns, so that a slow moment of the machine is not one contestant's alone.
    """
    workload = Workload.of(specification(paths, 1))
    rows = [{"name": c.NAME, "scope": c.SCOPE, "missing": c.available()} for c in CONTESTANTS]
    runners = [(c, row) for c, row in zip(CONTESTANTS, rows, strict=True) if row["missing"] is None]
    with one_core():
        for c, row in runners:
            found = c.simulate(workload, paths_of(c, paths), 1)
            row["max_abs_z"] = None if found is None else found.max_abs_z(workload)
            row["cpu_ns"] = row["wall_ns"] = float("inf")
        for seed in range(1, repeat + 1):
            for c, row in runners:
                unit = 1e9 / (paths_of(c, paths) * workload.days)
                wall, cpu = time.perf_counter(), time.process_time()
                c.simulate(workload, paths_of(c, paths), seed)
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
                row["cpu_ns"], row["wall_ns"] = min(row["cpu_ns"], cpu * unit), min(row["wall_ns"], wall * unit)
    for _, row in runners:
        row["times_core"] = row["cpu_ns"] / rows[0]["cpu_ns"]
    return rows


def paths_of(contestant, paths: int) -> int:
    """Paths that it runs in a turn: a share of them where it is slow."""
    return max(1, round(paths * getattr(contestant, "SHARE", 1)))
