"""The innovations of a GARCH market: Hansen's skewed t, cut at 12 standard deviations, standardised again."""

from functools import cache, cached_property
from math import exp, lgamma, pi, sqrt

import numpy as np

CUT = 12.0  # standard deviations of the uncut law
NODES = 400  # of each side


@cache
def _legendre():
    """Nodes and weights on [-1, 1]: an eigenvalue problem that takes longer than all the rest."""
    return np.polynomial.legendre.leggauss(NODES)


class CutSkewT:
    """Hansen's skewed t (1994, International Economic Review 35, eqs. 10 to 13) given |z| <= 12, mean 0, variance 1.

    With c = Gamma((n + 1) / 2) / (sqrt(pi (n - 2)) Gamma(n / 2)), a = 4 l c (n - 2) / (n - 1), b^2 = 1 + 3 l^2 - a^2,
    n = `dof` > 2 and l = `skew` in (-1, 1), the uncut z has w = b z + a with w / (1 - l) below 0 and w / (1 + l) above
    distributed as half a Student t scaled to variance 1, of mass (1 - l) / 2 and (1 + l) / 2.
    """

    def __init__(self, dof: float, skew: float):
        self.dof, self.skew = dof, skew
        c = exp(lgamma((dof + 1) / 2) - lgamma(dof / 2)) / sqrt(pi * (dof - 2))
        self.a = 4 * skew * c * (dof - 2) / (dof - 1)
        self.b = sqrt(1 + 3 * skew**2 - self.a**2)
        to_student = sqrt(dof / (dof - 2))
        self.units = ((1 - skew) / to_student, (1 + skew) / to_student)  # w = unit * T on either side of 0
        self.bounds = (
            (-CUT * self.b + self.a) / self.units[0],
            (CUT * self.b + self.a) / self.units[1],
        )

    @cached_property
    def _quadrature(self):
        """Nodes z of the uncut scale and weights that sum to 1: Gauss-Legendre in theta, T = sqrt(dof) tan(theta)."""
        nodes, weights = _legendre()
        z, mass = [], []
        for unit, bound in zip(self.units, self.bounds, strict=True):
            end = np.arctan(bound / sqrt(self.dof))
            theta = end * (nodes + 1) / 2
            z.append((unit * sqrt(self.dof) * np.tan(theta) - self.a) / self.b)
            mass.append(unit * abs(end) * weights * np.exp((self.dof - 1) * np.log(np.cos(theta))))
        joined = np.concatenate(mass)
        return np.concatenate(z), joined / joined.sum()

    @cached_property
    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation of the cut law before it is standardised."""
        z, weights = self._quadrature
        mean = float(weights @ z)
        return mean, sqrt(float(weights @ (z - mean) ** 2))

    @cached_property
    def _standard(self):
        z, weights = self._quadrature
        mean, sd = self.moments
        return (z - mean) / sd, weights

    def log_mean_exp(self, c: float) -> float:
        """log E exp(c e)."""
        e, weights = self._standard
        exponent = c * e
        peak = exponent.max()
        return float(peak + np.log(weights @ np.exp(exponent - peak)))

    @cached_property
    def lower_variance(self) -> float:
        """E e^2 1{e < 0}."""
        e, weights = self._standard
        return float(weights @ np.where(e < 0, e**2, 0.0))

    def _student_density(self, t):
        n = self.dof
        c = exp(lgamma((n + 1) / 2) - lgamma(n / 2)) / sqrt(pi * n)
        return c * (1 + t**2 / n) ** (-(n + 1) / 2)

    def from_normal(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """e with the same probability as each normal z, and its derivative de/dz."""
        from scipy.special import ndtr, stdtr, stdtrit

        low, high = (stdtr(self.dof, -abs(bound)) for bound in self.bounds)
        masses = (1 - self.skew) * (0.5 - low), (1 + self.skew) * (0.5 - high)
        total = sum(masses)
        below = ndtr(z) * total < masses[0]
        t = np.where(
            below,
            stdtrit(self.dof, np.minimum(ndtr(z) * total / (1 - self.skew) + low, 0.5)),
            -stdtrit(self.dof, np.minimum(ndtr(-z) * total / (1 + self.skew) + high, 0.5)),
        )
        unit = np.where(below, *self.units)
        mean, sd = self.moments
        e = ((unit * t - self.a) / self.b - mean) / sd
        side = np.where(below, 1 - self.skew, 1 + self.skew)  # mass of a unit of the Student law, over `total`
        slope = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * total / (side * self._student_density(t))
        return e, slope * unit / self.b / sd
