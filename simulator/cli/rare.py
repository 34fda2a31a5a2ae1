"""letf rare."""

import click

from simulator.cli import options as opt
from simulator.cli.market import load_market
from simulator.cli.notes import tell
from simulator.cli.progress import progress
from simulator.cli.types import SHARE, WHOLE, OutputFile

COMPILE_SECONDS = 5
DEFAULT_HOLD = 21  # trading days


@click.command()
@click.argument("ticker")
@click.option("--hold", type=WHOLE, metavar="DAYS", help=f"Trading days, 1 to 252. [{DEFAULT_HOLD}]")
@click.option(
    "--loss", "losses", type=SHARE, multiple=True, metavar="X", help="A loss, 45% or 0.45; repeatable. [20% to 90%]"
)
@opt.options(opt.MARKET, opt.ACCEPT_JUMPS, opt.FUNDS[1], opt.PATHS, opt.SEED, opt.RATE, opt.THREADS)
@click.option("--output", type=OutputFile(".json"), metavar="FILE", help="Write what --json prints.")
@opt.options(opt.JSON, opt.QUIET)
def rare(
    ticker, hold, losses, market, as_of, vol_index, drift, regime, vol, scale_vol, accept_jumps, funds_file, paths,
    seed, rate, threads, output, as_json, quiet,
):  # fmt: skip
    """How likely the fund TICKER loses so much that a plain run hardly sees it, at the end and at any close.

    Importance sampling: paths are drawn from laws under which the loss is common, and weighed by how rare they are.
    For markets of regimes with normal days.

    \b
    letf rare TNA --hold 20
    letf rare TZA --hold 63 --loss 50% --loss 75% --regime crisis
    """
    from simulator.spec.files import find_funds, known_funds

    (fund,) = find_funds((ticker,), known_funds(funds_file)[1])
    chosen = load_market(
        market, drift, regime, vol, scale_vol, as_of, vol_index,
        index=fund.index, accept_jumps=accept_jumps, quiet=quiet,
    )  # fmt: skip
    spec = opt.make_simulation(chosen, (fund,), [DEFAULT_HOLD if hold is None else hold], paths, seed, rate)

    from simulator.files import write_atomically
    from simulator.output.rare_report import report, to_json
    from simulator.risk.rare import LOSSES, paths_of, rare_losses

    with progress(paths_of(spec), quiet, COMPILE_SECONDS) as on_progress:
        found = rare_losses(spec, losses=losses or LOSSES, threads=threads, on_progress=on_progress)
    tell()
    if output:
        write_atomically(output, to_json(found).encode())
    click.echo(to_json(found) if as_json else report(found), nl=False)
