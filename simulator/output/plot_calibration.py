"""When was the market in which regime: the price in colours, and how sure that is."""

from collections.abc import Iterator
from pathlib import PurePath

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from simulator.history.calibration import Calibration
from simulator.output import labels, style

# Okabe and Ito's: blues for the quiet regimes, warm and wider for the wild ones
LOOKS = {"sky": ("#56B4E9", 1.1), "blue": ("#0072B2", 1.1), "orange": ("#E69F00", 1.5), "red": ("#D55E00", 1.9)}
CHOSEN = {1: ("blue",), 2: ("blue", "red"), 3: ("sky", "blue", "red"), 4: ("sky", "blue", "orange", "red")}
PRICE, LAW, GAP = (7.6, 3.0), 0.62, 0.16  # inches: the price panel, the height of the panel of chances, between them
DECADE = 6.0  # highest over lowest price from which the ticks are 1, 2 and 5 times powers of ten


def price_by_regime(calibration: Calibration) -> Figure:
    """The price on a logarithmic axis in the colour of each day's most likely regime, all prices known.

    Below it the chance of each regime on each day. The legend gives each regime's volatility and share of days.
    """
    with style.context():
        sheet = style.sheet(
            _question(calibration),
            [_caption(calibration)],
            panels=1,
            panel=PRICE,
            gaps=(0, 0),
            left=0.75,
            right=0.3,
            bottom=0.45 + LAW + GAP,
        )
        price = sheet.panels[0]
        x, y, width, height = price.get_position().bounds
        inch = height / PRICE[1]
        law = sheet.figure.add_axes((x, y - (LAW + GAP) * inch, width, LAW * inch), sharex=price)
        days = date2num(calibration.prices.dates)
        looks = [LOOKS[name] for name in CHOSEN[len(calibration.regimes)]]
        _draw_price(price, calibration, days, looks)
        _draw_law(law, calibration, days, looks)
        _legend(sheet.figure, calibration, looks)
    return sheet.figure


def _asset(calibration):
    return PurePath(calibration.prices.source).stem


def _question(calibration):
    asset, names = _asset(calibration), calibration.regimes
    if len(names) == 1:
        return f"How did {asset} move?"
    return f"When was {asset} {', '.join(names[:-1])} or in {names[-1]}?"


def _caption(calibration):
    law = "normal" if calibration.dof is None else "Student-t"
    return (
        f"Regimes of daily log returns, {law} within a regime, fitted by maximum likelihood to "
        f"{calibration.days:,} days, {calibration.prices.dates[0]} to {calibration.prices.dates[-1]}. Colours and "
        "chances are given all prices: no one knew them on the day. Volatility is annual, ± one standard error."
    )


def _runs(regime: np.ndarray) -> Iterator[tuple[int, int, int]]:
    """(regime, first return, last return) of each stretch of days in one regime."""
    edges = np.flatnonzero(np.diff(regime)) + 1
    for first, stop in zip([0, *edges], [*edges, len(regime)], strict=True):
        yield int(regime[first]), first, stop - 1


def _draw_price(panel: Axes, calibration: Calibration, days: np.ndarray, looks) -> None:
    """Return t leads from price t to price t + 1; that stretch has its regime's colour."""
    close = calibration.prices.close
    stretches: list[list[np.ndarray]] = [[] for _ in looks]
    for k, first, last in _runs(calibration.smoothed.argmax(axis=1)):
        stretches[k].append(np.column_stack([days, close])[first : last + 2])
    for stretch, (colour, line) in zip(stretches, looks, strict=True):
        panel.add_collection(LineCollection(stretch, colors=colour, linewidths=line, capstyle="round"))
    panel.set_yscale("log")
    panel.set_xlim(days[0], days[-1])
    panel.set_ylim(close.min() / 1.05, close.max() * 1.05)
    few = close.max() / close.min() < DECADE
    panel.yaxis.set_major_locator(MaxNLocator(6) if few else LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: labels.number(value)))
    panel.yaxis.set_minor_locator(NullLocator())
    panel.yaxis.set_minor_formatter(NullFormatter())
    panel.grid(axis="y")
    panel.set_ylabel(f"{_asset(calibration)}, {calibration.prices.column}\n(units of the file, log axis)")
    panel.tick_params(axis="x", length=0, labelbottom=False)


def _draw_law(panel: Axes, calibration: Calibration, days: np.ndarray, looks) -> None:
    shares = 100 * calibration.smoothed.T
    panel.stackplot(days[1:], shares[::-1], colors=[colour for colour, _ in looks[::-1]], linewidth=0, step="pre")
    panel.set_ylim(0, 100)
    panel.set_yticks([0, 50, 100])
    panel.set_ylabel("chance (%)")
    locator = AutoDateLocator(minticks=5, maxticks=14)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _legend(figure: Figure, calibration: Calibration, looks) -> None:
    labels = []
    for name, vol, share in zip(
        calibration.regimes, calibration.annual_vol, calibration.smoothed.mean(axis=0), strict=True
    ):
        error = "" if vol.stderr is None else f"±{100 * vol.stderr:.1f}"
        labels.append(f"{name}: volatility {100 * vol.estimate:.1f}{error}%, {100 * share:.0f}% of days")
    figure.legend(
        handles=[Line2D([], [], color=colour, linewidth=2.5) for colour, _ in looks],
        labels=labels,
        loc="upper left",
        bbox_to_anchor=(style.MARGIN / figure.get_figwidth(), 1 - 0.5 / figure.get_figheight()),
        ncols=2 if len(labels) == 4 else 3,
        frameon=False,
        fontsize=8,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.4,
        columnspacing=1.5,
    )
