"""From a histogram to a curve: the share of paths below a value, and a smoothed density on a bent axis."""

from dataclasses import dataclass

import numpy as np

from simulator import bins
from simulator.distribution import Distribution

POINTS = 100  # percentage points in 1
CELLS = 800  # of the axis; a ridge's panel is about as many pixels wide


@dataclass(frozen=True)
class Axis:
    """An axis in percentage points, drawn as asinh(x / width): linear near 0, logarithmic far out, both signs.

    `width` is where it bends, `low` and `high` are its ends.
    """

    width: float
    low: float
    high: float

    def place(self, x):
        """Position of x along the axis, in units of its own."""
        return np.arcsinh(np.asarray(x) / self.width)

    def value(self, u):
        """What stands at position u."""
        return self.width * np.sinh(u)

    @property
    def length(self) -> float:
        return float(self.place(self.high) - self.place(self.low))

    def ticks(self, gap: float = 0.065) -> list[float]:
        """Values of 0 and 1, 5, 2 times powers of ten, the rounder first, at least `gap` of the axis apart."""
        decades = 10.0 ** np.arange(np.floor(np.log10(self.width)), np.ceil(np.log10(max(self.high, -self.low))) + 1)
        wanted = [0.0, *(sign * digit * decade for digit in (1, 5, 2) for decade in decades[::-1] for sign in (1, -1))]
        taken: list[float] = []
        for x in wanted:
            apart = all(abs(self.place(x) - self.place(other)) >= gap * self.length for other in taken)
            if self.low <= x <= self.high and apart:
                taken.append(x)
        return sorted(taken)


def share_below(law: Distribution, values: np.ndarray) -> np.ndarray:
    """Share of the paths below each value (a fraction), those of one bin taken as spread evenly over it."""
    used = np.flatnonzero(law.counts)
    lower = np.maximum(bins.EDGES[used], law.low)
    upper = np.minimum(bins.EDGES[used + 1], law.high)
    ends = np.clip(np.column_stack([lower, upper]).ravel(), -2 * bins.RANGE, 2 * bins.RANGE)
    ranks = np.concatenate([[0], np.cumsum(law.counts[used])]) / law.n
    shares = np.column_stack([ranks[:-1], ranks[1:]]).ravel()
    return np.interp(values, np.maximum.accumulate(ends), shares, left=0, right=1)


def bandwidth(law: Distribution, axis: Axis) -> float:
    """Standard deviation of the smoothing kernel along the axis, at least one cell.

    0.9 IQR / 1.34 n^(-1/5) with the interquartile range as drawn (Silverman 1986, eq. 3.31, its robust part).
    """
    first, third = axis.place(POINTS * law.quantile(np.array([0.25, 0.75])))
    return float(max(0.9 * (third - first) / 1.34 * law.n**-0.2, axis.length / CELLS))


def density(law: Distribution, axis: Axis) -> tuple[np.ndarray, np.ndarray]:
    """The law's smoothed density along the axis.

    Returns
    -------
    x, height : ndarray
        Percentage points from the axis's low end to its high end, and share of paths per unit of the axis as drawn
        there; 0 outside the least and the greatest path.
    """
    step = axis.length / CELLS
    spread = bandwidth(law, axis) / step
    reach = int(np.ceil(4 * spread))
    edges = axis.place(axis.low) + step * np.arange(-reach, CELLS + 2 + reach) - step / 2
    cells = np.diff(share_below(law, axis.value(edges) / POINTS)) / step
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)
    height = np.convolve(cells, kernel / kernel.sum(), mode="valid")
    x = axis.value(axis.place(axis.low) + step * np.arange(CELLS + 1))
    return x, np.where((x >= POINTS * law.low) & (x <= POINTS * law.high), height, 0)
