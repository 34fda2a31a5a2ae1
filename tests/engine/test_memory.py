"""Memory does not grow with the number of paths."""

import subprocess
import sys
from pathlib import Path

import pytest

MOST_MEGABYTES = 400
PEAK = """
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
CODE = """
from simulator.bench import workload
from simulator.engine.simulate import simulate
assert simulate(workload(10_000_000), threads=2).spec.paths == 10_000_000
"""
ENSEMBLE = """
import sys
sys.path.insert(0, "tests")
from examples import RESIDUALS, SCALED, SKEWED, ensemble, run
from simulator.engine.simulate import simulate
spec = run(ensemble(SKEWED, RESIDUALS, SCALED), 3.0, -3.0, horizons=(21, 63), paths=2_000_000)
assert sum(part.spec.paths for part in simulate(spec, threads=2).members) == 2_000_000
"""  # a byte for each day of each path would be 126 MB, a single 504


def peak(code):
    """Megabytes at the most, of a process that runs `code`."""
    done = subprocess.run(
        [sys.executable, "-c", code + PEAK], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    return int(done.stdout) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the peak on Linux only")
def test_ten_million_paths_of_252_days():
    assert peak(CODE) < MOST_MEGABYTES


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the peak on Linux only")
def test_two_million_paths_of_an_ensemble():
    assert peak(ENSEMBLE) < MOST_MEGABYTES
