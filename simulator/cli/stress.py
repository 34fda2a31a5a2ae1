"""letf stress."""

from pathlib import Path

import click

from simulator.cli import options as opt
from simulator.cli.market import load_market
from simulator.cli.notes import keep, tell
from simulator.cli.progress import progress
from simulator.cli.types import FIGURE_FILE, GAIN, INPUT_FILE, SHARE, WHOLE, OutputFile

COMPILE_SECONDS = 20
DEFAULT_PATHS = 32_768
MARKET = Path("iwm-spy")  # the built-in one that has regimes, which scenarios set, and two indexes

WHICH = (
    click.option(
        "--scenario", "file", type=INPUT_FILE, metavar="FILE", help="Scenarios TOML in the place of the built-in ones."
    ),
    click.option(
        "--prices", type=INPUT_FILE, metavar="FOLDER", help="Replay real days from these prices, IWM.csv and so on."
    ),
    click.option("--list", "listed", is_flag=True, help="List the scenarios and what they assume; run nothing."),
)
HOLD = (
    click.option("--hold", type=WHOLE, metavar="DAYS", help="Trading days, 1 to 252. [20]"),
    click.option("--stop", type=SHARE, metavar="S", help="Sell a fund at this loss since entry, at closes. [12%]"),
    click.option("--no-stop", is_flag=True, help="Sell at no loss."),
    click.option("--target", type=GAIN, metavar="T", help="Sell a fund at this gain since entry, at closes."),
)
PATHS = click.option("--paths", type=WHOLE, metavar="N", help=f"Simulated paths, of each scenario. [{DEFAULT_PATHS}]")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@opt.options(WHICH, HOLD, opt.market_options(MARKET), opt.ACCEPT_JUMPS, opt.FUNDS)
@opt.options(PATHS, opt.SEED, opt.RATE, opt.THREADS)
@click.option("--output", type=OutputFile(".json"), metavar="FILE", help="Write what --json prints.")
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the holds as .png, .svg or .pdf.")
@opt.options(opt.JSON, opt.QUIET)
def stress(
    names, file, prices, listed, hold, stop, no_stop, target, market, as_of, vol_index, drift, regime, vol, scale_vol,
    accept_jumps, tickers, funds_file, paths, seed, rate, threads, output, figure, as_json, quiet,
):  # fmt: skip
    """What days that history has few of do to TNA and TZA: that day, over the hold, and to stops.

    Each scenario is held against the same hold without it, on the same random numbers. With a NAME that scenario is
    told in detail. The market is iwm-spy unless --market names another; --as-of says where it stands.

    \b
    letf stress
    letf stress fed-50 --hold 10 --stop 15%
    letf stress 2020-03 --prices FOLDER
    letf stress --list
    """
    from simulator.spec.scenarios import find_scenarios, preset_scenarios, read_scenarios

    if stop is not None and no_stop:
        raise click.UsageError("--stop and --no-stop contradict each other; give one of them.")
    known = read_scenarios(file) if file else preset_scenarios()
    scenarios = find_scenarios(names, known) if names else known
    if prices and all(scenario.replay is None for scenario in scenarios):
        raise click.UsageError("--prices replays real days, and none of these scenarios has any; leave it out.")
    if listed:
        click.echo(_listing(scenarios, as_json), nl=False)
        return
    chosen = load_market(
        market or MARKET, drift, regime, vol, scale_vol, as_of, vol_index,
        accept_jumps=accept_jumps, quiet=quiet,
    )  # fmt: skip
    from simulator.spec.stress import StressTest

    funds = opt.load_funds(tickers, funds_file)
    given = {"hold": hold, "stop": stop, "target": target, "paths": paths, "seed": seed, "rate": rate}
    told = {name: value for name, value in given.items() if value is not None} | ({"stop": None} if no_stop else {})
    test = StressTest(market=chosen, funds=funds, **told)

    from simulator.risk.stress import paths_of, stress

    with progress(paths_of(test, scenarios), quiet, COMPILE_SECONDS) as on_progress:
        found = stress(test, scenarios, prices=prices, leave_out=not names, threads=threads, on_progress=on_progress)
    if found.left_out and not quiet:
        names = ", ".join(name for name, _ in found.left_out)
        keep(f"Note: without {names}, which cannot happen in this hold and market")

    from simulator.files import write_atomically
    from simulator.output.stress_document import to_json
    from simulator.output.stress_report import report

    drawn = _drawn(found, figure) if figure else b""
    tell()
    if output:
        write_atomically(output, to_json(found).encode())
    if figure:
        write_atomically(figure, drawn)
    click.echo(to_json(found) if as_json else report(found), nl=False)


def _listing(scenarios, as_json):
    from simulator.output.stress_document import listing_json
    from simulator.output.stress_report import listing

    return listing_json(scenarios) if as_json else listing(scenarios)


def _drawn(found, path):
    from simulator.output.files import figure_bytes
    from simulator.output.plot_stress import draw_stress

    return figure_bytes(draw_stress(found), path.suffix.lower())
