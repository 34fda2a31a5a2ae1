"""letf calibrate."""

import click

from simulator.cli import options as opt
from simulator.cli.progress import note_compiling
from simulator.cli.types import DAY, DRIFT, FIGURE_FILE, MARKET_FILE, PRICES, WHOLE

COMPILE_SECONDS = 4


@click.command()
@click.argument("prices", type=PRICES)
@click.option("--regimes", type=WHOLE, default=3, metavar="K", help="Number of volatility regimes, 1 to 4. [3]")
@click.option(
    "--innovations",
    type=click.Choice(["normal", "t"]),
    default="normal",
    help="Law of a day within its regime; t: Student-t with fitted degrees of freedom. [normal]",
)
@click.option("--start", type=DAY, metavar="DATE", help="First day of the prices to use, YYYY-MM-DD.")
@click.option("--end", type=DAY, metavar="DATE", help="Last day of the prices to use.")
@click.option("--accept-jumps", is_flag=True, help="Believe daily moves beyond 60 % up or down.")
@click.option(
    "--drift",
    type=DRIFT,
    metavar="D",
    help="Index growth a year in the market, 8% or 0.08: the default short rate, 4 %, and an equity premium of 4 %; "
    "or: regime. [8%]",
)
@click.option(
    "--initial",
    type=click.Choice(["last", "stationary"]),
    default="last",
    help="Where the market starts: the day after the last price, or the regimes' long-run shares. [last]",
)
@click.option("--index", default="IWM", metavar="TICKER", help="The market's index; a fund's must equal it. [IWM]")
@click.option("--name", metavar="NAME", help="The market's name. [iwm-markov3]")
@click.option("--output", type=MARKET_FILE, metavar="FILE", help="Write the market as .toml instead of to stdout.")
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the price by regime: .png, .svg, .pdf.")
@opt.options(opt.JSON, opt.QUIET)
def calibrate(
    prices, regimes, innovations, start, end, accept_jumps, drift, initial, index, name, output, figure, as_json, quiet
):
    """Fit volatility regimes to the daily prices in PRICES and write them as a market.

    PRICES is a CSV or Parquet file, or a ticker that letf fetch has fetched.

    \b
    letf calibrate IWM.csv --output iwm.toml
    letf calibrate IWM.csv --regimes 2 --start 2010-01-01 --plot regimes.png
    """
    from simulator.history.calibrate import calibrate, must_compile
    from simulator.history.prices import read_prices
    from simulator.output.calibration_report import report
    from simulator.output.document import dumps
    from simulator.output.files import write_atomically
    from simulator.spec.files import market_to_toml
    from simulator.spec.model import DEFAULT_DRIFT

    read = read_prices(prices, accept_jumps=accept_jumps).between(start, end)
    if must_compile() and not quiet:
        note_compiling(COMPILE_SECONDS)
    fit = calibrate(read, regimes, innovations)
    market = fit.market(drift=DEFAULT_DRIFT if drift is None else drift, initial=initial, index=index, name=name)
    toml = market_to_toml(market)
    if figure:
        _draw(fit, figure)
    if output:
        write_atomically(output, toml.encode())
    if not quiet:
        for note in (read.note(), *fit.notes()):
            click.echo(f"Note: {note}", err=True)
    if as_json:
        click.echo(dumps(fit.to_dict(market)), nl=False)
    elif output:
        click.echo(report(fit, market), nl=False)
    else:
        click.echo("" if quiet else report(fit, market), nl=False, err=True)
        click.echo(toml, nl=False)


def _draw(fit, path):
    from simulator.output.files import figure_bytes, write_atomically
    from simulator.output.plot_calibration import price_by_regime

    write_atomically(path, figure_bytes(price_by_regime(fit), path.suffix.lower()))
