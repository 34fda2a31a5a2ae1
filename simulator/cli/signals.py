"""SIGTERM ends a run as Ctrl-C does: in order, with files whole and no traceback."""

import signal
from time import monotonic
from types import FrameType

from simulator.errors import Terminated

INTERRUPTED, TERMINATED = 130, 143  # exit codes, as shells count: 128 and the number of the signal
ONCE_SECONDS = 2.0  # timeout(1) and others send it twice; the second must not cut short what the first one began


class _Listener:
    """Raises Terminated in the main thread, whatever it is at, and remembers that it did."""

    def __init__(self) -> None:
        self.heard = -float("inf")

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = monotonic()
        if now - self.heard > ONCE_SECONDS:
            self.heard = now
            raise Terminated


_listener = _Listener()


def raise_on_sigterm() -> None:
    """From here on SIGTERM raises Terminated; where whoever started us has it ignored, it stays so."""
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _listener)


def end_on_sigterm() -> None:
    """From here on SIGTERM ends the process at once: nothing is left to be put in order."""
    if signal.getsignal(signal.SIGTERM) is _listener:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def exit_code() -> int:
    """That of an interrupted run: of SIGTERM where one was heard, else of Ctrl-C."""
    return TERMINATED if _listener.heard > 0 else INTERRUPTED
