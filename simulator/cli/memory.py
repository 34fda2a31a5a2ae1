"""A limit on memory is answered in a line: before libraries are loaded that would end the process, or hang, without."""

import errno

from simulator.errors import LetfError
from simulator.memory import MIB, limits

LIGHT, FIGURES, KERNELS = 160, 320, 640  # MiB of addresses, some more than commands were seen to take at the least
NEEDS = {"funds": LIGHT, "markets": LIGHT, "plot": FIGURES, "replay": FIGURES, "fetch": FIGURES}
SIGNS = ("can't start new thread", "failed to map segment", "cannot allocate memory", "unable to allocate")
RAN_OUT = "out of memory; raise the limit; fewer horizons, funds or --threads take less"


def require(command: str) -> None:
    """Raise LetfError where `command` cannot even load its libraries.

    Beyond, a run knows what it takes: `engine.memory`. OpenBLAS ends the process or tries again for ever, and LLVM
    aborts it, where there is less.
    """
    needed = NEEDS.get(command, KERNELS)
    for limit in limits():
        if limit.of_addresses and limit.left < needed * MIB:
            left = max(0, limit.left) // MIB
            raise LetfError(f"letf {command} needs {needed} MiB of memory, and {limit.name} leaves {left}; raise it")


def ran_out(error: BaseException | None) -> bool:
    """Whether the error, or what it came from, is that there is no more memory, however a library tells so."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, ImportError | OSError | RuntimeError) and any(
            sign in str(error).lower() for sign in SIGNS
        ):
            return True
        error = error.__cause__ or error.__context__
    return False
