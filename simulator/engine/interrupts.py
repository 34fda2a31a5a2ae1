"""Ctrl-C and SIGTERM while threads work: heard at once, raised where it does no harm."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

PATIENCE = 2.0  # seconds; whoever sends another signal later than this waits in vain for something


class _Held:
    """Signals are kept back until `tell`; more of them within `PATIENCE` are the same wish, later ones are not held."""

    def __init__(self) -> None:
        self._since, self._number = 0.0, 0
        self._handlers: dict[int, Callable] = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            handler = signal.getsignal(number)
            if callable(handler):  # else it is ignored, or ends the process
                self._handlers[number] = handler

    def hold(self) -> None:
        for number in self._handlers:
            signal.signal(number, self._hear)

    def release(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self._since:
            self._since, self._number = monotonic(), number
        elif monotonic() - self._since > PATIENCE:
            self._number = 0
            self._handlers[number](number, frame)

    def tell(self) -> None:
        if self._number:
            number, self._number = self._number, 0
            self._handlers[number](number, None)
            self._since = 0.0  # the handler raised nothing: all goes on


@contextmanager
def held() -> Iterator[Callable[[], None]]:
    """A context in which Ctrl-C and SIGTERM wait, to raise what they raise when the function that it yields is called.

    Raised just anywhere, in the midst of the code of a lock too, they could leave the lock locked for good. At the
    context's end one that still waits is raised, unless another exception ends it. Outside the main thread, which
    alone hears signals, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    signals = _Held()
    try:
        signals.hold()
        yield signals.tell
    finally:
        signals.release()
    signals.tell()
