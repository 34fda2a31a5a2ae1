"""letf triggers."""

from pathlib import Path
from typing import Any, NamedTuple

import click

from simulator.cli import options as opt
from simulator.cli.types import DAYS, FIGURE_FILE, FRACTION, INPUT_FILE, PRICES, WHOLE, OutputFile
from simulator.errors import LetfError

INDEX, SECOND, FUNDS = "IWM", "SPY", ("TNA", "TZA")
ALL = (INDEX, SECOND, *FUNDS)
KEYS = {"rise": FRACTION, "days": WHOLE, "lag": WHOLE, "name": click.STRING}


class RiseGiven(NamedTuple):
    """What --series says: the file, and the fields of `history.rise.Rise`."""

    path: Path
    fields: dict[str, Any]


class RiseType(click.ParamType):
    """FILE:rise=X,days=N with lag=N and name=NAME where wanted; a rise of 5% is relative, one of 5 in units."""

    name = "series"

    def convert(self, value, param, ctx):
        if isinstance(value, RiseGiven):
            return value
        file, _, text = value.rpartition(":")
        parts = [part.strip().partition("=")[::2] for part in text.split(",")]
        given = dict(parts)
        if not file or "rise" not in given or "days" not in given:
            self.fail(f"{value!r}: write FILE:rise=X,days=N, as DGS10.csv:rise=0.25,days=20", param, ctx)
        if len(given) < len(parts):
            self.fail(f"{value!r} gives a key twice; give each once", param, ctx)
        for key in given:
            if key not in KEYS:
                self.fail(f"{value!r}: unknown {key!r}; known: {', '.join(KEYS)}", param, ctx)
        relative = given["rise"].strip().endswith("%")
        fields = {key: KEYS[key].convert(text, param, ctx) for key, text in given.items() if key != "rise"}
        amount = FRACTION.convert(given["rise"], param, ctx) if relative else self._number(given["rise"], param, ctx)
        path = Path(file)
        return RiseGiven(path, {"name": path.stem.lower(), **fields, "amount": amount, "relative": relative})

    def _number(self, text, param, ctx):
        try:
            return float(text)
        except ValueError:
            self.fail(f"rise {text!r} is not a number; write 0.25 in the units of the file, or 5%", param, ctx)


@click.command()
@click.option(
    "--prices",
    "folder",
    type=INPUT_FILE,
    metavar="FOLDER",
    help="Folder of IWM.csv, SPY.csv, TNA.csv, TZA.csv. [fetched]",
)
@click.option("--trigger", "names", multiple=True, metavar="NAME", help="A trigger, told in full; repeatable. [all]")
@click.option(
    "--series",
    type=RiseType(),
    multiple=True,
    metavar="FILE:rise=X,days=N",
    help="A series of your own that rises by X (5%: relative; below 0: a fall) over N trading days; ,lag=N: trading "
    "days until it is published [1]; ,name=NAME. Repeatable.",
)
@click.option("--horizon", type=DAYS, multiple=True, metavar="DAYS", help="Holding periods. [5,10,21,42]")
@click.option("--seed", type=WHOLE, metavar="N", help="Seed of the resamples. [1]")
@opt.options(opt.ACCEPT_JUMPS)
@click.option("--output", type=OutputFile(".json"), metavar="FILE", help="Write what --json prints.")
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the differences: .png, .svg or .pdf.")
@opt.options(opt.JSON, opt.QUIET)
def triggers(folder, names, series, horizon, seed, accept_jumps, output, figure, as_json, quiet):
    """What TNA, TZA and IWM against SPY did after triggers that people trade on, against all days.

    IWM over its 20-day EMA, its 50- and 200-day averages and all three, SPY down 3 % in 5 days, each as a state and as
    the day it begins; and any dated series of yours. Intervals are by block bootstrap.

    \b
    letf triggers --prices data
    letf triggers --prices data --trigger cross-ema20 --trigger spy-fall --plot triggers.png
    letf triggers --prices data --series DGS10.csv:rise=0.25,days=20,name=10-year
    """
    from simulator.files import write_atomically
    from simulator.history.trigger_study import HOLDS, study
    from simulator.history.triggers import find_triggers, usual_triggers
    from simulator.output.triggers_document import to_json
    from simulator.output.triggers_report import report

    closes = _closes(folder, accept_jumps, quiet)
    usual = usual_triggers(closes)
    chosen = find_triggers(names, usual) if names else usual
    brought = _brought(series, closes, {trigger.name for trigger in chosen})
    holds = [day for days in horizon for day in days] or HOLDS
    found = study(closes, (*chosen, *brought), holds, **({} if seed is None else {"seed": seed}))
    if output:
        write_atomically(output, to_json(found).encode())
    if figure:
        _draw(found, figure)
    detailed = [*names, *(trigger.name for trigger in brought)]
    click.echo(to_json(found) if as_json else report(found, detailed), nl=False)


def _closes(folder, accept_jumps, quiet):
    """The prices of the four, from their folder or fetched before."""
    from simulator.history.closes import make_closes
    from simulator.history.prices import read_prices
    from simulator.spec.files import find_funds, preset_funds

    if folder and folder.is_file():
        raise LetfError(f"{folder}: is a file; give the folder of {', '.join(f'{name}.csv' for name in ALL)}")
    context = click.get_current_context()
    paths = [folder / f"{name}.csv" if folder else PRICES.convert(name, None, context) for name in ALL]
    index, second, *funds = (read_prices(path, accept_jumps=accept_jumps) for path in paths)
    if not quiet:
        for prices in (index, second, *funds):
            click.echo(f"Note: {prices.note()}", err=True)
    known = find_funds(FUNDS, preset_funds())
    return make_closes(index, second, SECOND, tuple(funds), known, accept_jumps=accept_jumps)


def _brought(series, closes, taken):
    """The triggers of --series, two each, under names of their own."""
    from simulator.history.rise import Rise, rise_trigger

    brought = []
    for given in series:
        for trigger in rise_trigger(given.path, Rise(**given.fields), closes.dates, closes.first):
            if trigger.name in taken:
                raise LetfError(f"two triggers are called {trigger.name!r}; give the --series another with ,name=NAME")
            taken.add(trigger.name)
            brought.append(trigger)
    return brought


def _draw(found, path):
    from simulator.files import write_atomically
    from simulator.output.files import figure_bytes
    from simulator.output.plot_triggers import draw_triggers

    write_atomically(path, figure_bytes(draw_triggers(found), path.suffix.lower()))
