"""letf funds."""

import click

from simulator.cli import options as opt


@click.command()
@click.option("--funds-file", type=opt.INPUT_FILE, metavar="FILE", help="Funds TOML: adds to the built-in funds.")
@opt.options(opt.JSON)
def funds(funds_file, as_json):
    """List the funds with leverage, costs and where these come from.

    \b
    letf funds
    """
    from simulator.output import listing
    from simulator.spec.files import preset_funds, read_funds

    known = {fund.ticker.upper(): fund for fund in preset_funds()}
    if funds_file:
        known |= {fund.ticker.upper(): fund for fund in read_funds(funds_file)}
    show = listing.funds_to_json if as_json else listing.funds_to_text
    click.echo(show(tuple(known.values())), nl=False)
