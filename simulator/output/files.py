"""Files are written whole or not at all."""

import io
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import LetfError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURE_SUFFIXES = (".png", ".svg", ".pdf")
UNDATED = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
DPI = 160


def check_writable(path: Path) -> None:
    """Raise LetfError, naming the way out, where `path` plainly cannot be written."""
    if path.is_dir():
        raise LetfError(f"{path}: is a folder; name a file in it")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise LetfError(f"{path}: no folder {folder}; make it first")
    if not os.access(folder, os.W_OK):
        raise LetfError(f"{path}: folder {folder} cannot be written; choose another")


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that `path` holds either all of it or what it held before.

    Raises
    ------
    LetfError
        If it cannot be written; nothing is left behind.
    """
    check_writable(path)
    target = path.resolve()  # through a link, to what it points to
    umask = os.umask(0)
    os.umask(umask)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~umask)
            os.replace(name, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise LetfError(f"{path}: cannot be written: {error.strerror}; nothing was changed") from None


def figure_bytes(figure: "Figure", suffix: str) -> bytes:
    """The figure as a .png, .svg or .pdf file: no dates and no versions, the same bytes each time."""
    from matplotlib import rc_context

    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "letf", "svg.fonttype": "path"}):
        figure.savefig(buffer, format=suffix.lstrip("."), metadata=UNDATED[suffix], dpi=DPI)
    return buffer.getvalue()
