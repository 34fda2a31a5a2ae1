"""The numeric core, timed: nanoseconds of one core for a word, a normal, a path and day."""

import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from simulator.bench_markets import markets
from simulator.engine.simulate import simulate
from simulator.engine.threads import available_cores
from simulator.kernels.rng import FILL_WORDS, normals, philox_words
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.market import Market
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

HORIZONS = (1, 2, 5, 10, 15, 21, 30, 42, 63, 126, 252)
HOLD = 20
PATHS = 2**17
REPEATS = 7
PEER_REPEATS = 3
LANES = 2**12  # of a word or normal buffer: 128 KB, in cache, and long enough to hide the call
WORDS = FILL_WORDS * LANES
CALLS = 200


@dataclass(frozen=True)
class Timing:
    """The least time of several runs.

    Parameters
    ----------
    name : str
    unit : str
        What `ns` counts: "word", "normal" or "path-day".
    ns : float
        Nanoseconds a unit of one core.
    """

    name: str
    unit: str
    ns: float


def least(work: Callable[[], object], clock: Callable[[], float], repeats: int = REPEATS) -> float:
    """Least seconds of `repeats` runs after one that warms up."""
    work()
    seconds = []
    for _ in range(repeats):
        start = clock()
        work()
        seconds.append(clock() - start)
    return min(seconds)


def workload(paths: int = PATHS) -> Simulation:
    """Three regimes, index and two funds, five statistics at 11 horizons over 252 days."""
    return Simulation(
        market=preset_market(), funds=find_funds(("TNA", "TZA"), preset_funds()), horizons=HORIZONS, paths=paths
    )


def held(market: Market) -> Simulation:
    """A hold of one fund that ends at a stop or a target within the day, if it meets one."""
    funds = find_funds(("TNA",), preset_funds())
    trade = Trade(stop=0.12, target=0.2)
    return Simulation(market=market, funds=funds, horizons=(HOLD,), paths=PATHS, trade=trade)


def one_regime(spec: Simulation) -> Simulation:
    """The same run in a market of one regime."""
    market = preset_market()
    single = replace(market, regimes=market.regimes[:1], transition=((1.0,),), initial="stationary")
    return replace(spec, market=single)


def time_words() -> Timing:
    """Philox words alone."""
    words = np.empty((FILL_WORDS, LANES), np.uint32)

    def work():
        for call in range(CALLS):
            philox_words(np.uint64(1), np.uint64(0), np.uint64(call), np.uint64(0), words)

    return Timing("Philox4x32-10", "word", 1e9 * least(work, time.process_time) / (CALLS * WORDS))


def time_normals() -> Timing:
    """Standard normals, their words included."""
    words, z = np.empty((FILL_WORDS, LANES), np.uint32), np.empty((FILL_WORDS, LANES), np.float32)

    def work():
        for call in range(CALLS):
            philox_words(np.uint64(1), np.uint64(0), np.uint64(call), np.uint64(0), words)
            normals(words, z)

    return Timing("standard normals", "normal", 1e9 * least(work, time.process_time) / (CALLS * WORDS))


def time_paths(name: str, spec: Simulation, repeats: int = REPEATS) -> Timing:
    """A whole run on one thread."""
    seconds = least(lambda: simulate(spec, threads=1), time.process_time, repeats)
    return Timing(name, "path-day", 1e9 * seconds / (spec.paths * spec.horizons[-1]))


def time_core() -> list[Timing]:
    """All timings of the core, on one core."""
    spec = workload()
    return [
        time_words(),
        time_normals(),
        time_paths("1 regime, index, 2 funds, 11 horizons", one_regime(spec)),
        time_paths("3 regimes, index, 2 funds, 11 horizons", spec),
        *(time_paths(f"{name}, the same", replace(spec, market=market)) for name, market in markets().items()),
        *(
            time_paths(f"{name}, 1 fund over {HOLD} days, stop and target", held(market))
            for name, market in {"3 regimes": spec.market, **markets()}.items()
        ),
    ]


def thread_speedup(threads: int) -> float:
    """How much sooner `threads` threads finish than one, by the wall clock."""
    spec = workload(8 * PATHS)
    alone = least(lambda: simulate(spec, threads=1), time.perf_counter)
    together = least(lambda: simulate(spec, threads=threads), time.perf_counter)
    return alone / together


def machine() -> dict[str, str | int]:
    """What the timings hold for: processor, cores, system and versions."""
    return {
        "processor": _processor(),
        "cores": available_cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("letf", "numpy", "numba", "llvmlite")},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if os.access(cpuinfo, os.R_OK):
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def time_peers() -> list[dict[str, Any]] | None:
    """The core and its peers in turns, by `benchmarks/` of a checkout; None where there is none."""
    checkout = Path(__file__).parent.parent
    folder = checkout / "benchmarks"
    if not ((checkout / "setup.cfg").is_file() and (folder / "contest.py").is_file()):
        return None
    sys.path.insert(0, str(folder))
    try:
        return import_module("contest").time_peers(PATHS, PEER_REPEATS)
    finally:
        sys.path.remove(str(folder))


def measure(peers: bool) -> dict[str, Any]:
    """All of it, as `letf bench --json` prints it."""
    threads = min(2, available_cores())
    return {
        "schema": "letf.bench/1",
        "machine": machine(),
        "rows": [vars(timing) for timing in time_core()],
        "threads": {"count": threads, "speedup": thread_speedup(threads)},
        "peers": time_peers() if peers else None,
    }
