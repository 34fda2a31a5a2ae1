"""Exact laws of index and fund returns over any number of days, by characteristic functions.

For normal innovations without autocorrelation, Y = log prod G has E exp(iuY) = p . diag(f) . (A diag(f))^(h-1) . 1 with
f_k(u) = E exp(iu log G | regime k). Its distribution function follows by inversion (Gil-Pelaez 1951). Days that wipe a
fund out must have a negligible probability.
"""

import math
from itertools import pairwise

import numpy as np
from scipy import optimize, stats
from scipy.special import log_ndtr, ndtr

REACH, STEP = 9.0, 0.02  # normals of one day: the trapezium rule, which is exact to rounding here
Z = np.arange(-REACH, REACH + STEP / 2, STEP)
DENSITY = stats.norm.pdf(Z) * STEP
WIPED = 1e-12  # what counts as negligible
SLIVER = 1e-3  # stands for the growth of such a day


class ExactLaw:
    """The law of prod max(0, 1 + L r + carry) - 1 over `days`."""

    def __init__(self, market, days, leverage=1.0, annual_carry=0.0):
        growth = 1 + leverage * np.expm1(self._log_returns(market)) + annual_carry / 252
        day = np.log(np.maximum(growth, SLIVER))
        means, sds = day @ DENSITY, np.sqrt((day - (day @ DENSITY)[:, None]) ** 2 @ DENSITY)
        reach = 14 * sds.max() * math.sqrt(days) + days * np.ptp(means) / 2
        self.center = days * means.mean()
        spacing = math.pi / reach  # the inverted law repeats itself after 2 reach
        self.u = np.arange(spacing / 2, 9 / (sds.min() * math.sqrt(days)) + spacing, spacing)
        phase = np.exp(1j * self.u[:, None, None] * (day - means.mean())) @ DENSITY
        onward = phase
        for _ in range(days - 1):
            onward = phase * (onward @ np.array(market.transition).T)
        self.phi = onward @ market.initial_law()
        self.spacing, self.reach = spacing, reach

    @staticmethod
    def _log_returns(market):
        return market.daily_means()[:, None] + market.daily_sds()[:, None] * Z

    def _cdf_of_log(self, y):
        y = np.asarray(y, float) - self.center
        waves = np.exp(-1j * y[..., None] * self.u) * self.phi / self.u
        return 0.5 - self.spacing / math.pi * waves.imag.sum(axis=-1)

    def cdf(self, value):
        return self._cdf_of_log(np.log1p(value))

    def quantile(self, p):
        low, high = self.center - self.reach, self.center + self.reach
        return math.expm1(optimize.brentq(lambda y: float(self._cdf_of_log(y)) - p, low, high, xtol=1e-12))

    def expected_shortfall(self, level):
        """-E[R | worst 1 - level] = (integral of F up to the quantile) / (1 - level) - quantile."""
        p = 1 - level
        q = self.quantile(p)
        y = np.linspace(math.log1p(q) - self.reach / 2, math.log1p(q), 4001)
        below = np.trapezoid(self._cdf_of_log(y) * np.exp(y), y)
        return below / p - q


def wiped_probability(market, leverage, annual_carry=0.0):
    """The largest probability, over regimes, that one day takes all."""
    edge = -(1 - leverage + annual_carry / 252) / leverage
    if edge <= 0:
        return 0.0
    z = (math.log(edge) - market.daily_means()) / market.daily_sds()
    return float(max(ndtr(z if leverage > 0 else -z)))


def two_day_divergence_below_zero(market, leverage, annual_carry):
    """P(G1 G2 - 1 < L (I1 I2 - 1)): given day 1 the difference is linear in exp(x2), so one integral remains.

    Day 1 is cut where the line's slope G1 - I1 or its root changes sign, for there the integrand jumps.
    """
    a, carry = 1 - leverage + annual_carry / 252, annual_carry / 252
    means, sds, p, t = market.daily_means(), market.daily_sds(), market.initial_law(), market.transition
    total = 0.0
    nodes, weights = np.polynomial.legendre.leggauss(200)
    for i, (m, s) in enumerate(zip(means, sds, strict=True)):

        def line(z, m=m, s=s):
            index = np.exp(m + s * z)
            fund = a + leverage * index
            return fund * a - 1 + leverage, leverage * (fund - index)  # D = constant + slope exp(x2)

        # slope 0: (L - 1) I1 = L - 1 - carry; constant 0: I1 = ((1 - L) / a - a) / L
        jumps = [1 - carry / (leverage - 1)] if leverage != 1 else []
        jumps.append(((1 - leverage) / a - a) / leverage if a else -1.0)
        cuts = sorted((math.log(jump) - m) / s for jump in jumps if jump > 0)
        for low, high in pairwise([-REACH, *[c for c in cuts if abs(c) < REACH], REACH]):
            z = (low + high) / 2 + (high - low) / 2 * nodes
            constant, slope = line(z)
            with np.errstate(divide="ignore", invalid="ignore"):
                root = np.log(np.where(-constant / slope > 0, -constant / slope, 0.0))
            below = np.array([ndtr((root - n) / d) for n, d in zip(means, sds, strict=True)])
            below = np.where(slope > 0, below, 1 - below)
            share = (high - low) / 2 * weights * stats.norm.pdf(z)
            total += p[i] * float(np.array(t[i]) @ below @ share)
    return total


PASSED_BY = 0.5826  # -zeta(1/2) / sqrt(2 pi): standard deviations of a step by which a walk is seen beyond a level
IMAGES = 100  # of a start between two barriers, to either side: terms far beyond what matters


def _passage(y, days, mean, sd):
    """exp(-mean y / sd^2) P(mean t + sd B_t has passed y by time `days`), y > 0: an inverse Gaussian law of first
    passages (Cox and Miller 1965, The Theory of Stochastic Processes, section 5.7), where no factor overflows."""
    tilt, width = mean * y / sd**2, sd * np.sqrt(days)
    direct = np.exp(log_ndtr((mean * days - y) / width) - tilt)
    return direct + np.exp(log_ndtr(-(mean * days + y) / width) + tilt)


def reached(barrier, days, mean, sd):
    """P(mean t + sd B_t has met `barrier`, not 0, by time `days`), any shape."""
    away = mean * np.sign(barrier)
    return np.exp(mean * barrier / sd**2) * _passage(np.abs(barrier), days, away, sd)


def lower_first(lower, upper, days, mean, sd):
    """P(mean t + sd B_t meets `lower` < 0 before `upper` > 0, by time `days`), any shape.

    The sum of first-passage laws over the images y = -lower + 2 k (upper - lower) of the start (Darling and Siegert
    1953, Annals of Mathematical Statistics 24; Feller 1971, An Introduction to Probability Theory II, section X.5),
    the drift by its change of measure.
    """
    a, b, t, m, s = (np.asarray(value, float)[..., None] for value in (lower, upper, days, mean, sd))
    y = -a + 2 * np.arange(-IMAGES, IMAGES + 1) * (b - a)
    passages = np.exp(m * a / s**2) * np.sign(y) * _passage(np.abs(y), t, m, s)
    return passages.sum(axis=-1)


def upper_first(lower, upper, days, mean, sd):
    """As `lower_first`, of `upper` before `lower`."""
    return lower_first(-np.asarray(upper), -np.asarray(lower), days, -np.asarray(mean), sd)
