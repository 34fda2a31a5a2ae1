"""Where stderr cannot be written, results and exit codes are as ever."""

import subprocess
from pathlib import Path

import pytest
from processes import LETF

FULL = Path("/dev/full")


@pytest.fixture
def full():
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    with FULL.open("w") as stream:
        yield stream


def test_notes_that_cannot_be_told_cost_nothing(tmp_path, full):
    command = [
        LETF,
        "simulate",
        "--paths",
        "1000",
        "--horizon",
        "5",
        "--checkpoint",
        "run.ckpt",
        "--output",
        "rows.json",
    ]
    ran = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=full)
    assert ran.returncode == 0
    assert b"Divergence" in ran.stdout
    assert (tmp_path / "rows.json").stat().st_size > 0


def test_bad_input_is_bad_input(full):
    assert subprocess.run([LETF, "simulate", "--paths", "x"], stderr=full).returncode == 2
