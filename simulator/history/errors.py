"""Standard errors of fitted parameters, from the curvature of the log-likelihood at its maximum."""

import numpy as np

from simulator.history.likelihood import Likelihood
from simulator.history.newton import Maximum, hessian

FLAT = 1e-9  # curvature over the largest one; below it the returns do not tell the parameters apart
UNFINISHED = 1e-3  # gain in log-likelihood that a further step promises; above it the search ended on an edge


def covariance(likelihood: Likelihood, maximum: Maximum) -> np.ndarray:
    """Covariance of theta, (n, n): the inverse of the observed information (Hamilton 1994, eq. 5.8.2).

    NaN in the rows and columns of parameters held by a bound, and throughout where the maximum is not smooth or a
    direction is flat.
    """
    theta, free = maximum.theta, maximum.free
    full = np.full((len(theta), len(theta)), np.nan)
    if free.any():
        curvature, axes = np.linalg.eigh(-hessian(likelihood, theta, free))
        slope = axes.T @ likelihood(theta)[1][free]
        if curvature[0] > FLAT * curvature[-1] and slope @ (slope / curvature) < UNFINISHED:
            full[np.ix_(free, free)] = (axes / curvature) @ axes.T
    return full


def standard_errors(likelihood: Likelihood, maximum: Maximum) -> dict[str, np.ndarray]:
    """Standard errors of the `Parameters` at the maximum, under their names, by the delta method; NaN: none known."""
    k = likelihood.regimes
    covariances = covariance(likelihood, maximum)
    mean, log_sd, logits, tails = np.split(np.sqrt(np.diag(covariances)), [k, 2 * k, k * (k + 1)])
    parameters = likelihood.unpack(maximum.theta)
    errors = {"mean": mean, "sd": parameters.sd * log_sd, "transition": np.full((k, k), np.nan)}
    if parameters.dof is not None:
        errors["dof"] = (parameters.dof - 2) * tails
    for i, row in enumerate(parameters.transition):
        others = np.flatnonzero(np.arange(k) != i)
        known = ~np.isnan(logits[i * (k - 1) : (i + 1) * (k - 1)])
        at = 2 * k + i * (k - 1) + np.flatnonzero(known)
        # dA[i, m] / dlogit[i, j] = A[i, m] ((m = j) - A[i, j])
        slopes = row[:, None] * (np.eye(k)[:, others[known]] - row[others[known]])
        variance = ((slopes @ covariances[np.ix_(at, at)]) * slopes).sum(axis=1)
        told = [i, *others[known]] if known.any() else []
        errors["transition"][i, told] = np.sqrt(variance[told])
    return errors
