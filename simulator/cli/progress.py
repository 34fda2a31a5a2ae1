"""What stderr hears while a command works; nothing where it is no terminal, but for a word on compiling."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from simulator.engine.checkpoint import Checkpoint

SHOW_ABOVE = 2**22  # paths; fewer are done before a bar is read
PATIENCE = 1.5  # seconds; a compiled kernel has finished many blocks by then
BAR_WIDTH = 12  # columns; with all else at most 80
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds


def note_compiling(seconds: int) -> None:
    """Say that the first run compiles, for it takes longer than any later one."""
    click.echo(f"Compiling for this machine, once; about {seconds} seconds ...", err=True)


def on_terminal() -> bool:
    """Whether someone watches stderr."""
    return sys.stderr.isatty()


def note_loading(what: str) -> None:
    """Say on a terminal that a library is loaded that takes seconds."""
    if on_terminal():
        click.echo(f"Loading {what}; this may take some seconds ...", err=True)


@contextmanager
def progress(
    paths: int, quiet: bool, seconds: int, checkpoint: "Checkpoint | None" = None
) -> Iterator[Callable[[int], None] | None]:
    """A callback for `simulate`: a progress bar on a terminal, and a word when nothing is done for it compiles.

    A kernel is compiled once a machine and kind of market, for about `seconds`. What the checkpoint kept is done, but
    does not count into the rate.
    """
    if quiet:
        yield None
        return
    with ExitStack() as stack:
        yield _Meter(paths, seconds, checkpoint, stack)


class _Meter:
    """Hears how many paths are done, and shows it until `stack` ends."""

    def __init__(self, paths: int, seconds: int, checkpoint: "Checkpoint | None", stack: ExitStack):
        self._paths, self._seconds, self._checkpoint, self._stack = paths, seconds, checkpoint, stack
        self._begun = self._idle = monotonic()  # when it began, and when nothing was done last
        self._noted = False
        self._resumed = 0
        self._bar: Any = None

    def __call__(self, done: int) -> None:
        if self._checkpoint and self._checkpoint.resumed > self._resumed:
            self._resumed = self._checkpoint.resumed
            self._note_resuming(self._checkpoint.path)
        if done == self._resumed:
            self._wait()
        elif self._paths >= SHOW_ABOVE and on_terminal():
            self._show(done)

    def _note_resuming(self, path):
        share = f"{self._resumed:,} of {self._paths:,} paths; going on from there"
        click.echo(f"Note: {path} keeps {share if self._resumed < self._paths else 'the finished run'}", err=True)

    def _wait(self):
        self._idle = monotonic()
        if not self._noted and self._resumed < self._paths and self._idle - self._begun > PATIENCE:
            self._noted = True
            note_compiling(self._seconds)

    def _show(self, done):
        if self._bar is None:
            bar: Any = click.progressbar(
                length=self._paths,
                label=f"Simulating {paths_in_words(self._paths)} paths",
                width=BAR_WIDTH,
                show_eta=False,  # Click's counts what was done before
                item_show_func=lambda text: text,
                file=sys.stderr,
            )
            self._bar = self._stack.enter_context(bar)
        left = pace(done - self._resumed, monotonic() - self._idle, self._paths - done)
        self._bar.update(done - self._bar.pos, left)


def paths_in_words(count: int) -> str:
    """The number to three digits, as people say it: 1.5 billion."""
    for size, word in SCALES:
        if count >= 0.9995 * size:  # else three digits would be 1,000 of the next smaller
            return f"{count / size:.3g} {word}"
    return f"{count:,}"


def pace(done: int, seconds: float, left: int) -> str:
    """How fast `done` paths came in `seconds`, and how long those that are left will take."""
    rate = done / max(seconds, 1e-3)
    speed = f"{rate / 1e6:.{0 if rate >= 1e8 else 1}f}M/s" if rate >= 1e5 else f"{rate:,.0f}/s"
    return f"{speed}, {time_in_words(left / rate)} left"


def time_in_words(seconds: float) -> str:
    """The time in its two greatest units."""
    if seconds >= 1000 * DAY:
        return "years"
    whole = round(seconds)
    for size, unit, smaller, part in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // smaller} {part}"
    return f"{whole} s"


@contextmanager
def counting(count: int, label: str, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A callback that hears how many of `count` are done: a progress bar on a terminal."""
    if quiet or not on_terminal():
        yield None
        return
    with click.progressbar(length=count, label=label, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)
