"""Histograms with few bins in use: which bins, and their counts."""

import numpy as np


def sparse(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the bins in use, rising, int32, and their counts in the smallest unsigned type that holds them."""
    used = np.flatnonzero(counts)
    return used.astype(np.int32), smallest(counts.ravel()[used])


def smallest(counts: np.ndarray) -> np.ndarray:
    """The same counts in the smallest unsigned type that holds them."""
    return counts.astype(np.min_scalar_type(counts.max(initial=0)))


def dense(whole: np.ndarray, used: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Put the `counts` of the bins `used`, as `sparse` gave them, into the zeros of `whole`.

    Raises
    ------
    IndexError, ValueError
        If they are not positions of bins in rising order with a count each.
    """
    if not (used.dtype.kind in "iu" and bool((used >= 0).all() and (np.diff(used) > 0).all())):
        raise ValueError("bins out of order")
    whole.reshape(-1)[used] = counts
    return whole
