"""Divergence ridges: how far funds end from their multiple of the index, one ridge a holding period."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from simulator.distribution import Distribution
from simulator.output import style
from simulator.output.density import POINTS, Axis, bandwidth, density
from simulator.result import Result
from simulator.spec.fund import Fund

FIRST_DAY, LAST_DAY, MOST_RIDGES = 5, 63, 10
AXIS_ENDS = np.array([0.005, 0.995])
PANEL_WIDTH, RIDGE_HEIGHT = 3.35, 0.52  # inches
PEAK = 0.93  # of the distance between two ridges
NEEDLE = 0.004  # a law narrower than this share of the axis is drawn as a line
QUANTILES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


def days_shown(horizons: Sequence[int]) -> tuple[int, ...]:
    """The holding periods from 5 to 63 days, all where there are none, thinned evenly to ten."""
    days = [day for day in horizons if FIRST_DAY <= day <= LAST_DAY] or list(horizons)
    keep = np.linspace(0, len(days) - 1, min(len(days), MOST_RIDGES)).round().astype(int)
    return tuple(days[i] for i in keep)


def common_axis(laws: Sequence[Distribution]) -> Axis:
    """One axis for all ridges: it holds 0 and each law's middle 99 %, and bends at half a typical quartile range."""
    ends = np.array([POINTS * law.quantile(AXIS_ENDS) for law in laws])
    largest = np.finfo(np.float32).max
    low, high = np.clip([min(ends[:, 0].min(), 0), max(ends[:, 1].max(), 0)], -largest, largest)
    quartiles = np.array([POINTS * law.quantile(np.array([0.25, 0.75])) for law in laws])
    spreads = np.diff(quartiles)[:, 0] / 2
    spreads = spreads[np.isfinite(spreads) & (spreads > 0)]
    width = _round(float(np.median(spreads))) if len(spreads) else 1.0
    bare = Axis(width, low, high)
    room = 0.03 * bare.length or 1.0
    return Axis(width, float(bare.value(bare.place(low) - room)), float(bare.value(bare.place(high) + room)))


def _round(value: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    decade = 10.0 ** np.floor(np.log10(value))
    return float(min((1, 2, 5, 10), key=lambda digit: abs(np.log(digit * decade / value))) * decade)
