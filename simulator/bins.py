"""The layout of the histograms: from a value to its bin and back, and how far a quantile may be off.

Magnitudes below 2^-6 fall into 1,024 bins of equal width; above, each octave up to 2^16 has 1,024. Negative values
mirror positive ones, and one bin at either end takes what lies beyond. A quantile read inside its bin is at most one
bin's width off: `error_bound`.
"""

import numpy as np

BITS = 10  # 2^BITS bins an octave
PER_OCTAVE = 1 << BITS
LOWEST_OCTAVE, TOP_OCTAVE = -6, 16
LINEAR_LIMIT = 2.0**LOWEST_OCTAVE
RANGE = 2.0**TOP_OCTAVE
PER_SIDE = PER_OCTAVE * (1 + TOP_OCTAVE - LOWEST_OCTAVE)
CENTER = PER_SIDE + 1  # the bin that begins at 0
COUNT = 2 * PER_SIDE + 2

# A float32's bits, shifted, count bins: its exponent counts octaves, the top of its mantissa the bins in one.
SHIFT = 23 - BITS
OFFSET = ((127 + LOWEST_OCTAVE) << BITS) - PER_OCTAVE


def _edges() -> np.ndarray:
    linear = np.arange(PER_OCTAVE) * (LINEAR_LIMIT / PER_OCTAVE)
    octaves = 2.0 ** np.arange(LOWEST_OCTAVE, TOP_OCTAVE)
    scaled = (octaves[:, None] * (1 + np.arange(PER_OCTAVE) / PER_OCTAVE)).ravel()
    side = np.concatenate([linear, scaled, [RANGE]])
    return np.concatenate([[-np.inf], -side[:0:-1], side, [np.inf]])


EDGES = _edges()  # (COUNT + 1,): bin b holds EDGES[b] <= v < EDGES[b + 1], for negative v EDGES[b] < v <= EDGES[b + 1]
EDGES.setflags(write=False)


def bin_of(values) -> np.ndarray:
    """Bin of each value, rounded to float32 first; the kernels' `find_bins` gives the same.

    Parameters
    ----------
    values : array_like of float, any shape; NaN goes to the last bin.

    Returns
    -------
    ndarray of int64, the same shape, 0 to COUNT - 1.
    """
    single = np.clip(np.nan_to_num(np.asarray(values, dtype=float), nan=np.inf), -2 * RANGE, 2 * RANGE).astype(
        np.float32
    )
    magnitude = np.abs(single)
    linear = (np.minimum(magnitude, np.float32(LINEAR_LIMIT)) * np.float32(PER_OCTAVE / LINEAR_LIMIT)).astype(np.int64)
    octave = (magnitude.view(np.int32).astype(np.int64) >> SHIFT) - OFFSET
    side = np.minimum(np.where(magnitude < LINEAR_LIMIT, linear, octave), PER_SIDE)
    return np.where(single < 0, CENTER - 1 - side, CENTER + side)


def error_bound(values) -> np.ndarray:
    """Width of each value's bin: how far a quantile may lie from the value that was read; inf beyond the range."""
    bins = bin_of(values)
    return EDGES[bins + 1] - EDGES[bins]
