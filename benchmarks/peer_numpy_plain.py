"""NumPy as it is commonly written: default_rng and float64 throughout, in chunks of paths."""

import numpy as np
from peer_numpy import Observer
from tally import Statistics
from workload import Workload

NAME = "NumPy, default_rng in float64"
SCOPE = "whole"
CHUNK = 16384  # paths


def available() -> str | None:
    return None


def simulate(workload: Workload, paths: int, seed: int) -> Statistics:
    """Run `paths` paths on one thread; memory does not grow with them."""
    rng = np.random.default_rng(seed)
    result = Statistics.empty(workload)
    for done in range(0, paths, CHUNK):
        run_chunk(workload, min(CHUNK, paths - done), rng, result)
    return result


def run_chunk(workload: Workload, n: int, rng: np.random.Generator, result: Statistics) -> None:
    """Simulate `n` paths, a fund growing by 1 + L (e^x - 1) + carry = L e^x + (1 - L + carry) a day."""
    observer, thresholds = Observer(workload, n), np.ascontiguousarray(workload.thresholds.T)
    mean, sd = np.array(workload.mean), np.array(workload.sd)
    leverages = np.array(workload.leverages)[:, None]
    kept = 1 - leverages + np.array(workload.carry)[:, None]
    index, funds = np.ones(n), np.ones((len(leverages), n))
    regime = np.searchsorted(workload.first, rng.random(n), side="right")
    for day in range(1, workload.days + 1):
        if day > 1:
            u = rng.random(n)
            regime = np.sum([u >= column[regime] for column in thresholds], axis=0)
        x = rng.standard_normal(n)
        x *= sd[regime]
        x += mean[regime]
        growth = np.exp(x, out=x)
        index *= growth
        fund_growth = leverages * growth
        fund_growth += kept
        funds *= np.maximum(fund_growth, 0, out=fund_growth)
        if day in workload.horizons:
            observer.add(index, funds, workload.horizons.index(day), result)
    result.paths += n
