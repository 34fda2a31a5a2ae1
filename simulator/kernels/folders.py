"""Folders for what is kept between runs."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def cache_folders() -> Iterator[Path]:
    """Folders that may hold compiled kernels and fetched prices, best first; none is shared with other users."""
    if chosen := os.environ.get("LETF_CACHE_DIR"):
        yield Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        yield Path(base) / "letf"
    with suppress(RuntimeError):  # no home folder at all
        yield Path.home() / ".cache" / "letf"
    if sys.prefix != sys.base_prefix:
        yield Path(sys.prefix) / "letf-cache"
