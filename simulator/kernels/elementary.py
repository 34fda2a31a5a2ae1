"""Elementary functions in single precision that LLVM vectorises: no call, no branch, no table.

The coefficients are minimax fits, printed by scripts/fit_polynomials.py. Integers are narrowed by hand, for numba
widens `int32 + int32` to 64 bits and would halve the lanes.
"""

import numpy as np

from simulator.kernels.fma import fma
from simulator.kernels.jit import kernel

F = np.float32
LOG = tuple(
    F(c)
    for c in (
        -0.49999991059303284,
        0.33333951234817505,
        -0.25001755356788635,
        0.19962072372436523,
        -0.16570506989955902,
        0.14917974174022675,
        -0.14307527244091034,
        0.08734846115112305,
    )
)
COS = tuple(
    F(c)
    for c in (
        0.9999999403953552,
        -1.2336982488632202,
        0.2536507546901703,
        -0.020810628309845924,
        0.0008581906440667808,
    )
)
SIN = tuple(
    F(c)
    for c in (
        1.570796251296997,
        -0.6459633708000183,
        0.07968848198652267,
        -0.004672227893024683,
        0.00015082056052051485,
    )
)
EXPM1 = tuple(
    F(c)
    for c in (
        1.0,
        0.5,
        0.16666504740715027,
        0.041666239500045776,
        0.008369150571525097,
        0.0013948583509773016,
    )
)

ZERO = np.int32(0)
ONE, HALF = F(1), F(0.5)
TO_UNIT = F(2.0**-31)
TOP_BIT = np.int32(-(2**31))
LN2_HIGH, LN2_LOW = F(0.693145751953125), F(1.428606765330187e-06)  # their sum is ln 2; n * LN2_HIGH is exact
HALF_LN2 = F(0.34)  # a little less, so that rounding cannot pass it
LOG2_E = F(1.4426950408889634)
ROUND = F(12582912.0)  # 1.5 * 2^23: adding and subtracting it rounds to an integer
EXPONENT_BIAS = np.int32(127)
MANTISSA_BITS = np.int32(23)
ROOT_HALF_BITS = np.int32(0x3F3504F3)  # sqrt(1/2)
MANTISSA_MASK = np.int32(0x7FFFFF)
LARGEST_EXPONENT = F(80)  # exp(80) = 5.5e34 still is a single


@kernel
def log_uniform(n):
    """log((n + 1/2) / 2^31) for an int32 0 <= n < 2^31; float32, relative error below 3e-7 at either end."""
    u = (F(n) + HALF) * TO_UNIT
    bits = np.int32(np.float32(u).view(np.int32) - ROOT_HALF_BITS)
    exponent = np.int32(bits >> MANTISSA_BITS)
    mantissa = np.int32(np.int32(bits & MANTISSA_MASK) + ROOT_HALF_BITS).view(np.float32)  # in [sqrt(1/2), sqrt(2))
    f = mantissa - ONE
    if exponent == ZERO:
        f = (F(np.int32(n ^ TOP_BIT)) + HALF) * TO_UNIT  # u - 1 without the rounding of u
    return log_pieced(exponent, f)


@kernel
def log_pieced(exponent, f):
    """log(2^exponent (1 + f)) for an int32 and a float32 in [sqrt(1/2) - 1, sqrt(2) - 1)."""
    p = LOG[7]
    p = fma(p, f, LOG[6])
    p = fma(p, f, LOG[5])
    p = fma(p, f, LOG[4])
    p = fma(p, f, LOG[3])
    p = fma(p, f, LOG[2])
    p = fma(p, f, LOG[1])
    p = fma(p, f, LOG[0])
    power = F(exponent)
    return fma(power, LN2_HIGH, fma(f * f, p, fma(power, LN2_LOW, f)))


@kernel
def log_single(u):
    """log(u) of a float32 above 2^-126; absolute error below 2e-7 max(1, |log u|)."""
    bits = np.int32(np.float32(u).view(np.int32) - ROOT_HALF_BITS)
    exponent = np.int32(bits >> MANTISSA_BITS)
    mantissa = np.int32(np.int32(bits & MANTISSA_MASK) + ROOT_HALF_BITS).view(np.float32)
    return log_pieced(exponent, mantissa - ONE)


@kernel
def cos_half_turn(t):
    """cos(pi t / 2) for t in [-1, 1], float32; absolute error below 2e-7."""
    s = t * t
    return fma(fma(fma(fma(COS[4], s, COS[3]), s, COS[2]), s, COS[1]), s, COS[0])


@kernel
def sin_half_turn(t):
    """sin(pi t / 2) for t in [-1, 1], float32; absolute error below 2.1e-7."""
    s = t * t
    return t * fma(fma(fma(fma(SIN[4], s, SIN[3]), s, SIN[2]), s, SIN[1]), s, SIN[0])


@kernel
def expm1_small(x):
    """exp(x) - 1 for a float32 |x| < ln(2) / 2; the same bits as `expm1`, at half its cost."""
    p = EXPM1[5]
    p = fma(p, x, EXPM1[4])
    p = fma(p, x, EXPM1[3])
    p = fma(p, x, EXPM1[2])
    p = fma(p, x, EXPM1[1])
    p = fma(p, x, EXPM1[0])
    return x * p


@kernel
def expm1(x):
    """exp(x) - 1 for a float32, clamped to |x| <= 80; relative error below 3e-7."""
    x = min(max(x, -LARGEST_EXPONENT), LARGEST_EXPONENT)
    n = fma(x, LOG2_E, ROUND) - ROUND
    fraction = expm1_small(fma(-n, LN2_LOW, fma(-n, LN2_HIGH, x)))
    power = np.int32(np.int32(np.int32(n) + EXPONENT_BIAS) << MANTISSA_BITS).view(np.float32)  # 2^n
    return fma(power, fraction, power - ONE)
