"""The simulated law of one number: moments from exact sums, probabilities from counts, quantiles from bins."""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan, nan, sqrt

import numpy as np

from simulator import bins
from simulator.errors import LetfError

FEWEST_IN_TAIL = 20  # paths; below, the spread of a tail's mean is not known from the tail


@dataclass(frozen=True)
class Estimate:
    """A mean and its Monte Carlo standard error; NaN where it is not known."""

    mean: float
    stderr: float


def estimate(total: float, squares: float, n: int) -> tuple[float, float]:
    """Mean and standard deviation (n - 1) of `n` values from their sum and sum of squares."""
    mean = total / n
    if n < 2:
        return mean, nan
    return mean, sqrt(max(squares - total * mean, 0.0) / (n - 1)) if np.isfinite(squares) else nan


def proportion(count: int, n: int) -> Estimate:
    """Share of `n` paths and sqrt(p (1 - p) / n), where none or all count with half a path more on the other side."""
    if n < 2:
        return Estimate(count / n if n else nan, nan)
    least = 0.5 / (n + 1)
    p = min(max(count / n, least), 1 - least)
    return Estimate(count / n, sqrt(p * (1 - p) / n))


def tail(level: float) -> float:
    """1 - level without its rounding, for 1 - 0.95 is not 0.05."""
    return round(1 - level, 12)


@dataclass(frozen=True, eq=False)
class Distribution:
    """The law of a return or a divergence over one holding period, as simulated.

    Returns are fractions: 0.05 is 5 %. Errors are Monte Carlo standard errors; a figure that is not known is NaN, a
    quantile beyond the histogram's range (+-65,536) is infinite.
    """

    n: int
    total: float
    squares: float
    low: float
    high: float
    below: int
    counts: np.ndarray

    @property
    def mean(self) -> float:
        return estimate(self.total, self.squares, self.n)[0]

    @property
    def sd(self) -> float:
        """Standard deviation."""
        if self.low == self.high and self.n > 1:
            return 0.0
        return estimate(self.total, self.squares, self.n)[1]

    @property
    def stderr(self) -> float:
        """Standard error of the mean."""
        return self.sd / sqrt(self.n)

    @property
    def prob_below_zero(self) -> float:
        """Share of paths below 0, counted; NaN where a path has no value."""
        return nan if isnan(self.total) else self.below / self.n

    @property
    def prob_below_zero_stderr(self) -> float:
        """Its standard error; see `proportion`."""
        return nan if isnan(self.total) else proportion(self.below, self.n).stderr

    @cached_property
    def _table(self):
        """Of the bins that are not empty: counts, ranks before each (one more), lower and upper edges."""
        first, last = bins.bin_of([self.low, self.high])
        used = first + np.flatnonzero(self.counts[first : last + 1])
        counts = self.counts[used].astype(np.int64)
        ranks = np.concatenate([[0], np.cumsum(counts)])
        lower = np.maximum(bins.EDGES[used], self.low)
        upper = np.minimum(bins.EDGES[used + 1], self.high)
        beyond = (used == 0) | (used == bins.COUNT - 1)
        lower[beyond] = upper[beyond] = np.where(used[beyond] == 0, -inf, inf)
        return counts, ranks, lower, upper

    def quantile(self, p: float | np.ndarray) -> np.ndarray:
        """Value below which a share `p` of the paths lies, any shape; at most `bins.error_bound` off the sample's.

        Within a bin the paths are taken as spread evenly.
        """
        p = np.asarray(p, dtype=float)
        if not ((p >= 0) & (p <= 1)).all():
            raise LetfError(f"p must be in [0, 1], got {p}")
        counts, ranks, lower, upper = self._table
        rank = p * self.n
        spot = np.clip(np.searchsorted(ranks, rank, side="left") - 1, 0, len(counts) - 1)
        share = np.clip((rank - ranks[spot]) / counts[spot], 0, 1)
        inside = np.isfinite(lower[spot])
        value = np.where(inside, lower[spot], 0) * (1 - share) + np.where(inside, upper[spot], 0) * share
        return np.where(inside, np.clip(value, self.low, self.high), lower[spot])

    def quantile_stderr(self, p: float | np.ndarray) -> np.ndarray:
        """Standard error of `quantile(p)`: half the span of the quantiles one binomial error to either side.

        (Q(p + d) - Q(p - d)) / 2, d = sqrt(p (1 - p) / n) (Woodruff 1952, JASA 47). NaN where fewer than one path lies
        more than three such errors out: there the sample says too little of the tail.
        """
        p = np.asarray(p, dtype=float)
        d = np.sqrt(p * (1 - p) / self.n)
        high, low = self.quantile(np.stack([np.minimum(p + d, 1), np.maximum(p - d, 0)]))
        enough = (np.minimum(p, 1 - p) - 3 * d) * self.n >= 1
        known = np.isfinite(high) & np.isfinite(low) & (enough | (self.low == self.high)) & (self.n > 1)
        return np.where(known, (np.where(known, high, 0) - np.where(known, low, 0)) / 2, nan)

    def value_at_risk(self, level: float) -> float:
        """VaR at `level` (0.95): -quantile(1 - level), a loss is positive."""
        return -float(self.quantile(tail(level)))

    def expected_shortfall(self, level: float) -> Estimate:
        """Mean loss in the worst 1 - level of the paths, the quantile's own mass shared (Acerbi and Tasche 2002).

        The error is that of the mean of (q - R)+ over 1 - level, q the quantile; NaN below 20 paths in the tail.
        """
        p = tail(level)
        counts, ranks, lower, upper = self._table
        q = float(self.quantile(p))
        taken = np.clip(p * self.n - ranks[:-1], 0, counts)
        used = taken > 0
        if not np.isfinite(lower[used]).all():
            return Estimate(inf if lower[0] == -inf else -inf, nan)
        share = taken[used] / counts[used]
        middle = lower[used] + (upper[used] - lower[used]) * share / 2
        shortfall = np.maximum(q - middle, 0)
        first = float(taken[used] @ shortfall) / self.n
        second = float(taken[used] @ shortfall**2) / self.n
        enough = p * self.n >= FEWEST_IN_TAIL or (self.low == self.high and self.n > 1)
        stderr = sqrt(max(second - first**2, 0) / self.n) / p if enough else nan
        return Estimate(first / p - q, stderr)
