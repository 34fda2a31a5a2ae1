"""Fused multiply-add, asked for by name: one instruction, one rounding, the same bits on every machine."""

from typing import Any

import numba
from numba.extending import intrinsic

config: Any = numba.config


def _fused(typingctx, a, b, c):
    """a * b + c with one rounding (IEEE 754-2019, fusedMultiplyAdd); a, b and c of one floating type."""

    def codegen(context, builder, signature, args):
        return builder.fma(*args)

    return a(a, b, c), codegen


def _rounded_twice(a, b, c):
    """a * b + c, near enough to read and debug the kernels without compiling them."""
    return a * b + c


fma: Any = _rounded_twice if config.DISABLE_JIT else intrinsic(_fused)
