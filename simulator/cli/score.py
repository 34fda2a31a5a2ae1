"""letf score."""

import re

import click

from simulator.cli import options as opt
from simulator.cli.progress import progress
from simulator.cli.records import RATES, check_rates, funds_of, load_rates
from simulator.cli.types import DAYS, FIGURE_FILE, FRACTION, PRICES, WHOLE, OutputFile

COMPILE_SECONDS = 30
SCORE_FILE = OutputFile(".json", ".csv", ".parquet")


class Month(click.ParamType):
    """A calendar month, YYYY-MM."""

    name = "month"

    def convert(self, value, param, ctx):
        import numpy as np

        if isinstance(value, np.datetime64):
            return value
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
            self.fail(f"{value!r} is no month; write YYYY-MM", param, ctx)
        return np.datetime64(value, "M")


class Names(click.ParamType):
    """A comma list of names."""

    name = "names"

    def convert(self, value, param, ctx):
        return value if isinstance(value, tuple) else tuple(part.strip().lower() for part in value.split(","))


@click.command()
@click.option("--index", type=PRICES, required=True, metavar="FILE", help="Prices of the index: a file or a ticker.")
@click.option(
    "--fund-prices",
    type=PRICES,
    multiple=True,
    required=True,
    metavar="FILE",
    help="Prices of a fund; repeatable, as --fund in order.",
)
@click.option("--fund", "tickers", multiple=True, metavar="TICKER", help="Their funds. [what the files are called]")
@opt.options(opt.FUNDS[1])
@opt.options(RATES)
@click.option("--vol-index", type=PRICES, metavar="FILE", help="A volatility index in points that models may use.")
@click.option("--models", type=Names(), metavar="LIST", help="Models, as a,b, beside gbm, ewma, gjr. [all]")
@click.option("--horizon", type=DAYS, multiple=True, metavar="DAYS", help="Holding periods. [5,21,42,63,126]")
@click.option("--from", "start", type=Month(), metavar="MONTH", help="First month that a hold begins in, YYYY-MM.")
@click.option("--to", "end", type=Month(), metavar="MONTH", help="Last month that a hold begins in.")
@click.option("--drift", type=FRACTION, metavar="D", help="Index growth a year in every model. [8%]")
@click.option("--cost", type=FRACTION, metavar="C", help="What a fund costs a year over the short rate. [1.85%]")
@click.option("--paths", type=WHOLE, metavar="N", help="Simulated paths an origin. [16384]")
@click.option("--seed", type=WHOLE, metavar="N", help="Seed of the random numbers. [1]")
@click.option("--threads", type=WHOLE, metavar="N", help="Threads; the score is the same at any. [cores]")
@opt.options(opt.ACCEPT_JUMPS)
@click.option("--output", type=SCORE_FILE, metavar="FILE", help="Write .json, or every forecast as .csv or .parquet.")
@click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the track record: .png, .svg or .pdf.")
@opt.options(opt.JSON, opt.QUIET)
def score(
    index, fund_prices, tickers, funds_file, rates, rates_unit, rates_kind, rate, vol_index, models, horizon, start,
    end, drift, cost, paths, seed, threads, accept_jumps, output, figure, as_json, quiet,
):  # fmt: skip
    """Score forecasts of past months, each made with what was known then, against what the funds did.

    \b
    letf score --index IWM.csv --fund-prices TNA.csv --fund-prices TZA.csv --rates DFF.csv
    letf score --index IWM --fund-prices TNA --fund TNA --models default --plot track-record.png
    """
    check_rates(rates, rates_unit, rates_kind, rate)
    funds = funds_of(fund_prices, tickers, funds_file)

    from simulator.files import write_atomically
    from simulator.history import score as scoring
    from simulator.history.forecasters import FORECASTERS, find_forecasters
    from simulator.history.prices import read_prices
    from simulator.history.record import make_record
    from simulator.history.verdict import judge
    from simulator.history.vol_index import read_vol_index
    from simulator.output.score_document import encode, to_json
    from simulator.output.score_report import report

    forecasters = find_forecasters(models or FORECASTERS)
    index_prices = read_prices(index, accept_jumps=accept_jumps)
    record = make_record(
        index_prices,
        tuple(read_prices(path, accept_jumps=accept_jumps) for path in fund_prices),
        funds,
        rates=load_rates(rates, rates_unit, rates_kind, rate),
        vol_index=read_vol_index(vol_index, index_prices) if vol_index else None,
        accept_jumps=accept_jumps,
    )
    origins = scoring.find_origins(record, start, end)
    given = {
        "horizons": tuple(day for days in horizon for day in days) or None,
        "drift": drift,
        "cost": cost,
        "paths": paths,
        "seed": seed,
        "threads": threads,
    }
    given = {name: value for name, value in given.items() if value is not None}
    work = len(origins.at) * len(forecasters) * given.get("paths", scoring.DEFAULT_PATHS)
    with progress(work, quiet, COMPILE_SECONDS) as on_progress:
        verdict = judge(scoring.score(record, origins, forecasters, on_progress=on_progress, **given))
    if not quiet:
        _notes(record)
    if output:
        write_atomically(output, encode(verdict, output.suffix.lower()))
    if figure:
        _draw(verdict, figure)
    click.echo(to_json(verdict) if as_json else report(verdict), nl=False)


def _notes(record):
    from simulator.history.rates import Rates

    for prices in (record.index, *record.fund_prices):
        click.echo(f"Note: {prices.note()}", err=True)
    for note in record.rates.notes if isinstance(record.rates, Rates) else ():
        click.echo(f"Note: {note}", err=True)


def _draw(verdict, path):
    from simulator.files import write_atomically
    from simulator.output.files import figure_bytes
    from simulator.output.plot_score import track_record

    write_atomically(path, figure_bytes(track_record(verdict), path.suffix.lower()))
