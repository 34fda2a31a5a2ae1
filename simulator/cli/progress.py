"""What stderr hears while a command works; nothing where it is no terminal, but for a word on compiling."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from time import monotonic

import click

SHOW_ABOVE = 2**22  # paths; fewer are done before a bar is read
PATIENCE = 1.5  # seconds; a compiled kernel has finished many blocks by then


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
def progress(paths: int, quiet: bool, seconds: int) -> Iterator[Callable[[int], None] | None]:
    """A callback for `simulate`: a progress bar on a terminal, and a word when nothing is done for it compiles.

    A kernel is compiled once a machine and kind of market, for about `seconds`.
    """
    if quiet:
        yield None
        return
    begun, noted = monotonic(), False
    shown = paths >= SHOW_ABOVE and on_terminal()
    with click.progressbar(length=paths, label="Simulating", file=sys.stderr) if shown else nullcontext() as bar:

        def hear(done):
            nonlocal noted
            if done == 0 and not noted and monotonic() - begun > PATIENCE:
                noted = True
                note_compiling(seconds)
            if bar and done:
                bar.update(done - bar.pos)

        yield hear


@contextmanager
def counting(count: int, label: str, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A callback that hears how many of `count` are done: a progress bar on a terminal."""
    if quiet or not on_terminal():
        yield None
        return
    with click.progressbar(length=count, label=label, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)
