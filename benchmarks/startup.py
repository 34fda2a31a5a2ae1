"""How soon a command answers and what memory it takes: fresh processes, by the wall clock.

python benchmarks/startup.py [FOLDER of prices]

The figures go to stdout as JSON. This process imports nothing large: a child's peak memory begins with its parent's.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

LETF = Path(sys.executable).parent / "letf"
IMPORTS = ("click", "numpy", "numba", "scipy.special", "matplotlib.figure", "pandas", "simulator.engine.simulate")
IMPORT_RUNS = 7
PRICES = ("IWM.csv", "SPY.csv", "TNA.csv", "TZA.csv", "DFF.csv")
FITS = "markets"  # folder of fitted markets in the cache
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss


@dataclass(frozen=True)
class Command:
    """A command to time.

    Parameters
    ----------
    line : str
        As typed.
    runs : int
    note : str
        What the line does not say.
    prices : bool
        Whether it reads files of prices.
    unseen : bool
        Whether the fits that earlier runs kept are thrown away before each run.
    """

    line: str
    runs: int = 5
    note: str = ""
    prices: bool = False
    unseen: bool = False


EMPTY_CACHE = (
    Command("letf simulate"),
    Command("letf risk TNA --hold 20 --stop 12% --target 20%"),
    Command("letf compare"),
)
COMMANDS = (
    Command("letf --help", runs=9),
    Command("letf simulate --paths 100000 --horizon 21"),
    Command("letf simulate", note="262,144 paths of 252 days, three starts"),
    Command("letf simulate --paths 1000000", runs=3),
    Command("letf simulate --paths 10000000", runs=2),
    Command("letf risk TNA --hold 20 --stop 12% --target 20%", note="3 more drifts, 2 models, 40 refits"),
    Command("letf risk TNA --plot map.png --kind brackets", runs=2, note="168 brackets of 65,536 paths"),
    Command("letf compare", note="12 structures, 65,536 paths of 41 days"),
    Command("letf stress", note="15 scenarios, 32,768 paths of 20 days"),
    Command("letf flow"),
    Command("letf flow --grid", note="28 cells, 65,536 paths of 252 days"),
    Command("letf simulate --as-of IWM.csv", note="prices seen before", prices=True),
    Command("letf simulate --as-of IWM.csv", runs=3, note="prices new: GARCH is fitted", prices=True, unseen=True),
    Command("letf calibrate IWM.csv", runs=3, note="6,187 days, 3 regimes", prices=True),
    Command("letf replay --index IWM.csv --fund-prices TNA.csv --rates DFF.csv", runs=3, prices=True),
    Command("letf triggers --prices .", runs=3, prices=True),
    Command("letf score --index IWM.csv --fund-prices TNA.csv --fund-prices TZA.csv --rates DFF.csv", 1, prices=True),
)


def time_startup(prices: Path | None) -> dict[str, list[dict]]:
    """Seconds and megabytes of commands and imports; commands that read prices only where a folder has them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if prices:
            for file in PRICES:
                (folder / file).symlink_to((prices / file).resolve())
        first = []
        for i, command in enumerate(EMPTY_CACHE):
            cache = folder / f"cache{i}"
            first.append(_row(command, [_run(command.line, folder, cache)]))
        chosen = [command for command in COMMANDS if prices or not command.prices]
        return {
            "imports": [_import_row(module) for module in IMPORTS],
            "empty_cache": first,
            "commands": [_time(command, folder, cache) for command in chosen],
        }


def _time(command: Command, folder: Path, cache: Path) -> dict:
    if command.runs > 1:
        _run(command.line, folder, cache)
    measured = []
    for _ in range(command.runs):
        if command.unseen:
            shutil.rmtree(cache / FITS)
        measured.append(_run(command.line, folder, cache))
    return _row(command, measured)


def _run(line: str, folder: Path, cache: Path) -> tuple[float, float]:
    """Seconds from start to end, and the peak memory in megabytes."""
    words = [str(LETF), *line.split()[1:]]
    with open(os.devnull, "w") as nowhere:
        start = time.perf_counter()
        environment = os.environ | {"LETF_CACHE_DIR": str(cache)}
        process = subprocess.Popen(words, cwd=folder, env=environment, stdout=nowhere, stderr=subprocess.PIPE)
        with process.stderr as pipe:
            said = pipe.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{line} ended with {process.returncode}: {said.decode()}")
    return seconds, usage.ru_maxrss * RSS_UNIT / 1e6


def _row(command: Command, measured: list[tuple[float, float]]) -> dict:
    seconds, megabytes = zip(*measured, strict=True)
    return {
        "command": command.line,
        "note": command.note,
        "runs": len(measured),
        "seconds": min(seconds),
        "median_seconds": statistics.median(seconds),
        "peak_mb": max(megabytes),
    }


def _import_row(module: str) -> dict:
    code = f"import time; start = time.perf_counter(); import {module}; print(time.perf_counter() - start)"
    seconds = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(IMPORT_RUNS)
    ]
    return {
        "module": module,
        "runs": IMPORT_RUNS,
        "seconds": min(seconds),
        "median_seconds": statistics.median(seconds),
    }


def main() -> None:
    prices = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(json.dumps(time_startup(prices)))


if __name__ == "__main__":
    main()
