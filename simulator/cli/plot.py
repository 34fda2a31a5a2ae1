"""letf plot."""

from pathlib import Path

import click

from simulator.cli.types import FIGURE_FILE, INPUT_FILE

KINDS = ("ridges", "fan", "horizon")


@click.command()
@click.argument("result", type=INPUT_FILE, metavar="RESULT")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="What to draw.")
@click.option("--fund", "tickers", multiple=True, metavar="TICKER", help="A fund; repeatable. [the result's]")
@click.option("--output", type=FIGURE_FILE, metavar="FILE", help=".png, .svg or .pdf. [RESULT-KIND.png]")
def plot(result: Path, kind: str, tickers: tuple[str, ...], output: Path | None):
    """Draw a result that `letf simulate --output result.npz` wrote, and print the figure's name.

    ridges: how far funds end from L times the index. fan: what they return beside it. horizon: the chance of being
    behind and the worst 5% against the holding period.

    \b
    letf plot result.npz
    letf plot result.npz --kind fan --fund TNA --output tna.pdf
    """
    from simulator.files import check_writable, write_atomically
    from simulator.output.files import figure_bytes
    from simulator.result import load

    loaded = load(result)
    output = output or result.with_name(f"{result.stem}-{kind}.png")
    check_writable(output)

    from simulator.output.plot import draw

    write_atomically(output, figure_bytes(draw(loaded, kind, tickers), output.suffix.lower()))
    click.echo(output)
