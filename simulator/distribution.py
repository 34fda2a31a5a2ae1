"""The simulated law of one number: moments from exact sums, probabilities from counts, quantiles from bins."""

from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan, nan, sqrt

import numpy as np

from simulator import bins
from simulator.errors import LetfError
from simulator.shares import Counted, KnownLaw, Mixed, Shares, before_each, centred, inner, stratified

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

    Where something of the law is known exactly, chances, quantiles and shortfalls are read from paths weighted by it
    (`simulator.shares`), and their errors are what is left. Moments stay the plain sample's.

    known : the law itself, or its mean.
    parts : the laws whose paths these are, where parts of them are known apart.
    """

    n: int
    total: float
    squares: float
    low: float
    high: float
    below: int
    counts: np.ndarray
    known: KnownLaw | float | None = None
    parts: "tuple[Distribution, ...]" = ()

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
        """Share of the paths below 0; NaN where a path has no value."""
        return self._below_zero.mean

    @property
    def prob_below_zero_stderr(self) -> float:
        """Its standard error."""
        return self._below_zero.stderr

    @cached_property
    def _below_zero(self):
        return Estimate(nan, nan) if isnan(self.total) else self.chance_below(0.0, self.below)

    def chance_below(self, value: float, count: int) -> Estimate:
        """Share of the paths below `value`, of which `count` were counted there; see `proportion`."""
        if isinstance(self._shares, Counted):
            return proportion(count, self.n)
        _, ranks, lower, upper = self._table
        spot = min(int(np.searchsorted(upper, value)), len(upper) - 1)
        first, last = float(lower[spot]), float(upper[spot])
        part = min(max((value - first) / (last - first), 0.0), 1.0) if 0 < last - first < inf else 0.0
        lines = (ranks, self._counted)
        weighted, counted = (float(line[spot] + part * (line[spot + 1] - line[spot])) / line[-1] for line in lines)
        variance = self._shares.variance_below(np.array([spot]), np.array([part]))
        moved = count / self.n + (weighted - counted)  # as much as the weights move what the bins tell
        return Estimate(float(min(max(moved, 0.0), 1.0)), sqrt(variance[0]))

    @cached_property
    def _bins(self):
        """Of the bins that are not empty: numbers, counts, lower and upper edges."""
        first, last = bins.bin_of([self.low, self.high])
        used = first + np.flatnonzero(self.counts[first : last + 1])
        lower = np.maximum(bins.EDGES[used], self.low)
        upper = np.minimum(bins.EDGES[used + 1], self.high)
        beyond = (used == 0) | (used == bins.COUNT - 1)
        lower[beyond] = upper[beyond] = np.where(used[beyond] == 0, -inf, inf)
        return used, self.counts[used].astype(np.int64), lower, upper

    @cached_property
    def _shares(self) -> Shares:
        used, _, lower, upper = self._bins
        if all(part.known is None for part in self.parts):
            return self._shares_of(used, lower, upper)
        parts = [part._shares_of(used, lower, upper) for part in self.parts]
        return Mixed(parts) if len(parts) > 1 else parts[0]

    def _shares_of(self, used, lower, upper) -> Shares:
        """On given bins, those of a whole of which this may be a part."""
        counts = self.counts[used].astype(np.int64)
        if self.known is None:
            return Counted(counts, self.n)
        if isinstance(self.known, float):
            return centred(counts, lower, upper, self.total / self.n, self.known)
        return stratified(counts, bins.EDGES[used], self.known)

    @cached_property
    def _counted(self):
        """Paths before each bin that is not empty, and all."""
        return before_each(self._bins[1])

    @cached_property
    def _table(self):
        """Of the bins that are not empty: weighted paths, those before each (one more), lower and upper edges."""
        weights = self._shares.weights
        return weights, before_each(weights), *self._bins[2:]

    def quantile(self, p: float | np.ndarray) -> np.ndarray:
        """Value below which a share `p` of the paths lies, any shape; at most `bins.error_bound` off the sample's.

        Within a bin the paths are taken as spread evenly.
        """
        p = np.asarray(p, dtype=float)
        if not ((p >= 0) & (p <= 1)).all():
            raise LetfError(f"p must be in [0, 1], got {p}")
        _, _, lower, upper = self._table
        spot, share = self._spot(p)
        inside = np.isfinite(lower[spot])
        value = np.where(inside, lower[spot], 0) * (1 - share) + np.where(inside, upper[spot], 0) * share
        return np.where(inside, np.clip(value, self.low, self.high), lower[spot])

    def _spot(self, p):
        """The bin below which a share `p` of the paths lies, and the part of its paths that lie below too."""
        weights, ranks, _, _ = self._table
        rank = p * self.n
        spot = np.clip(np.searchsorted(ranks, rank, side="left") - 1, 0, len(weights) - 1)
        return spot, np.clip((rank - ranks[spot]) / weights[spot], 0, 1)

    def quantile_stderr(self, p: float | np.ndarray) -> np.ndarray:
        """Standard error of `quantile(p)`: half the span of the quantiles one binomial error to either side.

        (Q(p + d) - Q(p - d)) / 2, d = sqrt(p (1 - p) / n) (Woodruff 1952, JASA 47); of weighted paths times their error
        of p over d. NaN where fewer than one path lies more than three such errors out: there the sample says too
        little of the tail.
        """
        p = np.asarray(p, dtype=float)
        d = np.sqrt(p * (1 - p) / self.n)
        high, low = self.quantile(np.stack([np.minimum(p + d, 1), np.maximum(p - d, 0)]))
        enough = (np.minimum(p, 1 - p) - 3 * d) * self.n >= 1
        known = np.isfinite(high) & np.isfinite(low) & (enough | (self.low == self.high)) & (self.n > 1)
        span = np.where(known, high, 0) - np.where(known, low, 0)
        return np.where(known, span / 2 * self._narrowed(p, d), nan)

    def _narrowed(self, p, d):
        """The error of a share `p` of the weighted paths over `d`, that of counted ones."""
        if isinstance(self._shares, Counted):
            return 1.0
        return np.sqrt(self._shares.variance_below(*self._spot(p))) / np.where(d > 0, d, inf)

    def value_at_risk(self, level: float) -> float:
        """VaR at `level` (0.95): -quantile(1 - level), a loss is positive."""
        return -float(self.quantile(tail(level)))

    def expected_shortfall(self, level: float) -> Estimate:
        """Mean loss in the worst 1 - level of the paths, the quantile's own mass shared (Acerbi and Tasche 2002).

        The error is that of the mean of (q - R)+ over 1 - level, q the quantile; NaN below 20 paths in the tail.
        """
        p = tail(level)
        weights, ranks, lower, upper = self._table
        q = float(self.quantile(p))
        taken = np.clip(p * self.n - ranks[:-1], 0, weights)
        used = taken > 0
        if not np.isfinite(lower[used]).all():
            return Estimate(inf if lower[0] == -inf else -inf, nan)
        share = taken[used] / weights[used]
        middle = lower[used] + (upper[used] - lower[used]) * share / 2
        shortfall = np.maximum(q - middle, 0)
        first = inner(taken[used], shortfall) / self.n
        enough = p * self.n >= FEWEST_IN_TAIL or (self.low == self.high and self.n > 1)
        stderr = sqrt(self._shares.variance_of(taken[used], shortfall)) / p if enough else nan
        return Estimate(first / p - q, stderr)
