"""QuantLib-Python's path generation alone: it has no regimes, no daily-reset fund, and returns one path a call."""

import numpy as np
from workload import Workload

from simulator.spec.model import TRADING_DAYS

try:
    import QuantLib as ql
except ImportError:
    ql = None

NAME = "QuantLib-Python, paths unread"
SCOPE = "one regime, index paths alone, dropped as they come"


def available() -> str | None:
    return None if ql else "QuantLib is not installed"


def generator(workload: Workload, seed: int):
    """Paths of dS = mu S dt + sigma S dW in Euler steps of a day, the fastest of QuantLib's lognormal processes.

    Mean growth and volatility are the first regime's.
    """
    mean, sd = workload.mean[0], workload.sd[0]
    mu, sigma = np.expm1(mean + sd * sd / 2) * TRADING_DAYS, sd * np.sqrt(TRADING_DAYS)
    process = ql.GeometricBrownianMotionProcess(1.0, float(mu), float(sigma))
    uniforms = ql.UniformRandomSequenceGenerator(workload.days, ql.UniformRandomGenerator(seed))
    normals = ql.GaussianRandomSequenceGenerator(uniforms)
    return ql.GaussianPathGenerator(process, workload.days / TRADING_DAYS, workload.days, normals, False)


def simulate(workload: Workload, paths: int, seed: int) -> None:
    """Generate `paths` paths and drop them."""
    draw = generator(workload, seed).next
    for _ in range(paths):
        draw()


def last_values(workload: Workload, paths: int, seed: int) -> np.ndarray:
    """The last value of each path, (paths,)."""
    draw = generator(workload, seed).next
    return np.fromiter((draw().value().back() for _ in range(paths)), float, paths)
