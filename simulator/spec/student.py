"""The innovations of a fat-tailed regime: Student-t, cut at 12 of its standard deviations, scaled to variance 1."""

from functools import cache, cached_property

import numpy as np

CUT = 12.0  # in standard deviations of the uncut law
NODES = 400


@cache
def _legendre() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on [-1, 1]; an eigenvalue problem, so solved once."""
    return np.polynomial.legendre.leggauss(NODES)


class CutStudent:
    """The law of e = T / s, T Student-t with `dof` > 2 given |T| <= 12 sqrt(dof / (dof - 2)), s^2 its variance.

    Means of functions are Gauss-Legendre sums in theta, T = sqrt(dof) tan(theta), where the density is
    cos(theta)^(dof - 1) up to a constant and so is smooth for every dof.
    """

    def __init__(self, dof: float):
        self.dof = dof
        self.bound = CUT * np.sqrt(dof / (dof - 2))

    @cached_property
    def _quadrature(self):
        """Nodes t and weights that sum to 1."""
        nodes, weights = _legendre()
        theta = np.arctan(self.bound / np.sqrt(self.dof)) * nodes
        weights = weights * np.exp((self.dof - 1) * np.log(np.cos(theta)))
        return np.sqrt(self.dof) * np.tan(theta), weights / weights.sum()

    @cached_property
    def scale(self) -> float:
        """s, the standard deviation of T given the cut."""
        t, weights = self._quadrature
        return float(np.sqrt(weights @ t**2))

    def log_mean_exp(self, c: float) -> float:
        """log E exp(c e)."""
        t, weights = self._quadrature
        exponent = c * t / self.scale
        peak = exponent.max()
        return float(peak + np.log(weights @ np.exp(exponent - peak)))

    def from_normal(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """e with the same probability as each normal z >= 0, and its derivative de/dz."""
        from scipy.special import ndtr, stdtr, stdtrit
        from scipy.stats import t as student

        cut = stdtr(self.dof, -self.bound)
        kept = 1 - 2 * cut
        t = -stdtrit(self.dof, ndtr(-z) * kept + cut)
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return t / self.scale, density * kept / student.pdf(t, self.dof) / self.scale


def log_mean_exp_of(dof: float | None, c: float) -> float:
    """log E exp(c e) of such an innovation, or of a normal one where `dof` is None."""
    return c**2 / 2 if dof is None else CutStudent(dof).log_mean_exp(c)
