"""letf markets."""

from typing import TYPE_CHECKING

import click

from simulator.cli import options as opt

if TYPE_CHECKING:
    from simulator.spec.market import Market


@click.command()
@click.option("--market", type=opt.INPUT_FILE, metavar="FILE", help="Show the market in this TOML file too.")
@opt.options(opt.JSON)
def markets(market, as_json):
    """List the built-in markets: what they are made of, where they start, and the prices they were fitted to.

    \b
    letf markets
    """
    from simulator.output import listing
    from simulator.spec.files import MARKETS, preset_market, read_market

    known: list[Market] = [preset_market(name) for name in MARKETS]
    if market:
        known.append(read_market(market))
    show = listing.markets_to_json if as_json else listing.markets_to_text
    click.echo(show(tuple(known)), nl=False)
