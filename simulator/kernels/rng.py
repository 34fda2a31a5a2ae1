"""Random numbers by address: Philox4x32-10 words, uniforms and standard normals."""

from math import sqrt

import numpy as np

from simulator.kernels.elementary import TO_UNIT, cos_half_turn, log_uniform, sin_half_turn
from simulator.kernels.jit import kernel

NORMALS, REGIMES = 0, 1  # slots of the counter's fourth word; one slot a purpose
DAYS_PER_CALL = 4  # one Philox call gives four words: four days of one slot

# Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", section 3.3 and Random123 1.14
ROUNDS = 10
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@kernel
def philox_words(seed, first_path, call, slot, words):
    """Fill `words` (4, lanes) uint32 with Philox4x32-10 of counter (path low, path high, call, slot), key `seed`.

    Lane i is path `first_path + i`; all arguments are uint64.
    """
    key0, key1 = seed & LOW, seed >> HALF
    for i in range(words.shape[1]):
        path = first_path + np.uint64(i)
        c0, c1, c2, c3 = path & LOW, path >> HALF, call, slot
        k0, k1 = key0, key1
        for _ in range(ROUNDS):
            # only the low halves count: the product takes them, the last line drops the rest
            p0, p1 = M0 * (c0 & LOW), M1 * (c2 & LOW)
            c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ k0, p1, (p0 >> HALF) ^ c3 ^ k1, p0
            k0, k1 = (k0 + W0) & LOW, (k1 + W1) & LOW
        words[0, i] = np.uint32(c0 & LOW)
        words[1, i] = np.uint32(c1 & LOW)
        words[2, i] = np.uint32(c2 & LOW)
        words[3, i] = np.uint32(c3 & LOW)


MINUS_TWO = np.float32(-2)
SIGN = np.uint32(0x80000000)
ONE_BIT = np.uint32(1)


@kernel
def box_muller(radius_word, angle_word):
    """Two independent standard normals, float32, |z| <= 6.67, from two uint32 words (Box and Muller 1958).

    The radius takes 31 bits, u = (n + 1/2) / 2^31; the angle 31 bits of half a turn and one bit for its sign.
    """
    radius = sqrt(MINUS_TWO * log_uniform(np.int32(radius_word >> ONE_BIT)))
    if angle_word & SIGN:
        radius = -radius
    t = np.float32(np.int32(angle_word << ONE_BIT)) * TO_UNIT
    return radius * cos_half_turn(t), radius * sin_half_turn(t)


@kernel
def normals(words, z):
    """Turn `words` (4, lanes) uint32 into standard normals `z` (4, lanes) float32."""
    for i in range(words.shape[1]):
        z[0, i], z[1, i] = box_muller(words[0, i], words[1, i])
    for i in range(words.shape[1]):
        z[2, i], z[3, i] = box_muller(words[2, i], words[3, i])
