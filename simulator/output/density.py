"""From a histogram to a curve: the share of paths below a value, and a smoothed density on a bent axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator import bins
from simulator.distribution import Distribution
from simulator.result import QUANTILES

POINTS = 100  # percentage points in 1
AXIS_ENDS = np.array([0.005, 0.995])
ROUNDING = 1e-4  # of the axis; laws narrower than this are points
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

    def show(self, values: np.ndarray, errors: np.ndarray, line: float) -> np.ndarray:
        """Whether each standard error, both ways, is wider than a line as wide as `line` of the axis."""
        return self.place(values + errors) - self.place(values - errors) > line * self.length

    def ticks(self, character: float, *, least: float = 0.06, margin: float = 0.025) -> list[float]:
        """0 and 1, 5, 2 times powers of ten, the rounder first, as many as have room.

        A `character` of a label, the `least` distance of two ticks and the `margin` at the ends are shares of the axis.
        """
        largest = max(self.high, -self.low)
        decades = 10.0 ** np.arange(np.floor(np.log10(min(self.width, largest))) - 1, np.ceil(np.log10(largest)) + 1)
        wanted = [0.0, *(sign * digit * decade for digit in (1, 5, 2) for decade in decades[::-1] for sign in (1, -1))]
        low, high = self.place(self.low) + margin * self.length, self.place(self.high) - margin * self.length
        taken: list[tuple[float, int]] = []
        for x in wanted:
            letters = len(f"{x:+,.6g}")
            apart = all(
                abs(self.place(x) - self.place(other)) >= max(least, character * (letters + more) / 2) * self.length
                for other, more in taken
            )
            if apart and low <= self.place(x) <= high:
                taken.append((x, letters))
        return sorted(x for x, _ in taken)


def edges(law: Distribution, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """`factor` times the quantiles drawn, in percentage points, and their standard errors; NaN where not known."""
    p = np.array(QUANTILES)
    values, errors = POINTS * factor * law.quantile(p), POINTS * abs(factor) * law.quantile_stderr(p)
    known = np.isfinite(values) & np.isfinite(errors)
    return np.where(known, values, np.nan), np.where(known, errors, np.nan)


def common_axis(laws: Sequence[Distribution]) -> Axis:
    """One axis for all laws: it holds 0 and each law's middle 99 %.

    It bends at 0.4 of the widest interquartile range: much nearer to 0, the stretch there would split the peak of
    that law in two.
    """
    ends = np.array([POINTS * law.quantile(AXIS_ENDS) for law in laws])
    ends = np.clip(ends, -POINTS * bins.RANGE, POINTS * bins.RANGE)
    reach = float(np.abs(ends).max())
    quartiles = np.array([POINTS * law.quantile(np.array([0.25, 0.75])) for law in laws])
    spreads = quartiles[np.isfinite(quartiles).all(axis=1)] @ [-1, 1]
    widest = 0.4 * float(spreads.max(initial=0))
    width = _round(widest if widest > ROUNDING * reach else reach or 1.0)
    bare = Axis(width, min(float(ends.min()), 0.0), max(float(ends.max()), 0.0))
    room = 0.03 * bare.length or 1.0
    return Axis(width, float(bare.value(bare.place(bare.low) - room)), float(bare.value(bare.place(bare.high) + room)))


def _round(value: float) -> float:
    """The nearest of 1, 2, 3 and 5 times a power of ten."""
    decade = 10.0 ** np.floor(np.log10(value))
    return float(min((1, 2, 3, 5, 10), key=lambda digit: abs(np.log(digit * decade / value))) * decade)


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


def values_of(law: Distribution) -> np.ndarray:
    """Where the paths lie, to a bin, in percentage points."""
    used = np.flatnonzero(law.counts)
    centres = (np.clip(bins.EDGES[used], -bins.RANGE, None) + np.clip(bins.EDGES[used + 1], None, bins.RANGE)) / 2
    return POINTS * np.clip(centres, law.low, law.high)


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
