"""The options of letf flow, and what they add up to."""

import re
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli import options as opt
from simulator.cli.types import FIGURE_FILE, PRICES, SHARE, WHOLE, Fraction, OutputFile

if TYPE_CHECKING:
    from simulator.spec.feedback import Feedback

SUFFIXES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
OF_GRID = (
    *("multiples", "beyond", "common", "history", "figure", "market", "as_of", "vol_index", "drift", "regime", "vol"),
    *("scale_vol", "accept_jumps", "paths", "seed", "rate", "threads", "tickers"),
)
NAMES = {"tickers": "--fund", "figure": "--plot", "multiples": "--multiple", "scale_vol": "--scale-vol"}


class AssetsType(click.ParamType):
    """A fund and its assets in dollars: TNA=1.8e9, TNA=1.8B, TZA=302M."""

    name = "assets"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        ticker, equals, amount = value.partition("=")
        found = re.fullmatch(r"\$?([\d._]+(?:[eE][+-]?\d+)?)([KMBT]?)", amount.strip(), re.IGNORECASE)
        try:
            dollars = float(found[1]) * SUFFIXES[found[2].upper()] if found else 0.0
        except ValueError:
            dollars = 0.0
        if not (equals and ticker.strip() and isfinite(dollars) and dollars > 0):
            self.fail(
                f"{value!r} is no fund with its assets above 0; write TNA=1.8e9, TNA=1.8B or TZA=302M", param, ctx
            )
        return ticker.strip(), dollars


class NumberType(click.ParamType):
    """A number whose range is checked elsewhere."""

    name = "number"

    def convert(self, value, param, ctx):
        try:
            return float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number; write 2 or 0.5", param, ctx)


FLOW = (
    click.option(
        "--assets",
        type=AssetsType(),
        multiple=True,
        metavar="TICKER=DOLLARS",
        help="A fund and what is in it, TNA=1.8B; repeatable, in place of the built-in figures.",
    ),
    click.option(
        "--impact",
        "impacts",
        type=Fraction(0, 1),
        multiple=True,
        metavar="X",
        help="By how much $1B bought at the close moves it, 0.1%; with --grid repeatable. [0; grid: 0 to 4%]",
    ),
    click.option("--reverts", type=SHARE, metavar="X", help="Share of the push that the next day takes back. [0]"),
)
GRID = (
    click.option("--grid", "as_grid", is_flag=True, help="Simulate how often funds move far, by impact and assets."),
    click.option(
        "--multiple",
        "multiples",
        type=NumberType(),
        multiple=True,
        metavar="X",
        help="Of the assets, a column of the grid; repeatable. [0.5, 1, 2, 5]",
    ),
    click.option("--beyond", type=SHARE, metavar="X", help="The daily move of a fund that is far. [15%]"),
    click.option("--common", type=NumberType(), metavar="N", help="Days a year above which that is common. [12]"),
    click.option("--history", type=PRICES, metavar="PRICES", help="Prices of the index: how often they moved so far."),
    click.option(
        "--fund", "tickers", multiple=True, metavar="TICKER", help="Whose moves count; repeatable. [those with assets]"
    ),
)
ANSWER = (
    click.option("--output", type=OutputFile(".json"), metavar="FILE", help="Write what --json prints."),
    click.option("--plot", "figure", type=FIGURE_FILE, metavar="FILE", help="Draw the grid as .png, .svg or .pdf."),
)
PATHS = click.option("--paths", type=WHOLE, metavar="N", help="Simulated years of the grid. [65536]")
RUN = (*opt.MARKET, opt.ACCEPT_JUMPS, opt.FUNDS[1], PATHS, opt.SEED, opt.RATE, opt.THREADS)


def check_options(given: dict[str, Any]) -> None:
    """Refuse what would not be used."""
    if given["as_grid"]:
        return
    for name in OF_GRID:
        if given[name] not in (None, (), False):
            option = NAMES.get(name, "--" + name.replace("_", "-"))
            raise click.UsageError(f"{option} is about the simulated grid; add --grid, or leave it out.")
    if len(given["impacts"]) > 1:
        raise click.UsageError("--impact more than once is a grid's; give one, or add --grid.")
    if given["reverts"] is not None and not given["impacts"]:
        raise click.UsageError("--reverts is about the push of --impact; give both.")


def make_feedback(
    assets: tuple[tuple[str, float], ...], impact: float, reverts: float | None, funds_file: Path | None
) -> "Feedback":
    """The funds and what their trades do to the close; the built-in assets where none are given."""
    from simulator.errors import LetfError
    from simulator.spec.assets import assets_of, preset_assets
    from simulator.spec.feedback import Feedback
    from simulator.spec.files import known_funds

    known = known_funds(funds_file)[1]
    dollars = {ticker.upper(): amount for ticker, amount in assets}
    if len(dollars) < len(assets):
        raise LetfError(
            f"--assets names one fund twice, of {', '.join(ticker for ticker, _ in assets)}; give each once"
        )
    found = assets_of(dollars, known) if dollars else preset_assets(known)
    return Feedback(assets=found, impact=impact, reverts=reverts or 0.0)
