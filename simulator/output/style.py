"""What the figures share: fonts, colours, title, caption, the panels' grid."""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from simulator.spec.fund import Fund
from simulator.spec.run import Simulation

INK, MUTED, GRID, WHITE = "#1c1c1c", "#595959", "#dcdcdc", "#ffffff"
# After Okabe and Ito, told apart by the colour-blind: cool for leverage above 0, warm below; of like darkness in print.
COOL, WARM = ("#0b62a4", "#00795a", "#3a86c8", "#4b4a9e"), ("#b8450c", "#a3457f", "#8a6a00", "#8c2d2d")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
DASHED = (0, (3, 1.8))
MAX_FUNDS = 8

BANDS = ((0.98, 0.01, 0.99), (0.90, 0.05, 0.95), (0.50, 0.25, 0.75))  # share inside, lower and upper probability
TINTS = (0.26, 0.52, 0.88)  # how much of the hue each band holds, the rest is white
LINE_WIDTH = 1.0  # points

MARGIN, TITLE_HEIGHT, KEY_HEIGHT, CAPTION_LINE = 0.3, 0.92, 0.15, 0.135  # inches
MIN_WIDTH = 6.5
CAPTION_SIZE, CHARACTERS_PER_INCH = 6.5, 21.5

RC: Any = {
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
    "savefig.dpi": 160,
}


@contextmanager
def context() -> Iterator[None]:
    """Matplotlib's defaults and ours, whatever the user's settings; theirs come back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        with matplotlib.rc_context(RC):
            yield


def tint(colour: str, share: float) -> tuple[float, float, float]:
    """`share` of the colour, the rest white: opaque, so that print and overlaps keep it."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def shade(colour: str) -> tuple[float, float, float]:
    """The colour, darker, for outlines."""
    red, green, blue = (0.6 * part for part in to_rgb(colour))
    return red, green, blue


def hue(spec: Simulation, fund: Fund) -> str:
    """The fund's colour, the same whichever of the result's funds are drawn."""
    return hue_among(spec.funds, fund)


def hue_among(funds: Sequence[Fund], fund: Fund) -> str:
    """The colour of one of these funds."""
    alike = [other for other in funds if (other.leverage > 0) == (fund.leverage > 0)]
    hues = COOL if fund.leverage > 0 else WARM
    return hues[alike.index(fund) % len(hues)]


def dashes(spec: Simulation, fund: Fund):
    """The fund's line style, for print without colour."""
    return DASHES[spec.funds.index(fund) % len(DASHES)]


def line_share(inches: float) -> float:
    """Width of a line as a share of a panel's side."""
    return LINE_WIDTH / 72 / inches


class Sheet(NamedTuple):
    """A figure with its title and caption set, and the panels still to fill."""

    figure: Figure
    panels: list[Axes]
    first_column: list[Axes]
    last_row: list[Axes]


def sheet(
    title: str,
    caption: Sequence[str],
    *,
    panels: int,
    panel: tuple[float, float],
    gaps: tuple[float, float],
    left: float,
    right: float,
    bottom: float = 0.5,
    columns: int | None = None,
    key: bool = True,
) -> Sheet:
    """A figure of `panels` panels of one size, all measures in inches.

    Parameters
    ----------
    title : str
        The question.
    caption : sequence of str
        Paragraphs, wrapped to the figure's width.
    panel, gaps : (width, height) of a panel, and between panels.
    left, right, bottom : room for what stands around the panels.
    columns : panels a row; by default up to three, two for four.
    key : whether a key stands under the title.
    """
    columns = columns or (2 if panels == 4 else min(panels, 3))
    rows = -(-panels // columns)
    width = max(left + columns * panel[0] + (columns - 1) * gaps[0] + right, MIN_WIDTH)
    wrap = int((width - 2 * MARGIN) * CHARACTERS_PER_INCH)
    lines = [line for paragraph in caption for line in textwrap.wrap(paragraph, wrap)]
    foot = MARGIN / 2 + len(lines) * CAPTION_LINE + bottom
    height = TITLE_HEIGHT - (0 if key else KEY_HEIGHT) + rows * panel[1] + (rows - 1) * gaps[1] + foot
    figure = Figure(figsize=(width, height), facecolor=WHITE)
    x, small = MARGIN / width, dict[str, Any](fontsize=CAPTION_SIZE, color=MUTED, linespacing=1.3)
    figure.text(x, 1 - 0.2 / height, title, va="top", fontsize=13, fontweight="bold")
    figure.text(x, MARGIN / 2 / height, "\n".join(lines), va="bottom", **small)
    axes = []
    for i in range(panels):
        row, column = divmod(i, columns)
        x = left + column * (panel[0] + gaps[0])
        y = foot + (rows - 1 - row) * (panel[1] + gaps[1])
        axes.append(figure.add_axes((x / width, y / height, panel[0] / width, panel[1] / height)))
    return Sheet(figure, axes, axes[::columns], axes[-columns:])


def dashed_key(label: str) -> Line2D:
    return Line2D([], [], color=INK, lw=0.8, ls=DASHED, label=label)


def key(figure: Figure, handles: Sequence[Any], labels: Sequence[str], **look: Any) -> None:
    """A key in one line under the title."""
    figure.legend(
        handles=handles,
        labels=labels,
        loc="upper left",
        bbox_to_anchor=(MARGIN / figure.get_figwidth(), 1 - 0.46 / figure.get_figheight()),
        ncols=len(handles),
        **look,
        frameon=False,
        fontsize=8,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.6,
        handleheight=0.9,
        columnspacing=1.5,
    )


def band_key(figure: Figure, *others: Line2D) -> None:
    """The key of bands and median, in grey, under the title."""
    greys = [tint(INK, 0.75 * strength) for strength in TINTS]
    bands = [Patch(color=grey) for grey in greys]
    tick = Line2D([], [], color=WHITE, marker="|", markersize=7, markeredgewidth=1.4, linestyle="none")
    shares = (f"{100 * share:.0f}% of paths" for share, _, _ in BANDS[::-1])
    labels = ["median", *shares, *(str(other.get_label()) for other in others)]
    key(figure, [(bands[-1], tick), *bands[::-1], *others], labels)


def note(panel: Axes, text: str, place: tuple[float, float], offset: tuple[float, float], **look: Any) -> None:
    """Text `offset` points from a place in the panel's units."""
    panel.annotate(text, place, offset, textcoords="offset points", **look)


def margin_note(panel: Axes, text: str, y: float, offset: tuple[float, float], **look: Any) -> None:
    """Text `offset` points from the panel's right edge at height `y` in its units."""
    panel.annotate(text, (1, y), offset, xycoords=("axes fraction", "data"), textcoords="offset points", **look)


def set_days(panel: Axes, horizons: Sequence[int]) -> None:
    """A horizontal axis of holding periods from 0, in square roots, as returns spread."""
    last = horizons[-1]
    panel.set_xscale("function", functions=(lambda t: np.sqrt(np.maximum(t, 0)), np.square))
    panel.set_xlim(0, last)
    gap, taken = 0.055 * np.sqrt(last), list[int]()
    for days in sorted(horizons, reverse=True):
        if all(abs(np.sqrt(days) - np.sqrt(other)) >= gap for other in taken) and np.sqrt(days) >= gap:
            taken.append(days)
    panel.xaxis.set_major_locator(FixedLocator(taken))
    panel.xaxis.set_minor_locator(FixedLocator(horizons))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda days, _: f"{days:,.0f}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
