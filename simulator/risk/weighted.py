"""Chances and tails of paths that were drawn from several laws and weigh what they should."""

from dataclasses import dataclass
from functools import cached_property
from math import isnan, log, nan, sqrt

import numpy as np

from simulator.distribution import FEWEST_IN_TAIL, Estimate
from simulator.engine.rare import Weighed


@dataclass(frozen=True, eq=False)
class WeightedLoss:
    """What a hold may lose, from sums of weights; errors are Monte Carlo standard errors, each law's paths apart.

    With n paths of each of J laws and per law the sums T of a figure and Q of its squares, a mean is sum T / (J n) and
    its variance sum (Q - T^2 / n) n / (n - 1) / (J n)^2, as of any stratified sample.
    """

    weighed: Weighed

    @property
    def paths(self) -> int:
        """Of all laws."""
        return self.weighed.paths * len(self.weighed.all)

    def mean(self, sums: np.ndarray) -> Estimate:
        """Of a figure with the sums (laws, 2)."""
        n = self.weighed.paths
        total, squares = sums[:, 0], sums[:, 1]
        variance = float(np.maximum(squares - total**2 / n, 0).sum()) * n / (n - 1) / self.paths**2
        return Estimate(float(total.sum()) / self.paths, sqrt(variance))

    def ended(self, number: int) -> Estimate:
        """Chance of more than the loss of that number at the end."""
        return self._chance(self.weighed.ended[:, number])

    def met(self, number: int) -> Estimate:
        """Chance of more than the loss of that number at any close."""
        return self._chance(self.weighed.met[:, number])

    def _chance(self, sums: np.ndarray) -> Estimate:
        """Mean weight w of an event, with that of all, known to be 1, as its control variate (Owen and Zhou 2000).

        The product of an event's weight and the whole path's is w^2 in the mean, for the mixture's weights are a
        martingale, and 0 where there was no event: squares stand for the sum of products.
        """
        n, (total, squares), (whole, spread) = self.weighed.paths, sums.T, self.weighed.all.T
        shared = float((squares - total * whole / n).sum())
        slope = shared / varied if (varied := float((spread - whole**2 / n).sum())) > 0 else 0.0
        mean = float(total.sum() - slope * (whole.sum() - self.paths)) / self.paths
        left = max(float((squares - total**2 / n).sum()) - slope * shared, 0.0)
        return Estimate(min(max(mean, 0.0), 1.0), sqrt(left * n / (n - 1)) / self.paths)

    @cached_property
    def _edges(self) -> np.ndarray:
        """Values between the bins, rising from 0 to 1."""
        return np.linspace(0, 1, self.weighed.tail.shape[1] + 1) ** 2

    @cached_property
    def _below(self) -> np.ndarray:
        """Chance of a value at the end below each edge."""
        return np.append(0, np.cumsum(self.weighed.tail[:, :, 0].sum(axis=0))) / self.paths

    def _effective(self, bins: int) -> float:
        """Paths of equal weight that would say as much of the lowest bins (Kish 1965, Survey Sampling)."""
        total, squares = self.weighed.tail[:, :bins].sum(axis=(0, 1))
        return float(total**2 / squares)

    def quantile(self, chance: float) -> tuple[Estimate, float]:
        """Loss at the end that is exceeded with that chance, and the error of that chance there.

        Between edges the logarithm of the chance is a line; the loss's error is the chance's over the density there, by
        the line through three bins. NaN where no loss is so frequent, or too few paths lie beyond it.
        """
        edges, below = self._edges, self._below
        k = int(np.searchsorted(below, chance))
        if k < 2 or k == len(below) or below[k - 1] == 0 or self._effective(k) < FEWEST_IN_TAIL:
            return Estimate(nan, nan), nan
        share = log(chance / below[k - 1]) / log(below[k] / below[k - 1])
        value = edges[k - 1] + share * (edges[k] - edges[k - 1])
        first, last = k - 1 if below[k - 2] == 0 else k - 2, min(k + 1, len(edges) - 1)
        density = chance * log(below[last] / below[first]) / (edges[last] - edges[first])
        error = self.mean(self.weighed.tail[:, : k - (share < 0.5)].sum(axis=1)).stderr
        return Estimate(1 - float(value), error / float(density)), error

    def shortfall(self, chance: float) -> tuple[Estimate, float]:
        """Mean loss in the worst `chance`, and what its error were if as many paths were drawn from the law itself.

        1 - v + E max(0, v - value) / chance with the quantile v of the value (Rockafellar and Uryasev 2000), each bin's
        paths at its middle.
        """
        value = 1 - self.quantile(chance)[0].mean
        if isnan(value):
            return Estimate(nan, nan), nan
        middles = (self._edges[1:] + self._edges[:-1]) / 2
        missing = np.maximum(value - middles, 0) / chance
        beyond = self.mean(np.einsum("jbk,bk->jk", self.weighed.tail, np.stack([missing, missing**2], axis=1)))
        square = float(missing**2 @ self.weighed.tail[:, :, 0].sum(axis=0)) / self.paths
        return Estimate(1 - value + beyond.mean, beyond.stderr), sqrt((square - beyond.mean**2) / self.paths)


def worth(plain_error: float, error: float) -> float:
    """How many times the paths a plain run needs for the same error; NaN where it is not known."""
    return (plain_error / error) ** 2 if error > 0 else nan


def plain_error(chance: float, paths: int) -> float:
    """Standard error of a share of paths."""
    return sqrt(chance * (1 - chance) / paths)
