"""Memory does not grow with the number of paths."""

import subprocess
import sys

import pytest

MOST_MEGABYTES = 400
CODE = """
from simulator.bench import workload
from simulator.engine.simulate import simulate
assert simulate(workload(10_000_000), threads=2).spec.paths == 10_000_000
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells the peak on Linux only")
def test_ten_million_paths_of_252_days():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 < MOST_MEGABYTES
