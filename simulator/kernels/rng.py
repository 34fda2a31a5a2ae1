"""Random numbers by address: Philox4x32-10 words, uniforms and standard normals."""

from math import sqrt

import numpy as np

from simulator.kernels.elementary import TO_UNIT, cos_half_turn, log_uniform, sin_half_turn
from simulator.kernels.jit import inlined, kernel

NORMALS, REGIMES, DAYS, OPENS, BARRIERS, SECOND = range(6)  # slots of the counter's fourth word; one slot a purpose
CALL_WORDS = 4  # one Philox call gives four words: four days of one slot
FILL_WORDS = 2 * CALL_WORDS  # days that one `philox_words` serves

# Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", section 3.3 and Random123 1.14
ROUNDS = 10
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
ONE_CALL = np.uint64(1)
HALF = np.uint64(32)


@inlined
def two_calls(path, call, slot, key0, key1, i, words):
    """Column `i` of `words` (8, lanes): Philox4x32-10 of `call` and `call + 1`; the other arguments are uint64.

    The rounds of one call alone would leave the multipliers waiting, so two are interleaved.
    """
    a0, a1, a2, a3 = path & LOW, path >> HALF, call, slot
    b0, b1, b2, b3 = a0, a1, call + ONE_CALL, slot
    for _ in range(ROUNDS):
        # only the low halves count: the product takes them, the last lines drop the rest
        p0, p1 = M0 * (a0 & LOW), M1 * (a2 & LOW)
        q0, q1 = M0 * (b0 & LOW), M1 * (b2 & LOW)
        a0, a1, a2, a3 = (p1 >> HALF) ^ a1 ^ key0, p1, (p0 >> HALF) ^ a3 ^ key1, p0
        b0, b1, b2, b3 = (q1 >> HALF) ^ b1 ^ key0, q1, (q0 >> HALF) ^ b3 ^ key1, q0
        key0, key1 = (key0 + W0) & LOW, (key1 + W1) & LOW
    words[0, i], words[1, i] = np.uint32(a0 & LOW), np.uint32(a1 & LOW)
    words[2, i], words[3, i] = np.uint32(a2 & LOW), np.uint32(a3 & LOW)
    words[4, i], words[5, i] = np.uint32(b0 & LOW), np.uint32(b1 & LOW)
    words[6, i], words[7, i] = np.uint32(b2 & LOW), np.uint32(b3 & LOW)


@kernel
def philox_words(seed, first_path, call, slot, words):
    """Fill `words` (8, lanes) uint32: rows 0 to 3 from Philox4x32-10 of `call`, rows 4 to 7 from `call + 1`.

    Key `seed`, counter (path low, path high, call, slot); lane i is path `first_path + i`; all arguments are uint64.
    """
    key0, key1 = seed & LOW, seed >> HALF
    for i in range(words.shape[1]):
        two_calls(first_path + np.uint64(i), call, slot, key0, key1, i, words)


@kernel
def words_of_lanes(seed, first_path, lanes, n, call, slot, words):
    """The same of `n` lanes alone, those of `lanes`, in its order."""
    key0, key1 = seed & LOW, seed >> HALF
    for j in range(n):
        two_calls(first_path + np.uint64(lanes[j]), call, slot, key0, key1, j, words)


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
    """Turn `words` into standard normals `z`, both (rows, lanes), uint32 and float32; an even number of rows."""
    first_normals(words, words.shape[1], z)


@kernel
def first_normals(words, n, z):
    """The same of the first `n` columns."""
    for row in range(0, words.shape[0], 2):
        for i in range(n):
            z[row, i], z[row + 1, i] = box_muller(words[row, i], words[row + 1, i])
