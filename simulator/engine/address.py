"""Where a cluster is: what --cluster takes."""

import re
from typing import NamedTuple

from simulator.errors import LetfError

MOST_LOCAL = 256
FORM = re.compile(r"local:(?P<workers>[0-9]{1,9})|tcp://(?P<host>[\w.-]+|\[[0-9a-fA-F:.%]+\]):(?P<port>[0-9]{1,9})/?")


class Address(NamedTuple):
    """A scheduler's host and port, or a number of workers to start on this machine."""

    text: str
    workers: int
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """The address that `text` names.

        Raises
        ------
        LetfError
            If it is neither tcp://HOST:PORT nor local:N.
        """
        form = FORM.fullmatch(text) if isinstance(text, str) else None
        if not form:
            raise LetfError(f"cluster must be tcp://HOST:PORT, a Dask scheduler, or local:N, got {text!r}")
        workers, port = int(form["workers"] or 0), int(form["port"] or 0)
        if form["workers"] and not 1 <= workers <= MOST_LOCAL:
            raise LetfError(f"cluster: local:N starts from 1 to {MOST_LOCAL} workers, got {text!r}")
        if form["port"] and not 1 <= port <= 65_535:
            raise LetfError(f"cluster: a port is from 1 to 65,535, got {text!r}")
        return cls(text, workers, (form["host"] or "").strip("[]"), port)
