"""letf compare."""

from pathlib import Path

import click

from simulator.cli import options as opt
from simulator.cli.market import load_market
from simulator.cli.notes import tell
from simulator.cli.progress import progress
from simulator.cli.types import FIGURE_FILE, FRACTION, INPUT_FILE, POSITIVE, WHOLE, BorrowFee, OutputFile

COMPILE_SECONDS = 20
DEFAULT_HOLD = 20  # trading days
DEFAULT_PATHS = 65_536
MARKET = Path("iwm-spy-ensemble")  # the built-in market of `letf risk`, with SPY beside IWM

CHOICE = (
    click.option("--hold", type=WHOLE, metavar="DAYS", help=f"Trading days. [{DEFAULT_HOLD}]"),
    click.option("--structure", "names", multiple=True, metavar="NAME", help="One of the list; repeatable. [all]"),
    click.option(
        "--structures",
        "file",
        type=INPUT_FILE,
        metavar="FILE",
        help="Structures TOML in the place of the built-in ones.",
    ),
    click.option("--against", metavar="NAME", help="The structure that the others are held against. [the first]"),
    click.option("--exits", is_flag=True, help="Sell at the stops and targets of the list, looked at at closes."),
    click.option(
        "--list", "listed", is_flag=True, help="List the structures and what a dollar at risk is; run nothing."
    ),
)
COSTS = (
    click.option("--iv", type=POSITIVE, metavar="V", help="Implied volatility at the money. [the expected one + 10%]"),
    click.option(
        "--borrow", type=BorrowFee(), multiple=True, metavar="TICKER=FEE", help="Fee of borrowing a year, TNA=5%."
    ),
    click.option("--loan-spread", type=FRACTION, metavar="R", help="What a loan costs over the rate a year. [1.5%]"),
    click.option("--second-drift", type=FRACTION, metavar="D", help="Growth of the second index a year. [market's]"),
)
PATHS = click.option("--paths", type=WHOLE, metavar="N", help=f"Simulated paths. [{DEFAULT_PATHS}]")


@click.command()
@opt.options(CHOICE, COSTS, opt.market_options(MARKET), opt.ACCEPT_JUMPS, opt.FUNDS[1])
@opt.options(PATHS, opt.SEED, opt.RATE, opt.THREADS)
@click.option("--output", type=OutputFile(".json"), metavar="FILE", help="Write what --json prints.")
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the laws as .png, .svg or .pdf.")
@opt.options(opt.JSON, opt.QUIET)
def compare(
    hold, names, file, against, exits, listed, iv, borrow, loan_spread, second_drift, market, as_of, vol_index, drift,
    regime, vol, scale_vol, accept_jumps, funds_file, paths, seed, rate, threads, output, figure, as_json, quiet,
):  # fmt: skip
    """Other ways to take the view, on the same paths: funds, margin, pairs, hedges, a call spread, shorts.

    The view is the market's: --drift, --regime, --vol, --as-of, and --second-drift for its second index.

    \b
    letf compare --hold 20
    letf compare --drift 30% --vol 20% --against TNA --exits
    letf compare --structure TNA --structure "IWM on margin 3x" --plot laws.png
    letf compare --list
    """
    from simulator.spec.usual import read_structures, usual_structures

    chosen = (read_structures(file) if file else usual_structures()).called(names)
    if listed:
        click.echo(_listing(chosen, as_json), nl=False)
        return
    from simulator.spec.files import known_funds

    found = load_market(
        market or MARKET, drift, regime, vol, scale_vol, as_of, vol_index,
        accept_jumps=accept_jumps, quiet=quiet,
    )  # fmt: skip
    from simulator.spec.lineup import comparison, fitting, with_second_drift

    if second_drift is not None:
        found = with_second_drift(found, second_drift)
    fees = _fees(borrow)
    known, left_out = known_funds(funds_file)[1], list[str]()
    if not (file or names):
        chosen, left_out = fitting(chosen, found, known)
    given = {"seed": seed, "rate": rate, "loan_spread": loan_spread}
    spec = comparison(
        chosen, found, known, exits=exits, implied_vol=iv, borrow_fees=fees,
        hold=DEFAULT_HOLD if hold is None else hold, paths=DEFAULT_PATHS if paths is None else paths,
        **{name: value for name, value in given.items() if value is not None},
    )  # fmt: skip
    from simulator.risk.compare import compare

    with progress(spec.paths, quiet, COMPILE_SECONDS) as on_progress:
        compared = compare(spec, against=against, threads=threads, on_progress=on_progress)

    from simulator.files import write_atomically
    from simulator.output.compare_document import to_json
    from simulator.output.compare_report import report

    tell()
    if output:
        write_atomically(output, to_json(compared, left_out).encode())
    if figure:
        _draw(compared, figure)
    click.echo(to_json(compared, left_out) if as_json else report(compared, left_out), nl=False)


def _fees(given):
    """The fees of --borrow by ticker."""
    fees = dict(given)
    if len(fees) < len(given):
        raise click.UsageError(f"--borrow names a ticker twice, of {', '.join(name for name, _ in given)}; once each.")
    return fees


def _listing(chosen, as_json):
    from simulator.output.structures_listing import listing, listing_json

    return listing_json(chosen) if as_json else listing(chosen)


def _draw(compared, path):
    from simulator.files import write_atomically
    from simulator.output.files import figure_bytes
    from simulator.output.plot_compare import draw_compared

    write_atomically(path, figure_bytes(draw_compared(compared), path.suffix.lower()))
