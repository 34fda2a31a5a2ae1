"""Sums of floats without rounding: the order of addition does not matter, so parts merge to the very same whole."""

import numpy as np

LIMB_BITS = 32
LOWEST = 1152  # a limb array counts units of 2^-1152, below the last bit of every float64
LIMBS = (LOWEST + 1024) // LIMB_BITS + 3
MASK = np.uint64(2**LIMB_BITS - 1)
MANTISSA_BITS = 53
SMALLEST_NORMAL = 2.0**-1022


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

    def state(self) -> dict[str, np.ndarray]:
        """The sums as two plain arrays; `from_state` gives them back."""
        return {"limbs": self.limbs, "special": self.special}

    @classmethod
    def from_state(cls, shape: tuple[int, ...], limbs: np.ndarray, special: np.ndarray) -> "ExactSums":
        """The sums that `state` gave, of arrays of `shape`.

        Raises
        ------
        ValueError
            If they are not of that shape.
        """
        sums = cls(shape)
        for mine, given in ((sums.limbs, limbs), (sums.special, special)):
            if (given.shape, given.dtype) != (mine.shape, mine.dtype):
                raise ValueError(f"sums of shape {given.shape} and type {given.dtype}, not {mine.shape}")
            mine[:] = given
        return sums

    def values(self) -> np.ndarray:
        """The sums, each rounded once to the nearest float64, an array of `shape`."""
        used = np.flatnonzero(self.limbs.any(axis=0))
        if used.size == 0:
            return self.special.reshape(self.shape).copy()
        lowest = int(used[0])
        digits, sign = _digits(self.limbs[:, lowest : used[-1] + 3])  # two more, for carry and sign
        rounded = sign * _nearest(digits, LIMB_BITS * lowest - LOWEST)
        return np.where(self.special == 0, rounded, self.special).reshape(self.shape)


def _digits(limbs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Magnitudes as digits of 32 bits, lowest first, (n, count), and signs, (n,)."""
    digits = _carried(limbs)
    below = digits[:, -1] < 0
    if below.any():
        digits[below] = _carried(-limbs[below])
    return digits, np.where(below, -1.0, 1.0)


def _carried(limbs: np.ndarray) -> np.ndarray:
    """The same numbers with every limb but the last in [0, 2^32)."""
    digits = limbs.copy()
    for k in range(digits.shape[1] - 1):
        digits[:, k + 1] += digits[:, k] >> LIMB_BITS
        digits[:, k] &= int(MASK)
    return digits


def _nearest(digits: np.ndarray, exponent: int) -> np.ndarray:
    """Digits, in units of 2^exponent, to the nearest floats: by the 64 highest bits, the last of which also stands for
    all that follow."""
    padded = np.concatenate([np.zeros((len(digits), 2), np.int64), digits], axis=1)
    used = padded != 0
    top = np.maximum(padded.shape[1] - 1 - used[:, ::-1].argmax(axis=1), 2)
    rows, bits = np.arange(len(digits)), np.uint64(LIMB_BITS)
    first, second, third = (padded[rows, top - k].astype(np.uint64) for k in range(3))
    shift = (LIMB_BITS - np.frexp(first.astype(float))[1]).astype(np.uint64) * (first > 0)
    rest = bits - shift
    highest = (((first << bits) | second) << shift) | (third >> rest)
    follows = used.sum(axis=1) > sum(used[rows, top - k].astype(int) for k in range(3))
    highest |= ((third & ((np.uint64(1) << rest) - np.uint64(1))) > 0) | follows
    with np.errstate(over="ignore"):  # a sum beyond a float is infinite, as it should be
        values = np.ldexp(highest.astype(float), LIMB_BITS * (top - 3) - shift.astype(int) + exponent)
    for row in np.flatnonzero((values < SMALLEST_NORMAL) & (highest > 0)):  # ldexp would round these once more
        whole = sum(int(digit) << (LIMB_BITS * k) for k, digit in enumerate(digits[row]))
        values[row] = whole / (1 << -exponent)  # Python divides integers with one correct rounding
    return values
