"""The import contracts of setup.cfg can break: each is shown one import that it must refuse."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("architecture")
    shutil.copytree(ROOT / "simulator", folder / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", folder)
    return folder


def broken_contracts(folder):
    command = [Path(sys.prefix) / "bin/lint-imports", "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    broken = set(re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE))
    assert done.returncode == bool(broken), done.stdout
    return broken


LAYERS = "Imports go one way"
KERNELS = "Kernels know nothing but numbers and where statistics are kept"


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("spec/fund.py", "import simulator.result", LAYERS),
        ("exact.py", "import simulator.kernels.rng", LAYERS),
        ("engine/lower.py", "import simulator.output.table", LAYERS),
        ("bins.py", "import simulator.sums", LAYERS),
        ("a_new_module.py", "", LAYERS),
        ("kernels/fund.py", "import simulator.spec.run", KERNELS),
        ("kernels/fund.py", "import simulator.errors", KERNELS),
        ("output/table.py", "import simulator.kernels.rng", "Only engine, history and bench call kernels"),
        ("result.py", "import numba", "Only kernels import numba"),
        ("engine/blocks.py", "import matplotlib", "Only output imports matplotlib"),
        ("engine/cluster.py", "import distributed", "Only engine/dask.py imports Dask"),
        ("output/table.py", "import click", "Only cli imports click"),
        ("spec/fund.py", "import pandas", "A spec is plain data"),
    ],
)
def test_a_contract_breaks(copy, module, line, contract):
    path = copy / "simulator" / module
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n")
    try:
        assert contract in broken_contracts(copy)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
