"""The law of growth under a regime-switching market, without a simulation.

For normal innovations without autocorrelation, Y = log prod G has the characteristic function
E exp(iuY) = p . diag(f) . (A diag(f))^(h-1) . 1 with f_k(u) = E exp(iu log G | k), p day 1's law and A the transition
matrix; its distribution function follows by inversion (Gil-Pelaez 1951, Biometrika 38).
"""

from dataclasses import dataclass
from functools import cached_property
from math import erfc, log, pi, sqrt

import numpy as np

from simulator.moments import has_exact_law
from simulator.normal import below
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS

WIDEST = 7.0  # standard deviations of a day's normal, and of the whole law: 1e-11 lies beyond
FASTEST = 6.5  # over the law's narrowest standard deviation: there its characteristic function has fallen to 1e-9
MOST_FREQUENCIES = 512  # volatilities of regimes 35 times apart would need more, and hundreds of megabytes
LEAST_GROWTH = 1e-3  # stands for that of a day that takes all, which has no logarithm
WIPED = 1e-10  # chance of a day that takes all, over the whole hold; a law that has such days is not inverted


@dataclass(frozen=True, eq=False)
class GrowthLaw:
    """The law of prod max(0, 1 + L r + carry) - 1 over `days`, days that take all being too rare to matter.

    Parameters
    ----------
    market : MarkovMarket
        With normal innovations and no autocorrelation.
    leverage : float
    carry : float
        A day.
    days : int
    """

    market: MarkovMarket
    leverage: float
    carry: float
    days: int

    def cdf(self, values: np.ndarray) -> np.ndarray:
        """Chance of a return below each value, any shape; to some 1e-7."""
        with np.errstate(divide="ignore"):
            logs = np.log1p(np.maximum(values, -1.0))
        return self._one_day(logs) if self.days == 1 else self._inverted(logs)

    def _one_day(self, logs):
        """A day's growth rises or falls with the index's: the chance that a normal lies on one side."""
        index = 1 + (np.expm1(logs) - self.carry) / self.leverage
        with np.errstate(divide="ignore"):
            edge = np.log(np.maximum(index, 0.0))
        means, sds = self._normals
        chances = below((edge[..., None] - means) / sds) @ self.market.initial_law()
        return chances if self.leverage > 0 else 1 - chances

    @property
    def _normals(self):
        return self.market.daily_means(), self.market.daily_sds()

    def _inverted(self, logs):
        """1/2 - (1/pi) int_0^inf Im(exp(-iuy) E exp(iuY)) / u du, by the midpoint rule."""
        u, waves, centre, reach = self._transform
        away = np.clip(logs - centre, -reach, reach)  # beyond, the law inverted so repeats itself
        turned = _turned(-away, u) * (waves / u).reshape(-1, *[1] * away.ndim)
        return np.clip(0.5 - (u[1] - u[0]) / pi * turned.sum(0).imag, 0, 1)

    @cached_property
    def _transform(self):
        """Frequencies (U,), the characteristic function of Y less its centre there (U,), the centre, and how far from
        it Y may lie."""
        means, sds = self._logs_of_a_day
        u = (np.arange(self.frequencies) + 0.5) * pi / self._reach
        centre = float(means.mean())
        day, density = self._day(u[-1] * sds.max())
        phases = (_turned(day - centre, u) * density).sum(-1)  # (U, K)
        onward = np.linalg.matrix_power(np.array(self.market.transition) * phases[:, None, :], self.days - 1).sum(-1)
        return u, (self.market.initial_law() * phases * onward).sum(-1), self.days * centre, self._reach

    @property
    def frequencies(self) -> int:
        """How many the inversion takes, for more than one day."""
        return int(FASTEST / (self._logs_of_a_day[1].min() * sqrt(self.days)) * self._reach / pi) + 2

    @property
    def _reach(self):
        means, sds = self._logs_of_a_day
        return WIDEST * sds.max() * sqrt(self.days) + self.days * np.ptp(means) / 2

    @cached_property
    def _logs_of_a_day(self):
        """Mean and standard deviation of log G in each regime, (K,)."""
        day, density = self._day(0.0)
        means = (day * density).sum(-1)
        return means, np.sqrt(((day - means[:, None]) ** 2 * density).sum(-1))

    def _day(self, turns):
        """log G (K, Z) at normals Z and their weights, close enough for waves that turn `turns` times 2 there."""
        step = 2 * pi / (WIDEST + 2 * turns)
        count = int(WIDEST / min(step, 0.5)) + 1
        z = np.linspace(-WIDEST, WIDEST, 2 * count + 1)
        means, sds = self._normals
        growth = 1 + self.leverage * np.expm1(means[:, None] + sds[:, None] * z) + self.carry
        density = np.exp(-(z**2) / 2)
        return np.log(np.maximum(growth, LEAST_GROWTH)), density / density.sum()


def _turned(x, u):
    """exp(iux) at evenly spaced u, along a new first axis: each the one before times exp(i (u_1 - u_0) x)."""
    waves = np.empty((len(u), *x.shape), complex)
    waves[0], waves[1:] = np.exp(1j * u[0] * x), np.exp(1j * (u[1] - u[0]) * x)
    return np.multiply.accumulate(waves, axis=0)


def growth_law(market: Market, leverage: float, annual_carry: float, days: int) -> GrowthLaw | None:
    """The law over `days` trading days, where it is known: None where days that take all matter, or regimes differ so
    much that the inversion would need too many frequencies.
    """
    if not has_exact_law(market):
        return None
    carry = annual_carry / TRADING_DAYS
    regimes = zip(market.daily_means(), market.daily_sds(), strict=True)
    if days * max(wiped(mean, sd, leverage, carry) for mean, sd in regimes) > WIPED:
        return None
    law = GrowthLaw(market, leverage, carry, days)
    return law if days == 1 or law.frequencies <= MOST_FREQUENCIES else None


def wiped(mean: float, sd: float, leverage: float, carry: float) -> float:
    """P(1 + L r + carry <= 0) for log(1 + r) normal with `mean` and `sd`, a day."""
    floor = -(1 - leverage + carry) / leverage  # growth of the index
    if floor <= 0:
        return 0.0 if leverage > 0 else 1.0
    side = 1 if leverage > 0 else -1
    return erfc(side * (mean - log(floor)) / sd / sqrt(2)) / 2
