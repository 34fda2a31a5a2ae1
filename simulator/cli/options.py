"""Options that commands share, and the one place where they become a Simulation."""

from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import notes
from simulator.cli.types import DAYS, DRIFT, FRACTION, INPUT_FILE, POSITIVE, PRICES, WHOLE

if TYPE_CHECKING:
    from simulator.spec.fund import Fund
    from simulator.spec.run import Simulation

DEFAULT_TICKERS = ("TNA", "TZA")


def market_options(default: Path | None = None) -> tuple[Callable, ...]:
    """The options of a market; `default`, where there is one, is a built-in one that --as-of only starts."""
    named, without = "", "the market is fitted to them"
    if default is not None:
        named, without = f" [{default}]", f"{default} starts there"
    return (
        click.option(
            "--market", type=INPUT_FILE, metavar="FILE", help=f"Market TOML, or the name of a built-in market.{named}"
        ),
        click.option(
            "--as-of",
            type=PRICES,
            metavar="PRICES",
            help="Start on the day after the last of these prices, a file or a fetched ticker; without --market "
            f"{without}.",
        ),
        click.option(
            "--vol-index",
            type=PRICES,
            metavar="FILE",
            help="A volatility index in points, as VIX, that sharpens --as-of.",
        ),
        click.option(
            "--drift", type=DRIFT, metavar="D", help="Index growth a year, 8% or 0.08; or: regime. [market's]"
        ),
        click.option("--regime", metavar="NAME", help="Day 1 is in this regime."),
        click.option("--vol", type=POSITIVE, metavar="V", help="Start so that the expected 21-day volatility is V."),
        click.option(
            "--scale-vol",
            type=POSITIVE,
            is_flag=False,
            flag_value=nan,
            metavar="[V]",
            help="The same by scaling all volatilities; alone, to --vol.",
        ),
    )


MARKET = market_options()
FUNDS = (
    click.option("--fund", "tickers", multiple=True, metavar="TICKER", help="A fund; repeatable. [TNA, TZA]"),
    click.option("--funds-file", type=INPUT_FILE, metavar="FILE", help="Funds TOML: adds to the built-in funds."),
)
HORIZON = click.option(
    "--horizon", type=DAYS, multiple=True, metavar="DAYS", help="Holding periods, 5,21,63. [1 to 252]"
)
PATHS = click.option("--paths", type=WHOLE, metavar="N", help="Simulated paths. [262144]")
SEED = click.option("--seed", type=WHOLE, metavar="N", help="Seed of the random numbers. [1]")
RATE = click.option("--rate", type=FRACTION, metavar="R", help="Short rate a year, 4% or 0.04. [4%]")
THREADS = click.option("--threads", type=WHOLE, metavar="N", help="Threads; the result is the same at any. [cores]")
CLUSTER = click.option(
    "--cluster", metavar="ADDRESS", help="Run on Dask: tcp://HOST:PORT of a scheduler, or local:N for N processes."
)
RUN = (HORIZON, PATHS, SEED, RATE, THREADS)
ACCEPT_JUMPS = click.option("--accept-jumps", is_flag=True, help="Believe daily moves beyond 60 % up or down.")
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
QUIET = click.option("--quiet", is_flag=True, is_eager=True, help="No progress and no notes on stderr.")


def options(*groups: Any) -> Callable:
    """A decorator that adds options, in the order given."""

    def decorate(command):
        flat = [option for group in groups for option in (group if isinstance(group, tuple) else (group,))]
        for option in reversed(flat):
            command = option(command)
        return command

    return decorate


def load_funds(tickers: tuple[str, ...], funds_file: Path | None) -> "tuple[Fund, ...]":
    """The funds that the options of `FUNDS` name."""
    from simulator.spec.files import find_funds, known_funds

    added, known = known_funds(funds_file)
    return find_funds(tickers or tuple(fund.ticker for fund in added) or DEFAULT_TICKERS, known)


def load_simulation(market, funds, horizon, paths, seed, rate) -> "Simulation":
    """The run; what was not given is the spec's default. Notes that were kept for it are told."""
    run = make_simulation(market, funds, [day for days in horizon for day in days], paths, seed, rate)
    notes.tell()
    return run


def make_simulation(market, funds, horizons, paths, seed, rate, **more) -> "Simulation":
    """The run, of which nothing is told yet."""
    from simulator.spec.run import Simulation

    given = {"horizons": tuple(horizons) or None, "paths": paths, "seed": seed, "rate": rate} | more
    return Simulation(market=market, funds=funds, **{key: value for key, value in given.items() if value is not None})
