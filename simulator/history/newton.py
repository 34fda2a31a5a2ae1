"""Newton's method within bounds, on a function that gives its gradient."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]

STEP = 1e-4  # of each parameter, for differences of the gradient
MOST_STEPS, MOST_HALVINGS = 80, 40
LONGEST = 1.0  # largest change of one parameter in a step
ENOUGH = 1e-8  # gain that a step promises, in units of log-likelihood; such a step is the last one
FLATTEST = 1e-6  # curvature below which a direction counts as flat


class Maximum(NamedTuple):
    """Where the search ended; `free` marks the parameters that no bound holds."""

    theta: np.ndarray
    value: float
    free: np.ndarray


def hessian(objective: Objective, theta: np.ndarray, free: np.ndarray, base: np.ndarray | None = None) -> np.ndarray:
    """Second derivatives in the free parameters, (n, n), by differences of the gradient.

    Central differences; or, at half the price, forward ones from `base`, the gradient at theta.
    """
    columns = []
    for i in np.flatnonzero(free):
        step = np.zeros_like(theta)
        step[i] = STEP
        rise = objective(theta + step)[1] - (objective(theta - step)[1] if base is None else base)
        columns.append(rise[free] / (2 * STEP if base is None else STEP))
    square = np.array(columns)
    return (square + square.T) / 2


def not_held(theta: np.ndarray, gradient: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Which parameters are inside their bounds, or at one with the slope pointing inwards."""
    return ~(((theta <= lower) & (gradient <= 0)) | ((theta >= upper) & (gradient >= 0)))


def maximise(objective: Objective, theta: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> Maximum:
    """Climb from `theta` to a local maximum.

    Each step is V |w|^-1 V' g for the eigenvalues w and vectors V of the Hessian of the free parameters (Nocedal and
    Wright 2006, Numerical Optimization, section 3.4), cut to `LONGEST`, put back within the bounds, and halved until
    the function grows. The last one is taken whole: what it gains drowns in the function's rounding, but the
    parameters gain digits.
    """
    value, gradient = objective(theta)
    for _ in range(MOST_STEPS):
        free = not_held(theta, gradient, lower, upper)
        step = np.zeros_like(theta)
        if free.any():
            curvature, axes = np.linalg.eigh(hessian(objective, theta, free, gradient))
            step[free] = axes @ ((axes.T @ gradient[free]) / np.maximum(np.abs(curvature), FLATTEST))
        promised = step @ gradient
        step *= LONGEST / max(np.abs(step).max(), LONGEST)
        if promised < ENOUGH:
            theta = np.clip(theta + step, lower, upper)
            value, gradient = objective(theta)
            break
        for _ in range(MOST_HALVINGS):
            trial = np.clip(theta + step, lower, upper)
            trial_value, trial_gradient = objective(trial)
            if trial_value > value:
                break
            step /= 2
        else:
            break
        theta, value, gradient = trial, trial_value, trial_gradient
    return Maximum(theta, value, not_held(theta, gradient, lower, upper))
