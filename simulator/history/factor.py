"""How one index's daily returns hang on another's surprises: a regression by regime with Student-t errors."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.fitted import Fitted, fitted
from simulator.history.innovations import student_log_density, student_slope
from simulator.history.newton import Maximum, hessian, maximise

DOF_BOUNDS = (2.1, 200.0)
DOF_STEP = 1e-4  # of log(dof - 2), for the slope in dof
LOG_SD_BOUNDS = (-12.0, 12.0)  # of errors over the sample's volatility
FIRST_DOF = 6.0


class Factor(NamedTuple):
    """beta and error volatility of each regime, (K,), in the units of what was fitted, dof of the errors, and the
    log-likelihood."""

    betas: tuple[Fitted, ...]
    vols: tuple[Fitted, ...]
    dof: Fitted
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class FactorLikelihood:
    """log-likelihood of y_t = a_k + beta_k e_tk + v_k c_t u_t as a function of theta, and its gradient.

    A day's density is the mixture of its regimes' by the probabilities that it was in them, the days taken one by one;
    u is Student-t cut at 12 standard deviations, of variance 1. theta holds a, beta and log v regime by regime, and
    log(dof - 2).

    Parameters
    ----------
    y : float64 (T, 1)
    surprises, weights : float64 (T, K)
    scales : float64 (T, 1)
        c_t.
    """

    y: np.ndarray
    surprises: np.ndarray
    weights: np.ndarray
    scales: np.ndarray

    def unpack(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """a, beta, v and dof, (K,) each."""
        a, beta, log_v = np.split(theta[:-1], 3)
        return a, beta, np.exp(log_v), np.full(len(a), 2 + np.exp(theta[-1]))

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bounds of theta."""
        count = self.weights.shape[1]
        tails = np.log(np.array(DOF_BOUNDS) - 2)
        pairs = [(-np.inf, np.inf)] * (2 * count) + [LOG_SD_BOUNDS] * count + [tuple(tails)]
        lower, upper = np.array(pairs, dtype=float).T
        return lower, upper

    def start(self) -> np.ndarray:
        """theta of weighted least squares in each regime."""
        columns = [self._least_squares(k) for k in range(self.weights.shape[1])]
        a, beta, v = np.array(columns).T
        return np.concatenate([a, beta, np.log(v), [np.log(FIRST_DOF - 2)]])

    def _least_squares(self, k):
        weights = self.weights[:, k] / self.scales[:, 0] ** 2
        design = np.column_stack([np.ones(len(self.y)), self.surprises[:, k]])
        square = design.T @ (weights[:, None] * design)
        a, beta = np.linalg.solve(square, design.T @ (weights * self.y[:, 0]))
        errors = (self.y[:, 0] - a - beta * self.surprises[:, k]) / self.scales[:, 0]
        return a, beta, np.sqrt(self.weights[:, k] @ errors**2 / self.weights[:, k].sum())

    def __call__(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        a, beta, v, dof = self.unpack(theta)
        sds = v * self.scales
        z = (self.y - a - beta * self.surprises) / sds
        log_densities = student_log_density(z, dof, cut=False) - np.log(sds)
        top = log_densities.max(axis=1, keepdims=True)
        joint = self.weights * np.exp(log_densities - top)
        mixed = joint.sum(axis=1, keepdims=True)
        shares = joint / mixed  # of the regimes, once the day's return is known
        value = (top + np.log(mixed)).sum()
        slope = shares * student_slope(z, dof)
        up, down = (2 + (dof - 2) * np.exp(step) for step in (DOF_STEP, -DOF_STEP))
        rise = student_log_density(z, up, cut=False) - student_log_density(z, down, cut=False)
        parts = [
            -(slope / sds).sum(axis=0),
            -(slope * self.surprises / sds).sum(axis=0),
            -(slope * z + shares).sum(axis=0),
            [(shares * rise).sum() / (2 * DOF_STEP)],
        ]
        return float(value), np.concatenate(parts)


def fit_factor(y: np.ndarray, surprises: np.ndarray, weights: np.ndarray, scales: np.ndarray) -> Factor:
    """Maximise `FactorLikelihood`; standard errors from its curvature, regimes' probabilities taken as known.

    Parameters
    ----------
    y : float64 (T,)
    surprises, weights : float64 (T, K)
    scales : float64 (T,)

    Raises
    ------
    LetfError
        If the two indexes move as one.
    """
    unit = float(y.std())
    likelihood = FactorLikelihood(y[:, None] / unit, surprises / unit, weights, scales[:, None] / unit)
    with np.errstate(divide="ignore"):
        start = likelihood.start()
    lower, upper = likelihood.bounds()
    if not (np.isfinite(start) & (start > lower) & (start < upper)).all():
        raise LetfError("the second index moves as the first does, day by day; give the prices of another one")
    maximum = maximise(likelihood, start, lower, upper)
    return _factor(likelihood, maximum, len(y) * float(np.log(unit)))


def _factor(likelihood: FactorLikelihood, maximum: Maximum, log_unit: float) -> Factor:
    _, beta, v, dof = likelihood.unpack(maximum.theta)
    errors = np.full(len(maximum.theta), np.nan)
    curvature = -hessian(likelihood, maximum.theta, maximum.free)
    errors[maximum.free] = np.sqrt(np.diag(np.linalg.inv(curvature)))
    _, of_beta, of_log_v = np.split(errors[:-1], 3)
    return Factor(
        betas=fitted(beta, of_beta),
        vols=fitted(v, v * of_log_v),
        dof=fitted(dof[:1], (dof[:1] - 2) * errors[-1:])[0],
        log_likelihood=maximum.value - log_unit,
    )
