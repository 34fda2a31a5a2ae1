"""One law drawn on its baseline; heights in inches."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from simulator.distribution import Distribution
from simulator.output import style
from simulator.output.density import POINTS, Axis, density, edges, values_of
from simulator.result import QUANTILES

WIDTH = 3.5  # inches, of the panel
STRIP = (-0.046, -0.011)  # the bands once more under the baseline, for tails that are too thin to see
NEEDLE = 0.004  # a law whose middle 98 % is narrower than this share of the axis is drawn as a line
FEW_PATHS = 50  # fewer have no density worth drawing: a line each
ERRORS = 2  # standard errors to either side, where they are drawn


def draw_ridge(panel: Axes, law: Distribution, axis: Axis, base: float, peak: float, colour: str) -> None:
    """The law on a baseline: its bands from the widest to the narrowest, its outline, its median.

    Parameters
    ----------
    panel : Axes
        Percentage points across, inches up.
    base, peak : float
        Where the ridge stands and how high it is.
    """
    quantiles = np.clip(POINTS * law.quantile(np.array(QUANTILES)), axis.low, axis.high)
    spots = dict(zip(QUANTILES, quantiles.tolist(), strict=True))
    needle = axis.place(spots[0.99]) - axis.place(spots[0.01]) < NEEDLE * axis.length
    if needle or law.n < FEW_PATHS:
        places = [spots[0.5]] if needle else values_of(law)
        panel.vlines(places, base, base + peak, color=style.shade(colour), lw=1.8 if needle else 0.9, zorder=3)
        return
    x, height = density(law, axis)
    height = height * (peak / height.max())
    drawn = height > 0
    panel.fill_between(x, base, base + height, where=drawn, color=style.tint(colour, 0.07), lw=0, zorder=2.1)
    for (_, low, high), strength in zip(style.BANDS, style.TINTS, strict=True):
        inner = x[(x > spots[low]) & (x < spots[high])]
        inside = np.concatenate([[spots[low]], inner, [spots[high]]])
        look: dict[str, Any] = {"color": style.tint(colour, strength), "lw": 0, "zorder": 2.2}
        panel.fill_between(inside, base, base + np.interp(inside, x, height), **look)
        panel.fill_between(inside[[0, -1]], base + STRIP[0], base + STRIP[1], **look)
    panel.plot(x[drawn], base + height[drawn], color=style.shade(colour), lw=style.LINE_WIDTH, zorder=3)
    top = base + float(np.interp(spots[0.5], x, height))
    panel.vlines(spots[0.5], base, top, color=style.WHITE, lw=1.3, zorder=2.9)
    _error_bars(panel, law, axis, base)


def errors_show(law: Distribution, axis: Axis) -> np.ndarray:
    """Which of the law's `edges` have a standard error that, both ways, is wider than the outline."""
    return axis.show(*edges(law), style.line_share(WIDTH))


def _error_bars(panel: Axes, law: Distribution, axis: Axis, base: float) -> None:
    """Two standard errors to either side of each band's edge where one is wider than the outline."""
    wide = errors_show(law, axis)
    values, errors = (numbers[wide] for numbers in edges(law))
    height = np.full(len(values), base + sum(STRIP) / 2)
    panel.hlines(height, values - ERRORS * errors, values + ERRORS * errors, color=style.INK, lw=1, zorder=3.5)
