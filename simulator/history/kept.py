"""Markets that were fitted before: the same prices give the same fit, so it is kept in the user's cache folder."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import simulator
from simulator.errors import LetfError
from simulator.kernels.folders import cache_folders, write_whole
from simulator.spec.market import Market, market_from_dict

SOURCES = ("history", "spec", "kernels")  # folders of the package whose code a fit depends on
LIBRARIES = ("arch", "numpy", "scipy")
MOST_KEPT, MOST_BYTES = 20, 64 << 20  # files, of 0.2 megabytes a fit and 7 for 40 refits; the oldest go
SUFFIX, FAST = ".json.gz", 1  # level of compression, to a third


def kept(fit: Callable[[], Market], *given: str) -> Market:
    """What `fit()` gives, or gave when it was called before on what `given` names: files by their SHA-256, options.

    A file that cannot be read, or written, is as good as none.
    """
    return kept_all(lambda: (fit(),), *given)[0]


def kept_all(fit: Callable[[], tuple[Market, ...]], *given: str) -> tuple[Market, ...]:
    """The same of a fit that gives several markets, at least one."""
    path = _path(given)
    if path is not None:
        with suppress(OSError, EOFError, zlib.error, ValueError, TypeError, LetfError):
            return _read(path)
    markets = fit()
    if path is not None:
        with suppress(OSError):
            content = json.dumps([market.to_dict() for market in markets])
            write_whole(path, gzip.compress(content.encode(), FAST, mtime=0))
            _prune(path.parent)
    return markets


def _read(path: Path) -> tuple[Market, ...]:
    markets = tuple(map(market_from_dict, json.loads(gzip.decompress(path.read_bytes()))))
    if not markets:
        raise ValueError(path)
    return markets


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
            return folder / f"{digest.hexdigest()[:32]}{SUFFIX}"
    return None


def _version(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"


def _prune(folder: Path) -> None:
    newest = sorted(folder.glob("*.json*"), key=lambda path: path.stat().st_mtime, reverse=True)
    size = 0
    for position, path in enumerate(newest):
        size += path.stat().st_size
        if position and (position >= MOST_KEPT or size > MOST_BYTES):
            path.unlink()
