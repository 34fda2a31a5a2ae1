"""Time the core and its peers in one run: nanoseconds of one core a path-day.

python benchmarks/run.py [--paths N] [--repeat K] [--json FILE]
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import core
import peer_jax
import peer_numba
import peer_numpy
import peer_numpy_box_muller
import peer_quantlib
from workload import Workload, specification

from simulator import bench

CONTESTANTS = (core, peer_numpy_box_muller, peer_numpy, peer_numba, peer_jax, peer_quantlib)
LIBRARIES = ("jax", "jaxlib", "QuantLib")
SCHEMA = "letf.benchmark/1"


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


def measure(workload: Workload, paths: int, repeat: int) -> list[dict]:
    """A row for each contestant: least CPU and wall time a path-day, and how exact its means are.

    All are warmed up first and then take turns, so that a slow moment of the machine is not one contestant's alone.
    """
    rows = [{"name": c.NAME, "scope": c.SCOPE, "missing": c.available()} for c in CONTESTANTS]
    runners = [(c, row) for c, row in zip(CONTESTANTS, rows, strict=True) if row["missing"] is None]
    unit = 1e9 / (paths * workload.days)
    for c, row in runners:
        found = c.simulate(workload, paths, 1)
        row["max_abs_z"] = None if found is None else found.max_abs_z(workload)
        row["cpu_ns"] = row["wall_ns"] = float("inf")
    for seed in range(1, repeat + 1):
        for c, row in runners:
            wall, cpu = time.perf_counter(), time.process_time()
            c.simulate(workload, paths, seed)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            row["cpu_ns"], row["wall_ns"] = min(row["cpu_ns"], cpu * unit), min(row["wall_ns"], wall * unit)
    for _, row in runners:
        row["times_core"] = row["cpu_ns"] / rows[0]["cpu_ns"]
    return rows


def machine() -> dict[str, str | int]:
    """Processor, cores, system and the versions that matter."""
    found = bench.machine()
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def show(report: dict) -> None:
    """Print the machine and the table."""
    print("\n".join(f"{key}: {value}" for key, value in report["machine"].items()))
    print(f"{report['paths']:,} paths of {report['days']} days, best of {report['repeat']}\n")
    print(f"{'ns a path-day':26}{'CPU':>7}{'wall':>7}{'/ core':>8}{'max |z|':>9}  scope")
    for row in report["rows"]:
        if row["missing"]:
            print(f"{row['name']:26}{row['missing']}")
            continue
        z = "" if row["max_abs_z"] is None else f"{row['max_abs_z']:.1f}"
        times = f"{row['cpu_ns']:7.2f}{row['wall_ns']:7.2f}{row['times_core']:8.1f}"
        print(f"{row['name']:26}{times}{z:>9}  {row['scope']}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the numeric core and its peers.")
    parser.add_argument("--paths", type=int, default=bench.PATHS, help="paths of each run [%(default)s]")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each, of which the best counts [%(default)s]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")
    options = parser.parse_args()
    workload = Workload.of(specification(options.paths, 1))
    report = {"schema": SCHEMA, "machine": machine(), "paths": options.paths, "days": workload.days}
    with one_core():
        report |= {"repeat": options.repeat, "rows": measure(workload, options.paths, options.repeat)}
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
