"""The growth that volatility adds: log E exp(s z) of an innovation z, as a polynomial."""

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel

TERMS = 8
WIDEST = 0.3  # the largest s: a daily volatility
TO_UNIT = np.float32(1 / WIDEST)


@kernel
def log_growth(s, q):
    """log E exp(s z) = s sum_j q[j] (s / 0.3)^j for 0 <= s <= 0.3; `s` and `q` (8,) float32."""
    t = s * TO_UNIT
    p = q[7]
    p = fma(p, t, q[6])
    p = fma(p, t, q[5])
    p = fma(p, t, q[4])
    p = fma(p, t, q[3])
    p = fma(p, t, q[2])
    p = fma(p, t, q[1])
    p = fma(p, t, q[0])
    return s * p
