"""Options that commands share, and the one place where they become a Simulation."""

from collections.abc import Callable
from dataclasses import replace
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.types import DAYS, DRIFT, FRACTION, INPUT_FILE, WHOLE
from simulator.errors import LetfError

if TYPE_CHECKING:
    from simulator.spec.fund import Fund
    from simulator.spec.market import Market
    from simulator.spec.run import Simulation

DEFAULT_TICKERS = ("TNA", "TZA")

MARKET = (
    click.option("--market", type=INPUT_FILE, metavar="FILE", help="Market TOML, or the name of a built-in market."),
    click.option("--drift", type=DRIFT, metavar="D", help="Index growth a year, 8% or 0.08; or: regime. [market's]"),
    click.option("--regime", metavar="NAME", help="Day 1 is in this regime."),
    click.option("--vol", type=FRACTION, metavar="V", help="Start so that the expected 21-day volatility is V."),
    click.option(
        "--scale-vol",
        type=FRACTION,
        is_flag=False,
        flag_value=nan,
        metavar="[V]",
        help="The same by scaling all volatilities; alone, to --vol.",
    ),
)
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
RUN = (HORIZON, PATHS, SEED, RATE, THREADS)
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


def load_market(market: Path | None, drift, regime, vol, scale_vol) -> "Market":
    """The market that the options of `MARKET` describe."""
    from simulator.spec.files import DEFAULT_MARKET, MARKET_FILES, preset_market, read_market

    if scale_vol is not None and isnan(scale_vol):
        if vol is None:
            raise click.UsageError("--scale-vol needs a volatility: --scale-vol 30%.")
        scale_vol, vol = vol, None
    if vol is not None and (regime is not None or scale_vol is not None):
        raise click.UsageError("--vol sets the start, as --regime and --scale-vol do; give one of them.")
    chosen: Market
    if market is None or (str(market) in MARKET_FILES and not market.exists()):
        chosen = preset_market(str(market or DEFAULT_MARKET))
    elif market.exists() or market.suffix:
        chosen = read_market(market)
    else:
        raise LetfError(f"{market}: no such file, and no built-in market; built in: {', '.join(MARKET_FILES)}")
    if drift is not None:
        chosen = replace(chosen, drift=drift)
    if regime is not None:
        chosen = _in_regime(chosen, regime)
    if scale_vol is not None:
        chosen = chosen.with_scaled_vol(scale_vol)
    return chosen if vol is None else chosen.with_vol(vol)


def _in_regime(market: "Market", regime: str) -> "Market":
    """The market whose day 1 is in `regime`."""
    from simulator.spec.markov import MarkovMarket

    if not isinstance(market, MarkovMarket):
        raise LetfError(
            f"--regime needs a market of regimes, {market.name} is of kind {market.kind}; start it by --vol"
        )
    return replace(market, initial=market.regimes[market.regime_number(regime)].name)


def load_funds(tickers: tuple[str, ...], funds_file: Path | None) -> "tuple[Fund, ...]":
    """The funds that the options of `FUNDS` name."""
    from simulator.spec.files import find_funds, known_funds

    added, known = known_funds(funds_file)
    return find_funds(tickers or tuple(fund.ticker for fund in added) or DEFAULT_TICKERS, known)


def load_simulation(market, funds, horizon, paths, seed, rate) -> "Simulation":
    """The run; what was not given is the spec's default."""
    from simulator.spec.run import Simulation

    given = {
        "horizons": tuple(day for days in horizon for day in days) or None,
        "paths": paths,
        "seed": seed,
        "rate": rate,
    }
    return Simulation(market=market, funds=funds, **{key: value for key, value in given.items() if value is not None})
