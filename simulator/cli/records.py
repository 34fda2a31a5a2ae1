"""What commands share that hold real funds against their index: whose prices they are, and the short rate."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli.types import FRACTION, INPUT_FILE

if TYPE_CHECKING:
    from simulator.history.rates import Kind, Rates, Unit
    from simulator.spec.fund import Fund

RATES = (
    click.option("--rates", type=INPUT_FILE, metavar="FILE", help="The short rate by day, as FRED's DFF. [--rate]"),
    click.option("--rates-unit", type=click.Choice(["percent", "fraction"]), help="Unit of --rates a year. [percent]"),
    click.option(
        "--rates-kind",
        type=click.Choice(["overnight", "bill"]),
        help="bill: --rates are discounts of 91-day bills (DTB3), to be converted. [overnight]",
    ),
    click.option("--rate", type=FRACTION, metavar="R", help="One short rate for all days, 4% or 0.04. [4%]"),
)


def check_rates(rates: Path | None, unit: "Unit | None", kind: "Kind | None", rate: float | None) -> None:
    """Refuse options of `RATES` that contradict each other."""
    if rates and rate is not None:
        raise click.UsageError("--rates and --rate both tell the short rate; give one of them.")
    if not rates and (unit or kind):
        raise click.UsageError("--rates-unit and --rates-kind are about the file of --rates; give it.")


def load_rates(rates: Path | None, unit: "Unit | None", kind: "Kind | None", rate: float | None) -> "Rates | float":
    """The short rate that the options of `RATES` tell."""
    from simulator.history.rates import read_rates
    from simulator.spec.run import DEFAULT_RATE

    if rates:
        return read_rates(rates, unit, kind or "overnight")
    return DEFAULT_RATE if rate is None else rate


def funds_of(fund_prices: tuple[Path, ...], tickers: tuple[str, ...], funds_file: Path | None) -> "tuple[Fund, ...]":
    """The fund of each price file: named by --fund in their order, or called as its file."""
    from simulator.spec.files import find_funds, known_funds

    if tickers and len(tickers) != len(fund_prices):
        raise click.UsageError(
            f"{len(fund_prices)} --fund-prices but {len(tickers)} --fund; give one --fund for each, in the same order."
        )
    known = known_funds(funds_file)[1]
    called = tickers or tuple(path.stem for path in fund_prices)
    if not tickers:
        for path, name in zip(fund_prices, called, strict=True):
            if name.upper() not in {fund.ticker.upper() for fund in known}:
                raise click.UsageError(f"{path}: prices of which fund? name it with --fund.")
    funds = find_funds(called, known)
    if len(funds) < len(called):
        raise click.UsageError("one fund stands twice; give each fund's prices once.")
    return funds
