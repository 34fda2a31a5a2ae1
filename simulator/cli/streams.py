"""Standard error that nobody may be reading: what cannot be told there is dropped, and the results are not lost."""

from contextlib import suppress
from typing import Any


class Unfailing:
    """A text stream whose writes never fail; all else is the stream's own.

    Parameters
    ----------
    stream : text stream
    """

    def __init__(self, stream: Any):
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop, the text."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
