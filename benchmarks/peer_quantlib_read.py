"""The QuantLib peer with its paths handed to NumPy, as a fund that resets daily needs them."""

import numpy as np
from peer_quantlib import available, generator
from workload import Workload

__all__ = ["NAME", "SCOPE", "SHARE", "available", "simulate"]
NAME = "QuantLib-Python, paths as arrays"
SCOPE = "one regime, index paths alone"
SHARE = 1 / 16  # of the paths: a whole turn would take as long as all others


def simulate(workload: Workload, paths: int, seed: int) -> None:
    """Generate `paths` paths, each as an array of its daily values, which the wrapper hands over one by one."""
    draw = generator(workload, seed).next
    for _ in range(paths):
        np.array(draw().value())
