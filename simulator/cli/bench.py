"""letf bench."""

import click

from simulator.cli import options as opt


@click.command()
@click.option("--peers/--no-peers", default=True, help="Beside the core, its peers, where a checkout has them.")
@opt.options(opt.JSON)
def bench(peers, as_json):
    """Time the numeric core: nanoseconds of one core a word, a normal, a path and day.

    \b
    letf bench --no-peers
    """
    from simulator.bench import measure
    from simulator.output.document import dumps
    from simulator.output.timings import to_text

    report = measure(peers)
    click.echo(dumps(report) if as_json else to_text(report), nl=False)
