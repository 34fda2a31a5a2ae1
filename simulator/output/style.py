"""What the figures share: fonts, colours, title, caption, the panels' grid."""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulator.spec.fund import Fund
from simulator.spec.run import Simulation

INK, MUTED, GRID, WHITE = "#1c1c1c", "#595959", "#dcdcdc", "#ffffff"
# Okabe and Ito's colours, told apart by the colour-blind, darkened to a like lightness for print.
HUES = ("#0b62a4", "#b8450c", "#00795a", "#a3457f", "#8a6a00", "#2b8cbe", "#5a5a5a", "#6a3d9a")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
MAX_FUNDS = len(HUES)

BANDS = ((0.98, 0.01, 0.99), (0.90, 0.05, 0.95), (0.50, 0.25, 0.75))  # share inside, lower and upper probability
TINTS = (0.22, 0.48, 0.86)  # how much of the hue each band holds, the rest is white
LINE_WIDTH = 1.0  # points

MARGIN, TITLE_HEIGHT, CAPTION_LINE = 0.3, 0.92, 0.135  # inches
CAPTION_SIZE, CHARACTERS_PER_INCH = 6.5, 21.5

RC = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "svg.hashsalt": "letf",
    "savefig.dpi": 200,
}


@contextmanager
def context() -> Iterator[None]:
    """Matplotlib's defaults and ours, whatever the user's settings; theirs come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        yield


def tint(colour: str, share: float) -> tuple[float, float, float]:
    """`share` of the colour, the rest white: opaque, so that print and overlaps keep it."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def hue(spec: Simulation, fund: Fund) -> str:
    """The fund's colour, the same whichever funds are drawn."""
    return HUES[spec.funds.index(fund) % len(HUES)]


def dashes(spec: Simulation, fund: Fund):
    """The fund's line style, for print without colour."""
    return DASHES[spec.funds.index(fund) % len(DASHES)]


def number(value: float) -> str:
    """A number as text with a real minus sign: 3, -1.5, 2,000."""
    return f"{value:,.6g}".replace("-", "\N{MINUS SIGN}")


def multiple(leverage: float) -> str:
    """3x, -3x."""
    return f"{number(leverage)}x"


def percent(share: float) -> str:
    """A share in percent: 83.1 %."""
    return f"{100 * share:.1f} %".replace("-", "\N{MINUS SIGN}")


def names(funds: Sequence[Fund]) -> str:
    """The funds in a title: TNA and TZA."""
    tickers = [fund.ticker for fund in funds]
    if len(tickers) > 3:
        return f"these {len(tickers)} funds"
    return " and ".join([", ".join(tickers[:-1]), tickers[-1]] if len(tickers) > 1 else tickers)


def day_count(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def run_line(spec: Simulation) -> str:
    """Which run the figure shows: market, last price, start, drift, rate, paths, seed."""
    market = spec.market
    last = market.provenance.get("last_date")
    initial = getattr(market, "initial", None)
    if isinstance(initial, tuple):
        shares = zip(market.regime_names, initial, strict=True)
        initial = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares)
    drift = "each regime's own" if market.drift == "regime" else f"{number(100 * market.drift)} % a year"
    parts = [
        f"Market {market.name}",
        f"prices to {last}" if last else "",
        f"start {initial}" if initial else "",
        f"drift {drift}",
        f"rate {number(100 * spec.rate)} % a year",
        f"{spec.paths:,} path" + ("s" if spec.paths > 1 else ""),
        f"seed {spec.seed}",
    ]
    return "; ".join(part for part in parts if part) + "."


class Sheet(NamedTuple):
    """A figure with its title and caption set, and the panels still to fill."""

    figure: Figure
    panels: list[Axes]


def sheet(
    title: str,
    caption: Sequence[str],
    *,
    columns: int,
    rows: int,
    panel: tuple[float, float],
    gaps: tuple[float, float],
    left: float,
    right: float,
    bottom: float = 0.5,
) -> Sheet:
    """A figure of `rows` x `columns` panels of one size, all measures in inches.

    Parameters
    ----------
    title : str
        The question.
    caption : sequence of str
        Paragraphs, wrapped to the figure's width.
    panel, gaps : (width, height) of a panel, and between panels.
    left, right, bottom : room for what stands around the panels.
    """
    width = left + columns * panel[0] + (columns - 1) * gaps[0] + right
    wrap = int((width - 2 * MARGIN) * CHARACTERS_PER_INCH)
    lines = [line for paragraph in caption for line in textwrap.wrap(paragraph, wrap)]
    foot = MARGIN / 2 + len(lines) * CAPTION_LINE + bottom
    height = TITLE_HEIGHT + rows * panel[1] + (rows - 1) * gaps[1] + foot
    figure = Figure(figsize=(width, height), facecolor=WHITE)
    figure.text(MARGIN / width, 1 - 0.2 / height, title, va="top", fontsize=13, fontweight="bold")
    figure.text(
        MARGIN / width,
        MARGIN / 2 / height,
        "\n".join(lines),
        va="bottom",
        fontsize=CAPTION_SIZE,
        color=MUTED,
        linespacing=1.3,
    )
    panels = []
    for i in range(rows * columns):
        row, column = divmod(i, columns)
        x = left + column * (panel[0] + gaps[0])
        y = foot + (rows - 1 - row) * (panel[1] + gaps[1])
        panels.append(figure.add_axes((x / width, y / height, panel[0] / width, panel[1] / height)))
    return Sheet(figure, panels)


def band_key(figure: Figure, *others: Line2D | Patch) -> None:
    """The key of the bands, in grey, under the title."""
    bands = [Patch(color=tint(INK, t * 0.75), label=f"{100 * band[0]:.0f} %") for band, t in zip(BANDS, TINTS)]
    figure.legend(
        handles=[*bands[::-1], *others],
        loc="upper left",
        bbox_to_anchor=((MARGIN - 0.05) / figure.get_figwidth(), 1 - 0.44 / figure.get_figheight()),
        ncols=len(bands) + len(others),
        frameon=False,
        fontsize=8,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.4,
        handleheight=0.8,
        columnspacing=1.4,
    )
