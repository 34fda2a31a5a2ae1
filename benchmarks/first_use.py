"""What the first use compiles: seconds by kernel file, and the vector registers of the machine code.

The figures are those of a process with an empty cache (LETF_CACHE_DIR); they go to stdout as JSON.
"""

import json
import re
import time
from collections import Counter, defaultdict
from dataclasses import replace

PATHS = 512
PACKAGE = "simulator.kernels."
REGISTERS = ("xmm", "ymm", "zmm")  # of 128, 256 and 512 bits


def compile_all() -> tuple[list, float]:
    """Run the core once; numba's events of compiling, and the seconds that it took."""
    from numba.core import event

    from simulator.bench import workload
    from simulator.engine.simulate import simulate

    with event.install_recorder("numba:compile") as recorder:
        start = time.perf_counter()
        simulate(replace(workload(), paths=PATHS), threads=1)
        return recorder.buffer, time.perf_counter() - start


def seconds_by_file(events: list) -> dict[str, float]:
    """Seconds of compiling by kernel file, without those of what it calls in others, the longest first.

    numba's own functions count where they are called.
    """
    own, open_ones = defaultdict(float), []
    for moment, event in events:
        module = event.data["dispatcher"].py_func.__module__
        if event.is_start:
            file = module.removeprefix(PACKAGE) if module.startswith(PACKAGE) else open_ones[-1][0]
            if open_ones:
                own[open_ones[-1][0]] += moment - open_ones[-1][1]
            open_ones.append([file, moment])
        else:
            file, since = open_ones.pop()
            own[file] += moment - since
            if open_ones:
                open_ones[-1][1] = moment
    return dict(sorted(own.items(), key=lambda item: -item[1]))


def registers() -> dict[str, int]:
    """How often the machine code of the path loop and all that it calls names registers of each width."""
    from simulator.kernels.paths import run_block

    found = Counter(re.findall(r"%(xmm|ymm|zmm)\d", "".join(run_block.inspect_asm().values())))
    return {name: found[name] for name in REGISTERS}


def main() -> None:
    events, seconds = compile_all()
    print(json.dumps({"seconds": seconds, "files": seconds_by_file(events), "registers": registers()}))


if __name__ == "__main__":
    main()
