"""Figures of values that are all at hand, one a path: order statistics, errors, and each path's part in them."""

from functools import cached_property
from math import isnan, nan, sqrt

import numpy as np

from simulator.distribution import FEWEST_IN_TAIL, Estimate, proportion, tail

LEVEL = 0.95  # of the expected shortfall


class Sample:
    """One number on each of `n` paths, as the profit of a structure; all figures are plain ones of the sample.

    The *influence* of the paths on a figure is float (n,) of mean 0, whose standard deviation over sqrt(n) is the
    figure's standard error (Hampel 1974, JASA 69). On common paths the error of a difference of two samples' figures is
    that of the difference of their influences: what both share cancels.

    Parameters
    ----------
    values : float (n,)
    cash : float
        What the money would have earned as cash.
    """

    def __init__(self, values: np.ndarray, cash: float = 0.0):
        self.values, self.cash = np.asarray(values, float), cash

    @property
    def n(self) -> int:
        return len(self.values)

    @cached_property
    def ordered(self) -> np.ndarray:
        """The values, the least first."""
        return np.sort(self.values)

    @property
    def sd(self) -> float:
        """Standard deviation (n - 1); NaN of one path."""
        return float(self.values.std(ddof=1)) if self.n > 1 else nan

    @cached_property
    def mean(self) -> Estimate:
        return Estimate(float(self.values.mean()), standard_error(self.values))

    def mean_influence(self) -> np.ndarray:
        """x - mean."""
        return self.values - self.mean.mean

    @cached_property
    def prob_loss(self) -> Estimate:
        """Share of the values below 0; see `distribution.proportion`."""
        return proportion(int((self.values < 0).sum()), self.n)

    def prob_loss_influence(self) -> np.ndarray:
        """[x < 0] - P(x < 0)."""
        return (self.values < 0) - self.prob_loss.mean

    @cached_property
    def expected_shortfall(self) -> Estimate:
        """Mean loss in the worst 5 % of the paths, the quantile's own mass shared (Acerbi and Tasche 2002).

        E[(q - x)+] / p - q, p = 0.05, q the quantile; NaN error below 20 paths in the tail.
        """
        q, p = self._worst, tail(LEVEL)
        beyond = np.maximum(q - self.values, 0)
        known = p * self.n >= FEWEST_IN_TAIL
        return Estimate(float(beyond.mean()) / p - q, standard_error(beyond) / p if known else nan)

    def expected_shortfall_influence(self) -> np.ndarray:
        """(q - x)+ / p - q - ES; what q itself moves is of smaller order, for ES is the least value over q
        (Rockafellar and Uryasev 2000, eq. 4).
        """
        return np.maximum(self._worst - self.values, 0) / tail(LEVEL) - self._worst - self.expected_shortfall.mean

    @property
    def _worst(self) -> float:
        """The least value at or below which the worst 5 % of the paths lie."""
        return float(self.ordered[max(int(np.ceil(tail(LEVEL) * self.n)) - 1, 0)])

    @cached_property
    def starr(self) -> Estimate:
        """(mean - cash) / (ES + cash), the stable tail adjusted return ratio (Martin, Rachev and Siboulet 2003,
        Wilmott): the mean over cash for each dollar of ES, both measured against cash; the same however much cash is
        held beside. NaN where the worst 5 % end no lower than cash.
        """
        loss = self.expected_shortfall
        if not loss.mean + self.cash > 0:
            return Estimate(nan, nan)
        error = nan if isnan(loss.stderr) else standard_error(self.starr_influence())
        return Estimate((self.mean.mean - self.cash) / (loss.mean + self.cash), error)

    def starr_influence(self) -> np.ndarray:
        """(the mean's - STARR times the ES's) / (ES + cash), the delta method."""
        loss = self.expected_shortfall.mean + self.cash
        ratio = (self.mean.mean - self.cash) / loss
        return (self.mean_influence() - ratio * self.expected_shortfall_influence()) / loss

    def quantiles(self, shares: tuple[float, ...]) -> list[Estimate]:
        """Values below which these shares of the paths lie, between order statistics at rank (n - 1) p.

        Errors are (Q(p + d) - Q(p - d)) / 2, d = sqrt(p (1 - p) / n) (Woodruff 1952, JASA 47); NaN where fewer than one
        path lies more than three such errors out.
        """
        p = np.array(shares)
        d = np.sqrt(p * (1 - p) / self.n)
        low, found, high = (self._at(np.clip(share, 0, 1)) for share in (p - d, p, p + d))
        known = (np.minimum(p, 1 - p) - 3 * d) * self.n >= 1
        errors = np.where(known, (high - low) / 2, nan)
        return [Estimate(*pair) for pair in zip(found.tolist(), errors.tolist(), strict=True)]

    def _at(self, p: np.ndarray) -> np.ndarray:
        rank = (self.n - 1) * p
        below = np.floor(rank).astype(np.int64)
        first, next_one = self.ordered[below], self.ordered[np.minimum(below + 1, self.n - 1)]
        return first + (rank - below) * (next_one - first)


def standard_error(values: np.ndarray) -> float:
    """Of the mean of independent values; NaN of one."""
    return float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else nan
