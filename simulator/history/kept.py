"""Markets that were fitted before: the same prices give the same fit, so it is kept in the user's cache folder."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import simulator
from simulator.errors import LetfError
from simulator.kernels.folders import cache_folders
from simulator.spec.market import Market, market_from_dict

SOURCES = ("history", "spec", "kernels")  # folders of the package whose code a fit depends on
LIBRARIES = ("arch", "numpy", "scipy")
MOST_KEPT = 20  # files, of up to half a megabyte; the oldest go


def kept(fit: Callable[[], Market], *given: str) -> Market:
    """What `fit()` gives, or gave when it was called before on what `given` names: files by their SHA-256, options.

    A file that cannot be read, or written, is as good as none.
    """
    path = _path(given)
    if path is not None:
        with suppress(OSError, ValueError, LetfError):
            return market_from_dict(json.loads(path.read_bytes()))
    market = fit()
    if path is not None:
        with suppress(OSError):
            _write(path, json.dumps(market.to_dict()).encode())
            _prune(path.parent)
    return market


def _path(given: tuple[str, ...]) -> Path | None:
    """The file for what is `given`, by this version of the code; None where no cache folder can be had."""
    digest = hashlib.sha256("\n".join((*given, *map(_version, LIBRARIES))).encode())
    package = Path(simulator.__file__).parent
    for source in sorted(path for folder in SOURCES for path in (package / folder).glob("*.py")):
        digest.update(source.read_bytes())
    for base in cache_folders():
        with suppress(OSError):
            folder = base / "markets"
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return folder / f"{digest.hexdigest()[:32]}.json"
    return None


def _version(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: other runs may read at any time."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _prune(folder: Path) -> None:
    newest = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[MOST_KEPT:]:
        path.unlink()
