"""How much memory this process may still take, where somebody limited it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]

PROCESS, GROUPS = Path("/proc/self"), Path("/sys/fs/cgroup")
MIB = 1 << 20


class Limit(NamedTuple):
    """A limit on memory.

    name : str
        Who sets it.
    left : int
        Bytes that may still be taken.
    of_addresses : bool
        Whether memory counts once it is reserved, as it does for `ulimit -v`; else once it is written to.
    """

    name: str
    left: int
    of_addresses: bool


def limits() -> list[Limit]:
    """The limits that this process runs under; none where the system does not tell."""
    found: list[Limit] = []
    with suppress(OSError, ValueError, IndexError):
        found += _of_addresses()
    with suppress(OSError):
        found += _of_groups()
    return found


def _of_addresses() -> Iterator[Limit]:
    """`ulimit -v`, RLIMIT_AS: the size of the address space."""
    if resource is None:
        return
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        pages = int((PROCESS / "statm").read_text().split()[0])
        yield Limit("ulimit -v", most - pages * os.sysconf("SC_PAGE_SIZE"), of_addresses=True)


def _of_groups() -> Iterator[Limit]:
    """Control groups of version 2, as containers and services have them: the process's own and those around it."""
    entries = (PROCESS / "cgroup").read_text().splitlines()
    group = GROUPS.joinpath(*(entry.removeprefix("0::/") for entry in entries if entry.startswith("0::/")))
    for folder in (group, *group.parents):
        with suppress(OSError, ValueError, KeyError):
            most = int((folder / "memory.max").read_text())  # "max" where there is none
            taken = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())["anon"]
            yield Limit("the container's memory", most - int(taken), of_addresses=False)
        if folder == GROUPS:
            return
