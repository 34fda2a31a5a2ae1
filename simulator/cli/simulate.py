"""letf simulate."""

import click

from simulator.cli import options as opt
from simulator.cli.checkpoint import CHECKPOINT, load_checkpoint, told
from simulator.cli.market import load_market
from simulator.cli.progress import progress
from simulator.cli.types import FIGURE_FILE, RESULT_FILE

COMPILE_SECONDS = 30


@click.command()
@opt.options(opt.MARKET, opt.ACCEPT_JUMPS, opt.FUNDS, opt.RUN, opt.CLUSTER)
@click.option("--output", type=RESULT_FILE, metavar="FILE", help="Write .npz (for letf plot), .json, .csv or .parquet.")
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the ridges as .png, .svg or .pdf.")
@opt.options(CHECKPOINT, opt.JSON, opt.QUIET)
def simulate(
    market, as_of, vol_index, drift, regime, vol, scale_vol, accept_jumps, tickers, funds_file, horizon, paths, seed,
    rate, threads, cluster, output, figure, checkpoint, resume, as_json, quiet,
):  # fmt: skip
    """Simulate funds over holding periods: returns, divergence from L times the index, and why.

    \b
    letf simulate --fund TNA --horizon 5,21,63 --regime crisis
    letf simulate --vol 30% --plot ridges.png --output result.npz
    letf simulate --as-of IWM.csv --horizon 21,42,63
    letf simulate --paths 1e9 --horizon 63 --checkpoint run.ckpt --resume
    """
    kept = load_checkpoint(checkpoint, resume, (output, figure))
    funds = opt.load_funds(tickers, funds_file)
    chosen = load_market(
        market, drift, regime, vol, scale_vol, as_of, vol_index,
        index=funds[0].index, accept_jumps=accept_jumps, quiet=quiet,
    )  # fmt: skip
    spec = opt.load_simulation(chosen, funds, horizon, paths, seed, rate)

    from simulator.engine.memory import threads_that_fit
    from simulator.engine.simulate import simulate
    from simulator.engine.starts import simulate_starts, starts_of

    threads_that_fit(spec, 1, results=1 + len(starts_of(spec)))  # refused before the run, not after it
    with told(kept, spec.paths, quiet), progress(spec.paths, quiet, COMPILE_SECONDS, kept) as on_progress:
        result = simulate(spec, threads=threads, cluster=cluster, checkpoint=kept, on_progress=on_progress)
        starts = simulate_starts(spec, threads=threads)

    from simulator.exact import check
    from simulator.files import write_atomically
    from simulator.output.document import encode, to_json
    from simulator.output.table import to_text

    checked = check(result)
    if checked and not checked.passed and not quiet:
        click.echo(f"Warning: a moment lies {checked.max_abs_z:.1f} exact standard errors off.", err=True)
    if output:
        write_atomically(output, encode(result, checked, output.suffix.lower(), starts))
    if figure:
        _draw(result, figure)
    click.echo(to_json(result, checked, starts) if as_json else to_text(result, checked, starts), nl=False)


def _draw(result, path):
    from simulator.files import write_atomically
    from simulator.output.files import figure_bytes
    from simulator.output.plot import draw

    write_atomically(path, figure_bytes(draw(result), path.suffix.lower()))
