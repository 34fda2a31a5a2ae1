"""Compiled kernels kept between runs: read whole and unchanged, or compiled anew."""

import hashlib
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from simulator.kernels.folders import write_whole

SUFFIX = ".nbc"
DIGEST_BYTES = hashlib.sha256().digest_size


class KernelCache(NullCache):
    """What numba asks for a kernel compiled before, and gives one just compiled.

    One file a kernel, types of its arguments and kind of processor: the SHA-256 of what follows, then numba's own
    pickle. numba's cache would do, but that it believes what it reads, fails where it cannot, and keeps an index that
    two first runs at once can leave pointing at each other's code.

    Parameters
    ----------
    function : function
        Not a closure: cells are no part of what a file is known by.
    folder : Path
    """

    def __init__(self, function: Callable, folder: Path):
        code = function.__code__
        self._folder, self._stem = folder, stem(function)
        self._source = f"{code.co_firstlineno} {_hash(Path(code.co_filename).read_bytes())}"

    @property
    def cache_path(self) -> str:
        """The folder, for numba's statistics."""
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        """The kernel for arguments of types `sig`; None, and numba compiles it, where no sound file holds it."""
        target_context.refresh()
        try:
            content = self._path(sig, target_context.codegen()).read_bytes()
            kept = content[DIGEST_BYTES:]
            if content[:DIGEST_BYTES] != hashlib.sha256(kept).digest():
                return None
            types, payload = pickle.loads(kept)
            return CompileResult._rebuild(target_context, *payload) if types == sig else None
        except (OSError, pickle.PickleError, AttributeError, ImportError, TypeError, ValueError):
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled kernel, all of it or nothing, where the folder takes it."""
        match data:
            case CompileResult(library=code) if code.has_dynamic_globals:  # type: ignore[misc]  # of this process
                return
        kept = dumps((sig, data._reduce()))
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._path(sig, data.codegen), hashlib.sha256(kept).digest() + kept)

    def _path(self, sig: Any, codegen: Any) -> Path:
        key = _hash(repr((self._source, sig, codegen.magic_tuple())).encode())
        return self._folder / f"{self._stem}-{key}{SUFFIX}"


def stem(function: Callable) -> str:
    """How the names of a kernel's files begin."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
