"""What a worker of a cluster does; imported there by name, and light until it runs."""

import hashlib
import json
import sys
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine.blocks import Plan

PACKAGE = Path(__file__).parents[1]


@cache
def identity() -> dict[str, str]:
    """What this process computes with, as found when first asked: where it differs, bytes might, too."""
    return {
        "letf": _version("letf"),
        "sources": _sources(),
        "numba": _version("numba"),
        "Python": " ".join(sys.version.split()),
    }


def _version(distribution):
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"


def _sources():
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(str(path.relative_to(PACKAGE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def run_blocks(needed: dict[str, str], spec: str, first: int, end: int) -> bytes:
    """Run the blocks from `first` to before `end` of the run that `spec`, JSON, describes: `Done` as bytes.

    Raises
    ------
    ValueError
        If this process's identity is not the one that is needed.
    """
    if identity() != needed:
        raise ValueError("another version of letf, numba or Python")
    from simulator.engine.done import Done

    done = Done(_plan(spec))
    for number in range(first, end):
        done.run(number)
    return done.to_bytes()


@lru_cache(maxsize=4)
def _plan(spec: str) -> "Plan":
    from simulator.engine.blocks import Plan
    from simulator.spec.run import Simulation

    return Plan(Simulation.from_dict(json.loads(spec)))
