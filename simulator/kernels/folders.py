"""Folders for what is kept between runs, and how a file gets there."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

DRAFT = ".draft-"  # how the names of files begin that are not whole yet


def cache_folders() -> Iterator[Path]:
    """Folders that may hold compiled kernels and fetched prices, best first; none is shared with other users."""
    if chosen := os.environ.get("LETF_CACHE_DIR"):
        yield Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        yield Path(base) / "letf"
    with suppress(RuntimeError):  # the system knows of no home
        home = Path.home()
        if home.is_dir():  # the superuser could make one where there should be none
            yield home / ".cache" / "letf"
    if sys.prefix != sys.base_prefix:
        yield Path(sys.prefix) / "letf-cache"


def write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing: other runs read and write at any time, and any may be killed.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(draft)
        raise
