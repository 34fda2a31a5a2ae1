"""SIGTERM ends a run as Ctrl-C does: in order, with files whole and no traceback; sent twice, as sent once."""

import signal
from time import monotonic
from types import FrameType

from simulator.errors import Terminated

INTERRUPTED, TERMINATED = 130, 143  # exit codes, as shells count: 128 and the number of the signal
ONCE_SECONDS = 2.0  # timeout(1), and fingers, send it twice; the second must not cut short what the first one began


class _Listener:
    """Raises what a signal stands for in the main thread, whatever it is at, and remembers the exit code."""

    def __init__(self) -> None:
        self.heard = -float("inf")
        self.code = INTERRUPTED

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = monotonic()
        if now - self.heard <= ONCE_SECONDS:
            return
        self.heard = now
        if number == signal.SIGTERM:
            self.code = TERMINATED
            raise Terminated
        raise KeyboardInterrupt


_listener = _Listener()


def listen() -> None:
    """From here on SIGTERM raises Terminated; where whoever started us has it or Ctrl-C ignored, it stays so."""
    for number, default in ((signal.SIGTERM, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler)):
        if signal.getsignal(number) == default:
            signal.signal(number, _listener)


def end_at_once() -> None:
    """From here on both end the process without more ado: nothing is left to be put in order."""
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) is _listener:
            signal.signal(number, signal.SIG_DFL)


def exit_code() -> int:
    """That of an interrupted run: of SIGTERM where one was heard, else of Ctrl-C."""
    return _listener.code
