"""The normal law's distribution function."""

from math import erfc, sqrt

import numpy as np


def below(z: np.ndarray) -> np.ndarray:
    """P(a standard normal < z), any shape; `erfc` of the standard library, for SciPy takes half a second to load."""
    return np.array([erfc(-one / sqrt(2)) / 2 for one in z.ravel().tolist()]).reshape(z.shape)
