"""Files are written whole or not at all."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from simulator.errors import LetfError


def check_writable(path: Path) -> None:
    """Raise LetfError, naming the way out, where `path` plainly cannot be written."""
    target, folder = _target(path)
    if os.path.isdir(target):
        raise LetfError(f"{path}: is a folder; name a file in it")
    if not os.path.isdir(folder):
        raise LetfError(f"{path}: no folder {folder}; make it first")
    if not os.access(folder, os.W_OK):
        raise LetfError(f"{path}: folder {folder} cannot be written; choose another")
    if os.path.lexists(target) and not os.path.isfile(target):
        raise LetfError(f"{path}: is not a plain file; name another")
    if os.path.isfile(target) and not os.access(target, os.W_OK):
        raise LetfError(f"{path}: is write-protected; name another file")


def _target(path: Path) -> tuple[str, str]:
    """What is written, through a link what it points to, and its folder."""
    target = os.path.realpath(path)
    return target, os.path.dirname(target)


def write_atomically(path: Path, content: bytes, *, draft: str | None = None) -> None:
    """Write `content` so that `path` holds either all of it or what it held before.

    A new file's mode is as the umask says, an old one's stays; a link stays a link. Once it returns, a power cut loses
    neither content nor name.

    Parameters
    ----------
    path : Path
    content : bytes
    draft : str, optional
        The path, in the same folder, of the file that becomes `path`; one that is there, left by a process that was
        killed, is removed. By default a name that nobody else has.

    Raises
    ------
    LetfError
        If it cannot be written; nothing is left behind.
    """
    check_writable(path)
    target, folder = _target(path)
    if draft is None:
        draft = os.path.join(folder, f".letf-{secrets.token_hex(8)}")
    try:
        with suppress(FileNotFoundError):
            os.unlink(draft)
        with open(draft, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(draft, stat.S_IMODE(os.stat(target).st_mode))
        os.replace(draft, target)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(draft)
        if isinstance(error, OSError):
            raise LetfError(f"{path}: cannot be written: {error.strerror}; nothing was changed") from None
        raise
    _sync(folder)


def _sync(folder: str) -> None:
    """Have the names in `folder` on the disk; a system that cannot be told so does it in its own time."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
