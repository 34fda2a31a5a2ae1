"""Sums of floats without rounding: the order of addition does not matter, so parts merge to the very same whole."""

import numpy as np

LIMB_BITS = 32
LOWEST = 1152  # a limb array counts units of 2^-1152, below the last bit of every float64
LIMBS = (LOWEST + 1024) // LIMB_BITS + 3
MASK = np.uint64(2**LIMB_BITS - 1)
MANTISSA_BITS = 53


class ExactSums:
    """An array of sums held as fixed-point integers that span the whole range of float64 (Kulisch 2002).

    Up to 2^31 arrays can be added. A sum with an infinite or undefined addend is that addend.

    Parameters
    ----------
    shape : tuple of int
    """

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape
        self.limbs = np.zeros((int(np.prod(shape)), LIMBS), np.int64)
        self.special = np.zeros(len(self.limbs))  # sum of the addends that are not finite

    def add(self, values: np.ndarray) -> None:
        """Add `values`, an array of `shape`."""
        flat = np.asarray(values, dtype=float).ravel()
        finite = np.isfinite(flat)
        with np.errstate(invalid="ignore"):  # inf - inf is the NaN that it should be
            self.special += np.where(finite, 0.0, flat)
        mantissa, exponent = np.frexp(np.where(finite, flat, 0.0))
        digits = np.abs(np.ldexp(mantissa, MANTISSA_BITS)).astype(np.uint64)
        position = exponent + (LOWEST - MANTISSA_BITS)
        limb, shift = position // LIMB_BITS, (position % LIMB_BITS).astype(np.uint64)
        bits = np.uint64(LIMB_BITS)
        low = (digits & MASK) << shift
        high = ((digits >> bits) << shift) + (low >> bits)
        sign, rows = np.sign(mantissa).astype(np.int64), np.arange(len(flat))
        for offset, part in enumerate((low & MASK, high & MASK, high >> bits)):
            self.limbs[rows, limb + offset] += sign * part.astype(np.int64)

    def merge(self, other: "ExactSums") -> None:
        """Add the sums of `other`."""
        self.limbs += other.limbs
        with np.errstate(invalid="ignore"):
            self.special += other.special

    def values(self) -> np.ndarray:
        """The sums, each rounded once to the nearest float64, an array of `shape`."""
        totals = [0] * len(self.limbs)
        for row, limb in zip(*(axis.tolist() for axis in np.nonzero(self.limbs)), strict=True):
            totals[row] += int(self.limbs[row, limb]) << (LIMB_BITS * limb)
        rounded = np.array([_to_float(total) for total in totals])
        return np.where(self.special == 0, rounded, self.special).reshape(self.shape)


def _to_float(units: int) -> float:
    try:
        return units / (1 << LOWEST)  # Python divides integers with one correct rounding
    except OverflowError:
        return np.inf if units > 0 else -np.inf
