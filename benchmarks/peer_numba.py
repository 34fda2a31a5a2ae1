"""numba, plain: one scalar loop over paths, then days, with a NumPy Generator."""

from math import exp

import numba
import numpy as np
from tally import FIRST64, SHIFT64, SIDE, SMALLEST, Statistics
from workload import Workload

NAME = "numba, a loop with a Generator"
SCOPE = "whole"


def available() -> str | None:
    return None


@numba.njit(error_model="numpy", fastmath=True)
def run_paths(rng, paths, mean, sd, leverages, kept, first, thresholds, horizons, sums, squares, counts):
    """Add `paths` paths of three regimes and two funds to `sums`, `squares` (horizons, 5), `counts` (.., bins)."""
    values = np.empty(5)
    for _ in range(paths):
        index, fund0, fund1 = 1.0, 1.0, 1.0
        u = rng.random()
        regime = int(u >= first[0]) + int(u >= first[1])
        day = 0
        for h in range(horizons.shape[0]):
            while day < horizons[h]:
                if day > 0:
                    u = rng.random()
                    regime = int(u >= thresholds[regime, 0]) + int(u >= thresholds[regime, 1])
                growth = exp(mean[regime] + sd[regime] * rng.standard_normal())
                index *= growth
                fund0 *= max(0.0, leverages[0] * growth + kept[0])
                fund1 *= max(0.0, leverages[1] * growth + kept[1])
                day += 1
            values[0], values[1], values[3] = index - 1.0, fund0 - 1.0, fund1 - 1.0
            values[2] = values[1] - leverages[0] * values[0]
            values[4] = values[3] - leverages[1] * values[0]
            for i in range(values.shape[0]):
                v = values[i]
                sums[h, i] += v
                squares[h, i] += v * v
                side = min((np.float64(abs(v) + SMALLEST).view(np.int64) >> SHIFT64) - FIRST64, SIDE - 1)
                counts[h, i, SIDE + side if v >= 0.0 else SIDE - 1 - side] += 1


def simulate(workload: Workload, paths: int, seed: int) -> Statistics:
    """Run `paths` paths on one thread."""
    result = Statistics.empty(workload)
    rng = np.random.Generator(np.random.SFC64(seed))
    mean, sd, leverages = np.array(workload.mean), np.array(workload.sd), np.array(workload.leverages)
    kept = 1 - leverages + np.array(workload.carry)  # 1 + L (e^x - 1) + carry = L e^x + kept
    switching = workload.first, workload.thresholds, np.array(workload.horizons)
    run_paths(rng, paths, mean, sd, leverages, kept, *switching, result.sums, result.squares, result.counts)
    result.paths += paths
    return result
