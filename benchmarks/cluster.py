"""What a cluster costs: tables of docs/cluster.md.

    .venv/bin/python benchmarks/cluster.py [costs] [walls] [threads]

`costs` takes a task apart; `walls` times a run on threads and on processes, in turns; `threads` has up to 200 threads
sleep as long as their blocks would take and send real results, to see how many one client can serve. Times are wall
times, the least of several.
"""

import json
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from simulator import find_funds, preset_funds, preset_market, simulate
from simulator.engine import cluster, local_workers
from simulator.engine.address import Address
from simulator.engine.blocks import Plan
from simulator.engine.dask import Scheduler
from simulator.engine.done import Done
from simulator.engine.task import identity, run_blocks
from simulator.spec.run import Simulation

SPEC = Simulation(market=preset_market(), funds=find_funds(("TNA", "TZA"), preset_funds()), paths=2**40)
SIZES = (1, 16, 128, 1024)  # blocks a task
RUN_PATHS = 20_000_000
RUNS = ({"threads": 1}, {"cluster": "local:1"}, {"threads": 2}, {"cluster": "local:2"})
BLOCK_SECONDS = 0.005  # that the sleeping threads take for a block
SLEEP_SECONDS = 30  # of a run that all share without loss
SLEEPERS = (2, 20, 100, 200)


def seconds(function, *arguments):
    """Wall time of a call, and what it gave."""
    begun = time.perf_counter()
    given = function(*arguments)
    return time.perf_counter() - begun, given


def _run(done, size):
    for number in range(size):
        done.run(number)


def costs() -> None:
    """A task's parts, by its size."""
    plan, spec, ended = Plan(SPEC), json.dumps(SPEC.to_dict()), SimpleQueue()
    print(f"a task is sent as {len(spec) / 1e3:.1f} kB\n")
    print("| blocks | run | to bytes | sent | fetched | read | merged |\n| --- | --- | --- | --- | --- | --- | --- |")
    with Scheduler(Address.parse("local:1"), most=1) as crew:
        for size in SIZES:
            parts, first = [], 0
            for _ in range(6 if size < SIZES[-1] else 2):
                done = Done(plan)
                run = seconds(_run, done, size)[0]
                packed = seconds(done.to_bytes)[0]
                crew.submit(ended.put, run_blocks, identity(), spec, first, first + size)
                fetched, content = seconds(crew.result, ended.get())
                read, other = seconds(Done.from_bytes, plan, content)
                whole = Done(plan)
                whole.merge(other)
                other.blocks.pairs = []
                parts.append((run, packed, fetched, read, seconds(whole.merge, other)[0]))
                first += size
            run, packed, *rest = (1e3 * min(times) for times in zip(*parts, strict=True))
            cells = " | ".join(f"{value:.1f} ms" for value in rest)
            print(f"| {size} | {run:.0f} ms | {packed:.1f} ms | {len(content) / 1e6:.1f} MB | {cells} |", flush=True)


def walls() -> None:
    """A run here and there, start of the processes included."""
    spec = replace(SPEC, paths=RUN_PATHS)
    simulate(replace(SPEC, paths=1000))  # compiles
    times = [[seconds(partial(simulate, spec, **run))[0] for run in RUNS] for _ in range(3)]
    for run, turns in zip(RUNS, zip(*times, strict=True), strict=True):
        print(" ".join(f"{key} {value}" for key, value in run.items()), f"{min(turns):.1f} s", flush=True)


def threads() -> None:
    """One client and many threads that sleep."""
    print("| threads | a task | results | wall, ideally 30 s | client at work |\n| --- | --- | --- | --- | --- |")
    for count in SLEEPERS:
        with TemporaryDirectory() as folder:
            _serve(count, Path(folder) / "sample")


class _Sleepers(cluster.Cluster):
    """Takes every result for that of the blocks that were asked for."""

    def _take(self, task):
        begun = time.perf_counter()
        blocks = self._tasks.pop(task)
        other = Done.from_bytes(self._done.plan, self._scheduler.result(task))
        other.blocks.pairs = [blocks]
        self._done.merge(other)
        self.sizes.append(blocks[1] - blocks[0])
        self.busy += time.perf_counter() - begun


def _serve(count, sample):
    blocks = int(SLEEP_SECONDS * count / BLOCK_SECONDS)
    plan = Plan(replace(SPEC, paths=blocks * Plan(SPEC).block(0).paths))
    done = Done(plan)
    _run(done, 64)
    sample.write_bytes(done.to_bytes())

    def sleep(needed, spec, first, end):
        time.sleep((end - first) * BLOCK_SECONDS)
        return sample.read_bytes()

    local_workers.OPTIONS = (*local_workers.OPTIONS, f"--nthreads={count // 2}")
    cluster.run_blocks = sleep
    crew = _Sleepers(Done(plan), Address.parse("local:2"))
    crew.sizes, crew.busy = [], 0.0
    with crew:
        wall = seconds(list, crew)[0]
    task = max(crew.sizes) * BLOCK_SECONDS
    print(f"| {count} | {task:.1f} s | {len(crew.sizes)} | {wall:.1f} s | {100 * crew.busy / wall:.0f} % |", flush=True)


if __name__ == "__main__":
    for name in sys.argv[1:] or ("costs", "walls", "threads"):
        {"costs": costs, "walls": walls, "threads": threads}[name]()
        print()
