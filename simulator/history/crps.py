"""How well a simulated law foretold what then happened: its CRPS, and the share of paths below the outcome."""

from typing import NamedTuple

import numpy as np

from simulator import bins
from simulator.distribution import Distribution
from simulator.errors import LetfError


class _Histogram(NamedTuple):
    """The bins that are not empty, (B,): paths, paths in the bins before, lower and upper edges."""

    counts: np.ndarray
    before: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def _histogram(law: Distribution) -> _Histogram:
    first, last = bins.bin_of([law.low, law.high])
    used = first + np.flatnonzero(law.counts[first : last + 1])
    counts = law.counts[used].astype(float)
    lower, upper = np.maximum(bins.EDGES[used], law.low), np.minimum(bins.EDGES[used + 1], law.high)
    return _Histogram(counts, np.cumsum(counts) - counts, lower, np.maximum(upper, lower))


def verify(law: Distribution, outcome: float) -> tuple[float, float]:
    """Fair CRPS and PIT of the law for what happened.

    The continuous ranked probability score, in the outcome's units, lower is better:
    mean |x_i - y| - sum_ij |x_i - x_j| / (2 n (n - 1)); the divisor n (n - 1) makes its mean that of infinitely many
    paths (Ferro 2014, Quarterly Journal of the Royal Meteorological Society 140, eq. 3). The probability integral
    transform: the share of the paths below the outcome, in [0, 1]. Within a bin the paths are taken as spread evenly,
    which moves the score by less than twice `bins.error_bound`.

    Raises
    ------
    LetfError
        If there are fewer than two paths.
    """
    if law.n < 2:
        raise LetfError(f"a score needs at least 2 paths, got {law.n}")
    histogram = _histogram(law)
    return _fair_crps(histogram, law.n, outcome), _share_below(histogram, law.n, outcome)


def _fair_crps(histogram: _Histogram, n: int, outcome: float) -> float:
    counts, before, lower, upper = histogram
    middle, width = (lower + upper) / 2, upper - lower
    distance = np.abs(middle - outcome)
    around = distance < width / 2  # the outcome's own bin: E|U - y| of a U even on it
    distance[around] = (distance[around] ** 2 + width[around] ** 2 / 4) / width[around]
    # of ordered pairs: 2 sum_k x_(k) (2 k - n - 1) over the sorted paths, and a third of the width within a bin
    between = 2 * float((middle * counts) @ (2 * before + counts - n))
    within = float((counts * (counts - 1)) @ width) / 3
    return float(counts @ distance) / n - (between + within) / (2 * n * (n - 1))


def _share_below(histogram: _Histogram, n: int, outcome: float) -> float:
    counts, before, lower, upper = histogram
    if outcome < lower[0]:
        return 0.0
    spot = int(np.searchsorted(lower, outcome, side="right")) - 1
    share = 1.0 if outcome >= upper[spot] else (outcome - lower[spot]) / (upper[spot] - lower[spot])
    return float(before[spot] + share * counts[spot]) / n
