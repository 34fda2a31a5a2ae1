"""The core taken apart: for each stage its time, the instructions it executes and the fewest vector instructions that
its formulas need.

python benchmarks/stages.py    floors, and instructions where valgrind is installed, as JSON on stdout

Instructions are counted by callgrind, which knows no AVX-512, over the same compiled stages as they run with AVX2;
the count is exact and repeatable. Floors are counted by hand, below, from the formulas of `simulator.kernels`. Times
are taken by run.py, with each level of instructions.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import instructions
import numba
import numpy as np

from simulator import bench
from simulator.engine.blocks import Plan
from simulator.engine.done import Done
from simulator.kernels.fund import fund_growth, index_growth
from simulator.kernels.market import simple_returns
from simulator.kernels.markov import next_regime, regime_day
from simulator.kernels.rng import FILL_WORDS, normals, philox_words
from simulator.kernels.stats import LANES, Scratch, observe_fund, observe_index

COUNT_OPTION = "--counted"
COUNTED, TIMED = 200, 2000  # repetitions
SINGLE, DOUBLE = 8, 4  # lanes of an AVX2 register
stage = numba.njit(nogil=True, error_model="numpy", cache=True)


class Floor(NamedTuple):
    """The vector instructions that a stage needs at least, with AVX2, a path-day."""

    name: str
    instructions: float
    why: str


def floors(funds: int, horizons: int, days: int) -> list[Floor]:
    """Counted from the formulas: every multiplication, addition, comparison, choice, load and store of a register."""
    philox = (10 * 8 + 4) / (4 * DOUBLE)  # a word
    normal = 48 / (2 * SINGLE)
    fund = 9 / DOUBLE
    law = 14 / DOUBLE + 3  # a value of a law
    part = 6 / DOUBLE
    observed = law + funds * (2 * law + 3 * part + 4 / DOUBLE)
    return [
        Floor("words", 2 * philox, "two words; 10 rounds of 2 products, 2 shifts and 4 xors for 4 words of 4 lanes"),
        Floor(
            "normals", normal, "Box-Muller, 2 normals of 8 lanes: logarithm 26, root 1, sine and cosine 17, memory 4"
        ),
        Floor("regimes", 12 / SINGLE, "two thresholds picked among three, two comparisons"),
        Floor("index", 20 / SINGLE + 4 / DOUBLE, "mean and volatility picked, log return, exp(x) - 1, growth"),
        Floor("funds", funds * fund, "value and frictionless value: a product-sum, a maximum, a product each"),
        Floor("statistics", observed * horizons / days, "bin, count, sum, square, least, greatest of each value"),
    ]


@stage
def draw_words(reps, seed, words):
    for k in range(reps):
        philox_words(seed, np.uint64(0), np.uint64(2 * k), np.uint64(0), words)
        philox_words(seed, np.uint64(0), np.uint64(2 * k), np.uint64(1), words)


@stage
def draw_normals(reps, words, z):
    for _ in range(reps):
        normals(words, z)


@stage
def move_regimes(reps, words, thresholds, regime):
    for _ in range(reps):
        for row in range(FILL_WORDS):
            next_regime(words, row, thresholds, regime)


@stage
def move_index(reps, market, regime, z, x, r, growth):
    for _ in range(reps):
        growth[:] = 1.0
        for row in range(FILL_WORDS):
            regime_day(market, regime, z, row, x)
            simple_returns(x, r[row])
            index_growth(r[row], growth)


@stage
def move_funds(reps, r, leverages, carries, navs, frictionless):
    for _ in range(reps):
        navs[:] = 1.0
        frictionless[:] = 1.0
        for row in range(FILL_WORDS):
            for fund in range(leverages.shape[0]):
                fund_growth(r[row], leverages[fund], carries[fund], navs, frictionless, fund)


@stage
def observe_all(reps, growth, navs, frictionless, leverages, horizons, scratch, tally):
    for _ in range(reps):
        for h in range(horizons.shape[0]):
            observe_index(growth, LANES, h, scratch, tally)
            for fund in range(leverages.shape[0]):
                nav, free = navs[fund], frictionless[fund]
                observe_fund(growth, nav, free, leverages[fund], LANES, h, fund, scratch, tally)


def stages() -> dict[str, tuple[Callable[[int], object], float]]:
    """Each stage, to be called with repetitions, and the path-days of one."""
    plan = Plan(bench.workload(LANES))
    lowered, market = plan.parts[0].lowered, plan.parts[0].lowered.market.markov
    leverages, carries, horizons = lowered.leverages, lowered.carries, lowered.horizons
    words, z = np.empty((FILL_WORDS, LANES), np.uint32), np.empty((FILL_WORDS, LANES), np.float32)
    regime, x, r = np.zeros(LANES, np.int32), np.full(LANES, market.last), np.empty((FILL_WORDS, LANES), np.float32)
    growth, navs, frictionless = np.ones(LANES), np.ones((len(leverages), LANES)), np.ones((len(leverages), LANES))
    scratch = Scratch(np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES, np.uint32))
    tally = Done(plan).statistics[0].laws.tally
    filling = float(FILL_WORDS * LANES)
    return {
        "words": (lambda n: draw_words(n, lowered.seed, words), filling),
        "normals": (lambda n: draw_normals(n, words, z), filling),
        "regimes": (lambda n: move_regimes(n, words, market.thresholds, regime), filling),
        "index": (lambda n: move_index(n, market, regime, z, x, r, growth), filling),
        "funds": (lambda n: move_funds(n, r, leverages, carries, navs, frictionless), filling),
        "statistics": (
            lambda n: observe_all(n, growth, navs, frictionless, leverages, horizons, scratch, tally),
            float(LANES * horizons[-1]),
        ),
    }


def time_stages() -> dict[str, float]:
    """Nanoseconds a path-day of each stage, its arrays in the cache."""
    found = {}
    for name, (work, path_days) in stages().items():
        reps = TIMED if name != "statistics" else TIMED // 10
        seconds = bench.least(lambda work=work, reps=reps: work(reps), time.process_time)
        found[name] = 1e9 * seconds / (reps * path_days)
    return found


def mark() -> None:
    """What callgrind is told to dump its counts before."""
    os.getpgid(0)


def run_counted() -> None:
    """Run each stage between marks, once with few and once with more repetitions: the difference is the stage's own."""
    for work, _ in stages().values():
        work(1)
        for reps in (COUNTED // 10, COUNTED):
            mark()
            work(reps)
        mark()


def count_stages() -> dict[str, float] | None:
    """Instructions a path-day of each stage with AVX2; None where there is no valgrind."""
    if shutil.which("valgrind") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        caches = {"NUMBA_CACHE_DIR": f"{folder}/numba", "LETF_CACHE_DIR": f"{folder}/letf"}
        environment = os.environ | instructions.environment(instructions.AVX2) | caches
        again = [sys.executable, __file__, COUNT_OPTION]
        subprocess.run(again, env=environment, check=True)  # compiles
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", "--dump-before=getpgid"]
        subprocess.run([*callgrind, *again], env=environment, check=True, capture_output=True)
        dumps = sorted(Path(folder).glob("out.*"), key=lambda path: int(path.suffix[1:]))
        totals = [int(re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.M).group(1)) for dump in dumps]
    found = {}
    for number, (name, (_, path_days)) in enumerate(stages().items()):
        few, many = totals[3 * number + 1 : 3 * number + 3]
        found[name] = (many - few) / ((COUNTED - COUNTED // 10) * path_days)
    return found


def count() -> list[dict]:
    """A row for each stage: its instructions, its floor and why, a path-day."""
    spec = bench.workload(LANES)
    counts = count_stages()
    return [
        {
            "name": floor.name,
            "instructions": None if counts is None else counts[floor.name],
            "floor": floor.instructions,
            "why": floor.why,
        }
        for floor in floors(len(spec.funds), len(spec.horizons), spec.horizons[-1])
    ]


if __name__ == "__main__":
    if COUNT_OPTION in sys.argv:
        run_counted()
    else:
        print(json.dumps(count()))
