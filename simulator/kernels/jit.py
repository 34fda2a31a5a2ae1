"""The one place with numba options and the folder of compiled kernels."""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from simulator.kernels.folders import cache_folders

SOURCES = Path(__file__).parent
SHARED = ("bins.py", "ledger.py")  # files beside the kernels' folder that they import
NEEDED_BYTES = 32 << 20  # several times what the compiled kernels take
config: Any = numba.config


def source_hash() -> str:
    """Hash of everything a compiled kernel depends on: all kernel sources, the numba and Python versions.

    numba's own cache looks only at the file of the kernel, not at the files of the functions it calls.
    """
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for path in (*sorted(SOURCES.glob("*.py")), *(SOURCES.parent / name for name in SHARED)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """In the first cache folder with room to write, that of this version of the sources; None: no cache."""
    for base in cache_folders():
        folder = base / f"kernels-{source_hash()}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                if _is_ours_alone(folder) and shutil.disk_usage(folder).free > NEEDED_BYTES:
                    return folder
        except OSError:
            continue
    return None


def _is_ours_alone(folder: Path) -> bool:
    """Whether nobody else can put code into `folder`; where the system knows no owners, it is taken on trust."""
    if not hasattr(os, "geteuid"):
        return True
    status = folder.stat()
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


CACHE = cache_folder()


def is_cold(function: Callable) -> bool:
    """Whether the next call of the kernel `function` has to compile it first."""
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}-*.nbi"
    return CACHE is None or not any(CACHE.rglob(name))


def kernel(function: Callable) -> Callable:
    """Compile `function`: serial, without the GIL, IEEE arithmetic in source order, division as in NumPy.

    `fastmath` is off: the compiler fuses and reorders nothing, so a kernel's bits depend on its inputs alone. Where a
    fused multiply-add is wanted, `kernels.fma` asks for it.
    """
    before = config.CACHE_DIR
    config.CACHE_DIR = "" if CACHE is None else str(CACHE)
    try:
        return numba.njit(cache=CACHE is not None, nogil=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before
