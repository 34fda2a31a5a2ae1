"""Fused multiply-add, asked for by name: one instruction, one rounding, the same bits on every machine that has it."""

import numba
from numba.extending import intrinsic


@intrinsic
def fma(typingctx, a, b, c):
    """a * b + c with one rounding (IEEE 754-2019, fusedMultiplyAdd); a, b and c of one floating type."""

    def codegen(context, builder, signature, args):
        return builder.fma(*args)

    return a(a, b, c), codegen


if numba.config.DISABLE_JIT:

    def fma(a, b, c):
        """a * b + c, rounded twice: near enough to read and debug the kernels without compiling them."""
        return a * b + c
