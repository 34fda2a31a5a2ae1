"""Log densities of standardised innovations, and their slopes."""

import numpy as np

from simulator.spec.student import CUT

LOG_ROOT_TWO_PI = 0.5 * np.log(2 * np.pi)


def normal_log_density(z: np.ndarray) -> np.ndarray:
    """log of the standard normal density."""
    return -0.5 * z * z - LOG_ROOT_TWO_PI


def _cut_student(dof: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cut |T| <= bound, the share of the uncut law within it, and the standard deviation of T given the cut.

    T^2 / (dof + T^2) is Beta(1/2, dof/2), so share = I_x(1/2, dof/2) and
    s^2 = dof / (dof - 2) I_x(3/2, dof/2 - 1) / share, x = bound^2 / (dof + bound^2), I the regularised incomplete
    beta function (DLMF 8.17). `simulator.spec.student.CutStudent` has the same law by quadrature.
    """
    from scipy.special import betainc

    bound = CUT * np.sqrt(dof / (dof - 2))
    x = bound**2 / (dof + bound**2)
    share = betainc(0.5, dof / 2, x)
    return bound, share, np.sqrt(dof / (dof - 2) * betainc(1.5, dof / 2 - 1, x) / share)


def student_log_density(z: np.ndarray, dof: np.ndarray, *, cut: bool = True) -> np.ndarray:
    """log density of e = T / s at z, T Student-t given |T| <= 12 sqrt(dof / (dof - 2)), s^2 its variance.

    Parameters
    ----------
    z : float64 (T, K)
    dof : float64 (K,), over 2
    cut : bool
        Whether the density is 0 beyond the cut; without it the formula within goes on, for slopes in `dof`.
    """
    from scipy.special import gammaln

    bound, share, scale = _cut_student(dof)
    t = scale * z
    constant = gammaln((dof + 1) / 2) - gammaln(dof / 2) - 0.5 * np.log(dof * np.pi) - np.log(share) + np.log(scale)
    log_density = constant - (dof + 1) / 2 * np.log1p(t * t / dof)
    return np.where(np.abs(t) <= bound, log_density, -np.inf) if cut else log_density


def student_slope(z: np.ndarray, dof: np.ndarray) -> np.ndarray:
    """d log density / dz within the cut, for z (T, K) and dof (K,)."""
    scale = _cut_student(dof)[2]
    t = scale * z
    return -(dof + 1) * t * scale / (dof + t * t)
