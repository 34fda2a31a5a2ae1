"""What every peer adds up: sums, squares and histograms of each statistic at each horizon."""

from dataclasses import dataclass

import numpy as np
from workload import Workload

# 128 bins an octave from 2^-9 to 2^9, mirrored, and 128 of equal width below: a float's exponent and the top 7 bits of
# its mantissa number the bins of |value| + 2^-9, so that a bin costs an addition and a shift. The core's bins are
# finer, 1,024 an octave.
BITS = 7
SMALLEST, LARGEST = 2.0**-9, 2.0**9
SHIFT32, SHIFT64 = 23 - BITS, 52 - BITS
FIRST32 = int(np.float32(SMALLEST).view(np.int32)) >> SHIFT32
FIRST64 = int(np.float64(SMALLEST).view(np.int64)) >> SHIFT64
SIDE = (int(np.float64(LARGEST).view(np.int64)) >> SHIFT64) - FIRST64
BINS = 2 * SIDE

SINGLE = 1e-7  # rounding of a mean in single precision; a day's divergence has almost no spread of its own


def _edges() -> np.ndarray:
    side = ((np.arange(SIDE + 1) + FIRST64) << SHIFT64).view(np.float64) - SMALLEST
    return np.concatenate([-side[:0:-1], side])


EDGES = _edges()  # (BINS + 1,); the bins at the ends also take what lies beyond


@dataclass
class Statistics:
    """Axis 0 the horizon; axis 1 the index return, then each fund's return and divergence.

    Parameters
    ----------
    paths : int
    sums, squares : (horizons, 1 + 2 funds)
        Of the values.
    counts : (horizons, 1 + 2 funds, bins)
        Histograms.
    edges : (bins + 1,)
        Bin b holds values from edges[b] to edges[b + 1].
    """

    paths: int
    sums: np.ndarray
    squares: np.ndarray
    counts: np.ndarray
    edges: np.ndarray

    @classmethod
    def empty(cls, workload: Workload) -> "Statistics":
        """No paths yet."""
        shape = len(workload.horizons), 1 + 2 * len(workload.leverages)
        return cls(0, np.zeros(shape), np.zeros(shape), np.zeros((*shape, BINS), np.int64), EDGES)

    def mean(self) -> np.ndarray:
        return self.sums / self.paths

    def stderr(self) -> np.ndarray:
        """Standard errors of the means."""
        return np.sqrt(np.maximum(self.squares / self.paths - self.mean() ** 2, 0) / self.paths)

    def max_abs_z(self, workload: Workload) -> float:
        """Largest distance of a mean from its exact value, in standard errors."""
        z = (self.mean() - workload.exact_means()) / np.hypot(self.stderr(), SINGLE)
        return float(np.abs(z).max())

    def quantile(self, p: float) -> np.ndarray:
        """Middle of the bin in which the counts reach p, (horizons, 1 + 2 funds)."""
        b = np.argmax(np.cumsum(self.counts, axis=2) >= p * self.paths, axis=2)
        return (self.edges[b] + self.edges[b + 1]) / 2
