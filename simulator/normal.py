"""The normal law's distribution function."""

from math import erfc, sqrt

import numpy as np


def below(z: np.ndarray) -> np.ndarray:
    """P(a standard normal < z), any shape; `erfc` of the standard library, for SciPy takes half a second to load."""
    tails = map(erfc, (-z / sqrt(2)).ravel().tolist())
    return np.fromiter(tails, float, z.size).reshape(z.shape) / 2
