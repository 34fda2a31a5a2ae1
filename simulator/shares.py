"""How many of a run's paths each bin of a histogram stands for, and how sure sums over them are.

Counted, every path stands for one. Where the exact law of a return is known, paths are weighted until each of some 75
strata holds its exact share; where the exact mean is, until the weighted mean is that. What is then left of the Monte
Carlo error is the spread within the strata, or about a regression on the return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

STEP = 0.25  # of log(p / (1 - p)) from one edge of the strata to the next
FEWEST = 20  # paths of a stratum
MOST_KURTOSIS = 0.01  # times the paths, of a control: beyond, its sample says too little of its own spread
NARROWEST = 8  # bins' widths in a standard deviation of a control


class KnownLaw(Protocol):
    """A law whose distribution function is known."""

    def cdf(self, values: np.ndarray) -> np.ndarray: ...


class Shares(Protocol):
    """Along the bins of a histogram, lowest first.

    n : paths.
    weights : (B,), paths that the paths of each bin stand for; they sum to n.
    """

    @property
    def n(self) -> int: ...

    @property
    def weights(self) -> np.ndarray: ...

    def variance_below(self, spot: np.ndarray, part: np.ndarray) -> np.ndarray:
        """Variance of the weighted share of the paths in the bins before `spot` and in a `part` of that bin."""
        ...

    def variance_of(self, taken: np.ndarray, values: np.ndarray) -> float:
        """Variance of sum(taken values) / n: `values` on `taken` weighted paths of the lowest bins, 0 on all others."""
        ...


def inner(first: np.ndarray, second: np.ndarray) -> float:
    """Sum of the products of two arrays (B,), in an order of its own: `@` adds in that of BLAS, which hangs on the
    machine and its cores, and so would the last digits of what is printed."""
    return float((first * second).sum())


def before_each(weights: np.ndarray) -> np.ndarray:
    """The sum of the weights before each bin, and of all, (B + 1,)."""
    return np.concatenate([[0], np.cumsum(weights)])


def _reached(before, spot, part):
    return before[spot] + part * (before[spot + 1] - before[spot])


def _variance_of_one(share, n):
    """p (1 - p), the variance of whether one of `n` paths is in their `share`; none or all count with half a path more
    on the other side, as in `distribution.proportion`."""
    least = 0.5 / (n + 1)
    p = np.clip(share, least, 1 - least)
    return p * (1 - p)


@dataclass(frozen=True, eq=False)
class Counted:
    """Every path stands for itself."""

    counts: np.ndarray
    n: int

    @property
    def weights(self) -> np.ndarray:
        return self.counts

    @cached_property
    def _before(self):
        return before_each(self.counts)

    def variance_below(self, spot, part):
        return _variance_of_one(_reached(self._before, spot, part) / self.n, self.n) / self.n

    def variance_of(self, taken, values):
        first, second = inner(taken, values) / self.n, inner(taken, values**2) / self.n
        return max(second - first**2, 0.0) / self.n


@dataclass(frozen=True, eq=False)
class Stratified:
    """Paths weighted until every stratum of bins holds its exact share (Cochran 1977, Sampling Techniques, 5A.9).

    starts : int (S,), the first bin of each stratum; exact : (S,), its share.

    A mean's variance is sum_s exact_s^2 sd_s^2 / (n_s - 1), sd_s the standard deviation within stratum s and n_s its
    paths.
    """

    counts: np.ndarray
    n: int
    starts: np.ndarray
    exact: np.ndarray

    @cached_property
    def held(self) -> np.ndarray:
        """Paths of each stratum, (S,)."""
        return np.add.reduceat(self.counts, self.starts)

    @cached_property
    def weights(self) -> np.ndarray:
        sizes = np.diff(self.starts, append=len(self.counts))
        return self.counts * np.repeat(self.n * self.exact / self.held, sizes)

    @cached_property
    def _counted(self):
        return before_each(self.counts)

    def variance_below(self, spot, part):
        """Of the one stratum that is cut."""
        stratum = np.searchsorted(self.starts, spot, side="right") - 1
        exact, held = self.exact[stratum], self.held[stratum]
        inside = (_reached(self._counted, spot, part) - self._counted[self.starts[stratum]]) / held
        return exact**2 * _variance_of_one(inside, held) / (held - 1)

    def variance_of(self, taken, values):
        starts = self.starts[self.starts < len(taken)]
        exact, held = self.exact[: len(starts)], self.held[: len(starts)]
        first, second = (np.add.reduceat(taken * power, starts) / (self.n * exact) for power in (values, values**2))
        return inner(exact**2 / (held - 1), np.maximum(second - first**2, 0))


@dataclass(frozen=True, eq=False)
class Centred:
    """Paths weighted by 1 + shift * control until their mean is the exact one (Deville and Sarndal 1992, JASA 87).

    control : (B,), what a bin's values lie above their mean, in standard deviations.
    shift : what the exact mean lies above the sample's, in standard deviations.

    A mean's variance is that of what a regression on the control leaves (Glasserman 2003, Monte Carlo Methods in
    Financial Engineering, section 4.1).
    """

    counts: np.ndarray
    n: int
    control: np.ndarray
    shift: float

    @cached_property
    def weights(self) -> np.ndarray:
        return self.counts * (1 + self.shift * self.control)

    @cached_property
    def _counted(self):
        return before_each(self.counts)

    @cached_property
    def _moved(self):
        return before_each(self.counts * self.control)

    def variance_below(self, spot, part):
        p, along = (_reached(before, spot, part) / self.n for before in (self._counted, self._moved))
        return np.maximum(_variance_of_one(p, self.n) - along**2, 0) / self.n

    def variance_of(self, taken, values):
        along = inner(taken * self.control[: len(taken)], values) / self.n
        return max(Counted(self.counts, self.n).variance_of(taken, values) - along**2 / self.n, 0.0)


@dataclass(frozen=True, eq=False)
class Mixed:
    """The paths of several parts, each as many as its share of the whole."""

    parts: Sequence[Shares]

    @property
    def n(self) -> int:
        return sum(part.n for part in self.parts)

    @cached_property
    def weights(self) -> np.ndarray:
        return np.sum([part.weights for part in self.parts], axis=0)

    def variance_below(self, spot, part):
        return sum((one.n / self.n) ** 2 * one.variance_below(spot, part) for one in self.parts)

    def variance_of(self, taken, values):
        part_of = taken / self.weights[: len(taken)]
        return sum(
            (one.n / self.n) ** 2 * one.variance_of(part_of * one.weights[: len(taken)], values) for one in self.parts
        )


def stratified(counts: np.ndarray, lower: np.ndarray, law: KnownLaw) -> Shares:
    """The paths in strata whose exact shares `law` knows; counted where they are too few, or all in a few bins.

    Parameters
    ----------
    counts : int (B,)
    lower : (B,)
        Edges of the bins: what lies before a bin is below its edge.
    law : KnownLaw
    """
    n = int(counts.sum())
    starts = _starts(before_each(counts), n)
    if len(starts) < 2:
        return Counted(counts, n)
    exact = np.diff(law.cdf(lower[starts[1:]]), prepend=0.0, append=1.0)
    return Stratified(counts, n, starts, exact) if exact.min() > 0 else Counted(counts, n)


def _starts(before, n):
    """First bins of strata: as wide in log(p / (1 - p)) as each other, and of 20 paths or more."""
    step = max(STEP, 4 * FEWEST / n)  # p (1 - p) step n paths lie in a stratum
    reach = int(np.log(max(step * n / FEWEST, 1.0)) / step)
    p = 1 / (1 + np.exp(-step * (np.arange(-reach, reach + 2) - 0.5)))
    starts = [0]
    for start in np.searchsorted(before, p * n).tolist():
        if before[start] - before[starts[-1]] >= FEWEST and n - before[start] >= FEWEST:
            starts.append(start)
    return np.array(starts)


def centred(counts: np.ndarray, lower: np.ndarray, upper: np.ndarray, sample: float, exact: float) -> Shares:
    """The paths with a mean moved from the `sample`'s to the `exact` one; counted where that could do harm.

    It could where the return has so heavy a tail, or so narrow a law, that its spread is not known from the histogram,
    and where a weight would not be positive.
    """
    n = int(counts.sum())
    if not np.isfinite([lower[0], upper[-1], sample, exact]).all():
        return Counted(counts, n)
    middle = (lower + upper) / 2
    mean = inner(counts, middle) / n
    sd = (inner(counts, (middle - mean) ** 2) / n) ** 0.5
    if not sd > NARROWEST * inner(counts, upper - lower) / n:
        return Counted(counts, n)
    control, shift = (middle - mean) / sd, (exact - sample) / sd
    known = inner(counts, np.square(control**2)) / n <= MOST_KURTOSIS * n
    return Centred(counts, n, control, shift) if known and (1 + shift * control).min() > 0 else Counted(counts, n)
