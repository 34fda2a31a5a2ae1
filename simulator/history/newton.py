"""Newton's method within bounds, on a function that gives its gradient."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]

STEP = 1e-4  # of each parameter, for the central differences of the gradient
MOST_STEPS = 80
LONGEST = 1.0  # largest change of one parameter in a step
ENOUGH = 1e-10  # gain that the next step promises, in units of log-likelihood
FLATTEST = 1e-6  # curvature below which a direction counts as flat


class Maximum(NamedTuple):
    """Where the search ended; `free` marks the parameters that no bound holds."""

    theta: np.ndarray
    value: float
    free: np.ndarray


def hessian(objective: Objective, theta: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Second derivatives in the free parameters, (n, n), by central differences of the gradient."""
    columns = []
    for i in np.flatnonzero(free):
        step = np.zeros_like(theta)
        step[i] = STEP
        columns.append((objective(theta + step)[1] - objective(theta - step)[1])[free] / (2 * STEP))
    square = np.array(columns).reshape(free.sum(), free.sum())
    return (square + square.T) / 2


def not_held(theta: np.ndarray, gradient: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Which parameters are inside their bounds, or at one with the slope pointing inwards."""
    return ~(((theta <= lower) & (gradient <= 0)) | ((theta >= upper) & (gradient >= 0)))


def maximise(objective: Objective, theta: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Maximum:
    """Climb from `theta` to a local maximum.

    Each step is V |w|^-1 V' g for the eigenvalues w and vectors V of the Hessian of the free parameters (Nocedal and
    Wright 2006, Numerical Optimization, section 3.4), cut to `LONGEST`, put back within the bounds, and halved until
    the function grows.
    """
    value, gradient = objective(theta)
    for _ in range(MOST_STEPS):
        free = not_held(theta, gradient, lower, upper)
        step = np.zeros_like(theta)
        if free.any():
            curvature, axes = np.linalg.eigh(hessian(objective, theta, free))
            step[free] = axes @ ((axes.T @ gradient[free]) / np.maximum(np.abs(curvature), FLATTEST))
        if step @ gradient < ENOUGH:
            break
        step *= min(1.0, LONGEST / np.abs(step).max())
        for _ in range(40):
            trial = np.clip(theta + step, lower, upper)
            trial_value, trial_gradient = objective(trial)
            if trial_value > value:
                break
            step /= 2
        else:
            break
        theta, value, gradient = trial, trial_value, trial_gradient
    return Maximum(theta, value, not_held(theta, gradient, lower, upper))
