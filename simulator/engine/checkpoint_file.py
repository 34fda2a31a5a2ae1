"""The file of a checkpoint: a line of JSON that vouches for all that follows, a line that names the run, the state."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from simulator.engine.blocks import Plan
from simulator.engine.done import Done
from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.run import Simulation

SCHEMA, SCHEMA_VERSION = "letf.checkpoint", 1
LONGEST_HEAD = 1024  # bytes, several times what it takes
ANEW = "name another file, or remove this one, to begin anew"


class Kept(NamedTuple):
    """What such a file tells: the run as plain data, and what is done of it as `Done.to_bytes()`."""

    run: dict[str, Any]
    state: bytes


def to_bytes(done: Done) -> bytes:
    """The content of the file."""
    body = _line(done.plan.spec.to_dict()) + done.to_bytes()
    digest = hashlib.sha256(body).hexdigest()
    return _line({"schema": f"{SCHEMA}/{SCHEMA_VERSION}", "bytes": len(body), "sha256": digest}) + body


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, default=str).encode() + b"\n"


def read(path: Path) -> Kept:
    """What the file `path` tells, once it is known to be whole.

    Raises
    ------
    LetfError
        If it cannot be read, is no such file, a newer program's, or damaged.
    """
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise LetfError(f"{path}: cannot be read: {error.strerror}") from None


def _read(path: Path, file: BinaryIO) -> Kept:
    head = _parsed(file.readline(LONGEST_HEAD))
    if not str(head.get("schema")).startswith(f"{SCHEMA}/"):
        raise LetfError(f"{path}: not a checkpoint of letf; name another file")
    check.schema(str(path), head, SCHEMA, SCHEMA_VERSION)
    size = os.fstat(file.fileno()).st_size - file.tell()
    if size != head.get("bytes"):  # told before as much is read
        raise LetfError(f"{path}: damaged checkpoint, {size:,} bytes where it had {head.get('bytes')}; {ANEW}")
    body = file.read()
    if hashlib.sha256(body).hexdigest() != head.get("sha256"):
        raise LetfError(f"{path}: damaged checkpoint, its SHA-256 is not the one that it tells; {ANEW}")
    line, _, state = body.partition(b"\n")
    return Kept(_parsed(line), state)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def restored(path: Path, kept: Kept, plan: Plan) -> Done:
    """What the file `path` told of the run that `plan` cuts into blocks.

    Raises
    ------
    LetfError
        If it is another run's, or another program's.
    """
    if differences := _differences(kept.run, plan.spec):
        raise LetfError(f"{path}: a checkpoint of another run ({differences}); repeat that run, or name another file")
    try:
        return Done.from_bytes(plan, kept.state)
    except ValueError as error:
        if "another run" in str(error):
            reason = "a checkpoint of another version of letf, numba or Python, whose numbers may differ"
            raise LetfError(f"{path}: {reason}; resume it there, or {ANEW}") from None
        raise LetfError(f"{path}: {error}; {ANEW}") from None


def _differences(kept: dict[str, Any], spec: Simulation) -> str:
    """In which options the kept run is not this one."""
    run = json.loads(_line(spec.to_dict()))
    names = [name for name in {**run, **kept} if run.get(name) != kept.get(name)]
    return ", ".join(_difference(name, kept.get(name), run.get(name)) for name in names)


def _difference(name: str, kept: Any, wanted: Any) -> str:
    theirs, ours = _in_words(name, kept), _in_words(name, wanted)
    if theirs != ours:
        return f"{name} {theirs}, not {ours}"
    return f"other {name}" if name.endswith("s") else f"another {name}"


def _in_words(name: str, value: Any) -> str:
    """The option's value where it is short, else what it is called."""
    if isinstance(value, dict):
        return str(value.get("name"))
    if isinstance(value, list):
        return ",".join(str(entry.get("ticker")) if isinstance(entry, dict) else str(entry) for entry in value)
    return f"{value:,}" if isinstance(value, int) and name == "paths" else str(value)
