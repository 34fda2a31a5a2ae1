"""letf fetch."""

import click

from simulator.cli import options as opt
from simulator.cli.types import DAY
from simulator.errors import LetfError


@click.command()
@click.argument("tickers", nargs=-1, required=True, metavar="TICKER...")
@click.option("--start", type=DAY, metavar="DATE", help="First day, YYYY-MM-DD. [1980-01-01: all there is]")
@click.option("--replace", is_flag=True, help="Take the new prices, whatever they change in those that are kept.")
@opt.options(opt.JSON, opt.QUIET)
def fetch(tickers, start, replace, as_json, quiet):
    """Download daily prices of each TICKER from Yahoo Finance, for commands that take prices.

    They lie in the user's cache folder, each beside a record of request, library, time and SHA-256; a day that has not
    ended at the exchange is left out. Prices that are kept stay where a download fails or contradicts them. Needs
    pip install "letf[fetch]". Yahoo's terms hold: for personal use.

    \b
    letf fetch IWM TNA TZA
    letf calibrate IWM                the fetched prices, instead of a file
    letf fetch IWM --start 2010-01-01
    """
    from simulator.history.cached import check_ticker, folder_to_write
    from simulator.history.fetch import FetchError
    from simulator.output.fetched import to_json, to_text

    names = list(dict.fromkeys(check_ticker(ticker) for ticker in tickers))
    folder = folder_to_write()
    fetched, failed = [], []
    for name in names:
        try:
            fetched.append(_keep(name, start, folder, replace, (lambda note: None) if quiet else _tell))
        except FetchError as error:
            failed.append((name, error.reason))
    if as_json:
        click.echo(to_json(folder, fetched, failed), nl=False)
    elif fetched:
        click.echo(to_text(folder, fetched), nl=False)
    if failed:
        by_reason: dict[str, list[str]] = {}
        for name, reason in failed:
            by_reason.setdefault(reason, []).append(name)
        raise LetfError("; ".join(f"{', '.join(names)}: not fetched: {reason}" for reason, names in by_reason.items()))


def _keep(ticker, start, folder, replace, tell):
    """Fetch one ticker and write its files; its record."""
    from simulator.files import write_atomically
    from simulator.history import fetch as history
    from simulator.history.cached import find
    from simulator.history.revision import contradiction
    from simulator.output.document import dumps

    fetched = history.fetch(ticker, start.date() if start else history.FIRST_DAY, hear=tell)
    try:
        old = find(ticker)
    except LetfError:
        tell(f"{ticker}: the prices kept were changed or lost their record; the new ones take their place")
        old = None
    if old and not replace and (against := contradiction(old.content, fetched.content)):
        raise history.FetchError(ticker, f"{against}; the old prices are kept, --replace takes the new")
    if without := fetched.record["days_without_price"]:
        tell(f"{ticker}: days without a price, left out: {len(without)}, the last {without[-1]}")
    path = folder / f"{ticker}.csv"
    write_atomically(path, fetched.content)
    write_atomically(path.with_suffix(".json"), dumps(fetched.record).encode())  # last: it vouches for the other
    return {**fetched.record, "file": str(path)}


def _tell(note):
    click.echo(f"Note: {note}", err=True)
