"""Compiled kernels of versions of the sources that are no longer used are removed."""

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

from simulator.kernels.folders import DRAFT

KEPT = 4  # the folders used last, this version's included: an older checkout, a debugging mode
UNUSED_SECONDS = 86_400.0  # a folder used within a day is kept: somebody goes back and forth
NAME = re.compile(r"kernels-[0-9a-f]{16}")


def touch(folder: Path) -> None:
    """Note that `folder` is in use."""
    with suppress(OSError):
        os.utime(folder)


def prune(base: Path) -> None:
    """Remove the folders of kernels in `base` but for those used last, and drafts that killed runs left in these.

    A run that still uses a folder that goes has its kernels in memory, and compiles what it has not. What cannot be
    removed stays, quietly.
    """
    with suppress(OSError):
        folders = sorted((path for path in base.iterdir() if _is_ours(path)), key=_used, reverse=True)
        for position, folder in enumerate(folders):
            if position >= KEPT and _is_old(folder):
                shutil.rmtree(folder, ignore_errors=True)
            else:
                _remove_drafts(folder)


def _is_ours(path: Path) -> bool:
    return NAME.fullmatch(path.name) is not None and path.is_dir() and not path.is_symlink()


def _used(path: Path) -> float:
    return path.stat().st_mtime


def _is_old(path: Path) -> bool:
    return time.time() - _used(path) > UNUSED_SECONDS


def _remove_drafts(folder: Path) -> None:
    for draft in folder.glob(f"{DRAFT}*"):
        with suppress(OSError):
            if _is_old(draft):
                draft.unlink()
