"""The vector instructions that compiled code may use: those of the machine, or AVX2 and no more."""

import os
import platform
import sys
from pathlib import Path

import numpy as np
from llvmlite import binding

ROOT = Path(__file__).parents[1]
NATIVE, AVX2 = "native", "avx2"
LEVEL = "x86-64-v3"  # AVX2 and fused multiply-add, as of Haswell (2013)


def name() -> str:
    """What this process was given: "AVX-512", "AVX2", or the machine's architecture."""
    features = binding.get_host_cpu_features()
    if limited() or (features.get("avx2") and not features.get("avx512f")):
        return "AVX2"
    return "AVX-512" if features.get("avx512f") else platform.machine()


def limited() -> bool:
    """Whether this process may use AVX2 at most, although the machine may offer more."""
    return os.environ.get("NUMBA_CPU_NAME") == LEVEL


def choices() -> list[str]:
    """The levels worth a run on this machine."""
    return [NATIVE, AVX2] if binding.get_host_cpu_features().get("avx512f") else [NATIVE]


def environment(level: str) -> dict[str, str]:
    """Variables under which numba, NumPy and XLA keep to `level`; numba's with a cache of their own."""
    if level == NATIVE:
        return {}
    return {
        "NUMBA_CPU_NAME": LEVEL,
        "NUMBA_CPU_FEATURES": "",  # none beside those of the level
        "NPY_DISABLE_CPU_FEATURES": " ".join(_wider_than_avx2()),
        "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_max_isa=AVX2".strip(),
        "LETF_CACHE_DIR": str(ROOT / ".cache" / LEVEL),
    }


def _wider_than_avx2() -> list[str]:
    """The groups of features that NumPy has loops for, this machine has, and are beyond AVX2."""
    umath = np._core._multiarray_umath
    supported = umath.__cpu_features__
    wider = [group for group in umath.__cpu_dispatch__ if group.startswith("AVX512") or group == "X86_V4"]
    return [group for group in wider if supported.get(group)]


def keep_to(level: str) -> None:
    """Start this script anew where its process may use more than `level`."""
    if level == NATIVE or limited():
        return
    if not binding.get_host_cpu_features().get("avx2"):
        sys.exit(f"--isa {level}: this processor has no AVX2, leave the option out")
    script = str(Path(sys.argv[0]).resolve())
    os.execve(sys.executable, [sys.executable, script, *sys.argv[1:]], os.environ | environment(level))
