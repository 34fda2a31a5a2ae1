"""The one place with numba options and the folder of compiled kernels."""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba

from simulator.kernels.cache import SUFFIX, KernelCache, stem
from simulator.kernels.folders import cache_folders
from simulator.kernels.prune import prune, touch

SOURCES = Path(__file__).parent
SHARED = ("bins.py", "ledger.py")  # files beside the kernels' folder that they import
NEEDED_BYTES = 32 << 20  # several times what the compiled kernels take
SETTINGS = ("BOUNDSCHECK", "DEBUGINFO_DEFAULT", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE")  # NUMBA_*, that change code
config: Any = numba.config


def source_hash() -> str:
    """Hash of everything a compiled kernel depends on: all kernel sources, numba, its settings, Python.

    numba itself looks only at the file of the kernel, not at the files of the functions it calls, and at no settings.
    """
    settings = [getattr(config, name, None) for name in SETTINGS]
    digest = hashlib.sha256(f"{numba.__version__} {settings} {sys.version}".encode())
    for path in (*sorted(SOURCES.glob("*.py")), *(SOURCES.parent / name for name in SHARED)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """This version's, in the first cache folder that holds its kernels or has room to write them; None: no cache."""
    if config.DISABLE_JIT:
        return None
    for base in cache_folders():
        folder = base / f"kernels-{source_hash()}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _is_ours_alone(folder):
                continue
            if any(folder.glob(f"*{SUFFIX}")):  # read-only or on a full disk, it serves to read
                touch(folder)
                return folder
            with tempfile.TemporaryFile(dir=folder):
                if shutil.disk_usage(folder).free > NEEDED_BYTES:
                    prune(base)
                    return folder
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
    return not config.DISABLE_JIT and (CACHE is None or not any(CACHE.glob(f"{stem(function)}-*{SUFFIX}")))


def is_loaded(function: Callable) -> bool:
    """Whether the kernel `function` has been called before in this process, so that the next call takes no memory."""
    return bool(getattr(function, "overloads", True))


def kernel(function: Callable) -> Callable:
    """Compile `function`: serial, without the GIL, IEEE arithmetic in source order, division as in NumPy.

    `fastmath` is off: the compiler fuses and reorders nothing, so a kernel's bits depend on its inputs alone. Where a
    fused multiply-add is wanted, `kernels.fma` asks for it.

    A kernel makes no arrays, those it is given outlive it, and so it counts no references to them: each count is an
    atomic instruction, and a tuple of arrays taken from another has one for every array. `allocating` makes arrays.
    """
    return _compiled(function, _nrt=False)


def allocating(function: Callable) -> Callable:
    """Compile `function` as a kernel that makes arrays."""
    return _compiled(function, _nrt=True)


def inlined(function: Callable) -> Callable:
    """A long piece that several kernels share, put where it is called before it is compiled.

    LLVM would call it instead, and a loop with a call does not vectorise.
    """
    return numba.njit(nogil=True, error_model="numpy", inline="always")(function)


def _compiled(function: Callable, **options: bool) -> Callable:
    njit: Any = numba.njit  # whose types do not know `_nrt`
    compiled = njit(nogil=True, error_model="numpy", **options)(function)
    if CACHE is not None:
        compiled._cache = KernelCache(function, CACHE)
    return compiled
