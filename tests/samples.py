"""Laws of given values, without a simulation."""

import math

import numpy as np

from simulator import bins
from simulator.distribution import Distribution


def law_of(values):
    """The law that a run over `values` would keep."""
    values = np.asarray(values, float)
    counts = np.bincount(bins.bin_of(values), minlength=bins.COUNT)
    below, squares = int((values < 0).sum()), math.fsum(values**2)
    return Distribution(len(values), math.fsum(values), squares, values.min(), values.max(), below, counts)
