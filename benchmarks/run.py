"""Time the core and its peers in one run: nanoseconds of one core a path-day.

python benchmarks/run.py [--isa avx2] [--paths N] [--repeat K] [--json FILE]
python benchmarks/run.py --all [--prices FOLDER] --json benchmarks/results.json
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import instructions
from contest import time_peers
from stages import time_stages
from workload import HORIZONS

from simulator import bench

LIBRARIES = ("jax", "jaxlib", "QuantLib")
SCHEMA = "letf.benchmark/2"
FOLDER = Path(__file__).parent


def machine() -> dict[str, str | int]:
    """Processor, cores, system and the versions that matter."""
    found = bench.machine()
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def time_level(paths: int, repeat: int, whole: bool) -> dict:
    """The peers with the instructions that this process may use; if `whole`, all of the core and its compiling too."""
    found: dict = {"instructions": instructions.name(), "peers": time_peers(paths, repeat)}
    if whole:
        timings = bench.measure(peers=False)
        found |= {"core": timings["rows"], "stages": time_stages()}
        found |= {"first_use": time_first_use()}
    return found


def time_first_use() -> dict:
    """What a process with an empty cache compiles."""
    with tempfile.TemporaryDirectory() as cache:
        return figures_of("first_use.py", environment=os.environ | {"LETF_CACHE_DIR": cache})


def figures_of(script: str, *arguments: Path, environment: Mapping[str, str] = os.environ) -> dict:
    """What another script of this folder measures, in a process of its own."""
    command = [sys.executable, FOLDER / script, *arguments]
    return json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)


def time_levels(options: argparse.Namespace) -> list[dict]:
    """Each level of instructions in a process of its own."""
    levels = []
    with tempfile.TemporaryDirectory() as folder:
        for level in instructions.choices():
            file = Path(folder) / level
            counts = "--paths", str(options.paths), "--repeat", str(options.repeat)
            subprocess.run([sys.executable, __file__, "--whole", "--isa", level, *counts, "--json", file], check=True)
            levels += json.loads(file.read_text())["levels"]
    return levels


def show(level: dict) -> None:
    """Print the table of one level."""
    print(f"\n{level['instructions'] + ', ns a path-day':36}{'CPU':>7}{'wall':>7}{'/ core':>8}{'max |z|':>9}  scope")
    for row in level["peers"]:
        if row["missing"]:
            print(f"{row['name']:36}{row['missing']}")
            continue
        z = "" if row["max_abs_z"] is None else f"{row['max_abs_z']:.1f}"
        times = f"{row['cpu_ns']:7.2f}{row['wall_ns']:7.2f}{row['times_core']:8.1f}"
        print(f"{row['name']:36}{times}{z:>9}  {row['scope']}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the numeric core and its peers.")
    parser.add_argument("--isa", choices=[instructions.NATIVE, instructions.AVX2], default=instructions.NATIVE,
                        help="vector instructions that compiled code may use [%(default)s]")  # fmt: skip
    parser.add_argument("--paths", type=int, default=bench.PATHS, help="paths of each run [%(default)s]")
    parser.add_argument("--repeat", type=int, default=9, help="runs of each, of which the best counts [%(default)s]")
    parser.add_argument("--whole", action="store_true", help="also every kind of market, threads, compiling")
    parser.add_argument("--all", action="store_true", help="all that, with each level of instructions, and start-up")
    parser.add_argument("--prices", type=Path, metavar="FOLDER", help="with --all: also commands that read prices")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")
    options = parser.parse_args()
    report = {"schema": SCHEMA, "machine": machine()}
    report |= {"paths": options.paths, "days": HORIZONS[-1], "repeat": options.repeat}
    if options.all:
        prices = [options.prices] if options.prices else []
        report |= {"levels": time_levels(options), "stages": figures_of("stages.py")}
        report |= {"startup": figures_of("startup.py", *prices)}
    else:
        instructions.keep_to(options.isa)
        report["levels"] = [time_level(options.paths, options.repeat, options.whole)]
        print("\n".join(f"{key}: {value}" for key, value in report["machine"].items()))
        print(f"{options.paths:,} paths of {HORIZONS[-1]} days, best of {options.repeat}")
        show(report["levels"][0])
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
