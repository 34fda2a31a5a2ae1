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
    from simulator.spec.files import known_funds

    _, known = known_funds(funds_file)
    show = listing.funds_to_json if as_json else listing.funds_to_text
    click.echo(show(known), nl=False)
