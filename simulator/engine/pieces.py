"""Tuples by regime and polynomials as the kernels read them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from simulator.kernels.growth import TERMS, WIDEST
from simulator.kernels.markov import TABLE_STEP


def padded(values: Any, size: int) -> tuple[Any, ...]:
    """A tuple of `size`, the last value repeated."""
    return tuple(values[min(k, len(values) - 1)] for k in range(size))


def cubics(value, slope):
    """Cubic Hermite pieces through values and slopes at the knots, (segments, 4)."""
    start, end, step = value[:-1], value[1:], slope * TABLE_STEP
    rise = end - start
    cubic = [start, step[:-1], 3 * rise - 2 * step[:-1] - step[1:], step[:-1] + step[1:] - 2 * rise]
    return np.stack(cubic, axis=1).astype(np.float32)


def growth_terms(log_mean_exp: Callable[[float], float]) -> np.ndarray:
    """The polynomial of `kernels.growth` for an innovation or a day of blocks, through Chebyshev nodes."""
    t = (1 + np.cos(np.pi * (np.arange(4 * TERMS) + 0.5) / (4 * TERMS))) / 2
    values = [log_mean_exp(WIDEST * node) / (WIDEST * node) for node in t]
    return np.polynomial.Polynomial.fit(t, values, TERMS - 1, domain=[0, 1], window=[0, 1]).coef.astype(np.float32)


def growth_at(sd: float, terms: np.ndarray) -> float:
    """That polynomial at a volatility, a day, as `kernels.growth.log_growth` has it."""
    return sd * float(np.polynomial.polynomial.polyval(sd / WIDEST, terms.astype(float)))
