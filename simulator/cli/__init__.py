"""The command line: one file a command, found by name and imported only when asked for."""

import gc
import logging
import os
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from simulator.cli import memory, signals
from simulator.cli.hints import way_out
from simulator.cli.streams import Unfailing
from simulator.errors import LetfError, Terminated

COMMANDS = (
    *("simulate", "risk", "rare", "compare", "stress", "flow", "triggers"),
    *("plot", "calibrate", "replay", "score", "fetch", "funds", "markets", "bench"),
)
BAD_INPUT = 2
COLLECT_AFTER = (200_000, 20, 20)  # objects; to look for cycles in all that libraries make takes a tenth of a second


class Commands(click.Group):
    """A group whose commands are the functions of the same name in the modules of this package."""

    def list_commands(self, ctx):
        return list(COMMANDS)

    def get_command(self, ctx, cmd_name):
        if cmd_name not in COMMANDS:
            return None
        return getattr(import_module(f"simulator.cli.{cmd_name}"), cmd_name)

    def make_context(self, *args, **more):
        try:
            return super().make_context(*args, **more)
        except Terminated:
            raise click.exceptions.Exit(signals.exit_code()) from None

    def resolve_command(self, ctx, args):
        name, command, rest = super().resolve_command(ctx, args)
        if name and not set(rest) & set(ctx.help_option_names):
            memory.require(name)
        return name, command, rest

    def invoke(self, ctx):
        try:
            super().invoke(ctx)
            if sys.stdout:
                sys.stdout.flush()
        except BrokenPipeError:  # whoever read the output has had enough; Click would exit with 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except Terminated:  # Click would end the line on stderr, as after ^C on a terminal
            ctx.exit(signals.exit_code())


@click.command(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="letf", message="letf %(version)s")
@click.pass_context
def letf(ctx):
    """How far may a daily-reset leveraged ETF end from its multiple of the index?

    Simulates TNA (3x) and TZA (-3x) against volatility regimes of IWM, calibrated on real prices, with the Monte
    Carlo error of every figure.

    \b
    letf simulate                     the divergence from 3x and -3x for holds of 1 to 252 days
    letf simulate --regime crisis     the same, beginning in a crisis
    letf calibrate IWM.csv            fit the regimes to your own prices
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the command line and leave with its exit code: the one place where errors become a line and a code."""
    try:
        signals.listen()
        _prepare()
        code = letf.main(standalone_mode=False) or 0
    except click.UsageError as error:
        code = _fail(error.format_message(), way_out(sys.argv[1:], error))
    except click.ClickException as error:
        code = _fail(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        code = signals.exit_code()
    except Exception as error:
        code = _fail(_line(error))
    signals.end_at_once()
    gc.freeze()  # to look for cycles once more at exit, in all that libraries made, takes a third of a second
    sys.exit(code)


def _prepare() -> None:
    gc.set_threshold(*COLLECT_AFTER)
    os.environ["MPLBACKEND"] = "agg"  # a notebook's own backend cannot draw here
    for library in ("OPENBLAS", "MKL"):  # sums split over cores end in other bits on every machine, and so do fits
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # which folders it may not write is no answer
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    if sys.stderr:
        sys.stderr = Unfailing(sys.stderr)


def _line(error: Exception) -> str:
    """What to say of it; raises again what is a mistake of ours."""
    if isinstance(error, LetfError):
        return str(error)
    if memory.ran_out(error):
        return memory.RAN_OUT
    if isinstance(error, OSError):
        sys.stdout = None  # nothing more to flush at exit
        return f"{error.filename or 'cannot write the output'}: {error.strerror}"
    raise error


def _fail(message: str, hint: str = "") -> int:
    if hint:
        message = message.rstrip(". ")
        message += f"{'' if message.endswith('?') else '.'} {hint}"
    line = " ".join(message.split())
    click.echo(f"Error: {line}", err=True)
    return BAD_INPUT
