"""The options of a run that outlives its process, and what is told of it."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli import signals
from simulator.cli.progress import on_terminal
from simulator.cli.types import CHECKPOINT_FILE
from simulator.errors import LetfError

if TYPE_CHECKING:
    from simulator.engine.checkpoint import Checkpoint

CHECKPOINT = (
    click.option(
        "--checkpoint",
        type=CHECKPOINT_FILE,
        metavar="FILE",
        help="Keep what is done in FILE, for --resume to go on with.",
    ),
    click.option("--resume", is_flag=True, help="Go on with what the checkpoint keeps, or begin it."),
)


def load_checkpoint(path: Path | None, resume: bool, others: tuple[Path | None, ...]) -> "Checkpoint | None":
    """The checkpoint that the options of `CHECKPOINT` name, which none of the `others` that are written may be."""
    if path is None:
        if resume:
            raise LetfError("--resume needs --checkpoint FILE, the file to go on with")
        return None
    if path.resolve() in [other.resolve() for other in others if other]:
        raise LetfError(f"{path}: named as checkpoint and as output; choose two files")
    from simulator.engine.checkpoint import Checkpoint

    return Checkpoint(path, resume=resume, on_failure=lambda line: click.echo(f"Warning: {line}", err=True))


@contextmanager
def told(checkpoint: "Checkpoint | None", paths: int, quiet: bool) -> Iterator[None]:
    """A context for the run, of so many paths, at whose end stderr hears what the checkpoint keeps."""
    if checkpoint is None or quiet:
        yield
        return
    try:
        yield
    except (KeyboardInterrupt, MemoryError) as error:
        if checkpoint.paths is not None:
            _tell_stop(checkpoint, checkpoint.paths, paths)
            if isinstance(error, KeyboardInterrupt):  # Click would add an empty line
                click.get_current_context().exit(signals.exit_code())
        raise
    if checkpoint.paths == paths != checkpoint.resumed:
        click.echo(f"Note: {checkpoint.path} keeps the finished run: with --resume it is answered at once", err=True)


def _tell_stop(checkpoint, done, paths):
    again = shlex.join(_again(checkpoint.resume))
    if on_terminal():  # it shows ^C
        click.echo(err=True)
    share = f"{100 * done // paths} % ({done:,} of {paths:,} paths)"
    click.echo(f"Stopped; {checkpoint.path} keeps {share}; to go on: {again}", err=True)


def _again(resumes: bool) -> list[str]:
    """This command, with --resume right behind its name."""
    program, *rest = sys.argv
    found = shutil.which("letf")
    if found and os.path.exists(program) and os.path.samefile(found, program):
        program = "letf"
    at = rest.index(click.get_current_context().info_name or "") + 1
    return [program, *rest[:at], *([] if resumes else ["--resume"]), *rest[at:]]
