"""What stderr hears while a command works; nothing where it is no terminal, but for a word on compiling."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

SHOW_ABOVE = 2**22  # paths; fewer are done before a bar is read


def note_compiling(seconds: int) -> None:
    """Say that the first run compiles, for it takes longer than any later one."""
    click.echo(f"Compiling for this machine, once; about {seconds} seconds ...", err=True)


@contextmanager
def progress(paths: int, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """A callback that draws a progress bar on a terminal, or None."""
    if quiet or paths < SHOW_ABOVE or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=paths, label="Simulating", file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)
