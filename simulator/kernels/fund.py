"""One day of the index's growth and of a fund, for all lanes."""

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel


@kernel
def index_growth(r, growth):
    """growth *= 1 + r; `r` (lanes,) simple returns, `growth` (lanes,) float64."""
    for i in range(growth.shape[0]):
        growth[i] *= 1.0 + np.float64(r[i])


@kernel
def day_growth(move, leverage, base):
    """max(0, base + leverage r): a fund's growth on a day that the index moves by r, base = 1 + carry."""
    return max(0.0, fma(leverage, move, base))


@kernel
def fund_growth(r, leverage, carry, nav, frictionless, row):
    """nav *= max(0, 1 + carry + leverage r), frictionless *= max(0, 1 + leverage r); `carry` a day.

    Both (funds, lanes) float64, of which `row` is moved. A fund at 0 stays at 0.
    """
    base = 1.0 + carry
    for i in range(r.shape[0]):
        move = np.float64(r[i])
        nav[row, i] *= day_growth(move, leverage, base)
        frictionless[row, i] *= day_growth(move, leverage, 1.0)
