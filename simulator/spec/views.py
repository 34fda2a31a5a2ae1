"""The cells in which holds are told by what the index did: its return and its realised volatility."""

from math import sqrt

import numpy as np

from simulator.spec.model import TRADING_DAYS

STEPS = (0.005, 0.01, 0.02, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)  # widths of a cell that read well
CELLS_PER_SD = 2  # at least, of the index's return at its usual volatility
USUAL_VOL = 0.25  # a year, about IWM's: cells are the same in calm and in crisis, and in every member of an ensemble
CENTRES = 11  # cells of returns, about 0; the outermost are open
VOL_EDGES = (0.10, 0.15, 0.20, 0.25, 0.30, 0.40, 0.60)  # of the volatility a year


def move_edges(days: int) -> np.ndarray:
    """Inner edges of the cells of the index's return over `days`, (CENTRES - 1,).

    The cells' centres are multiples of a round number, of which two or so fit one standard deviation.
    """
    wanted = USUAL_VOL * sqrt(days / TRADING_DAYS) / CELLS_PER_SD
    step = next((step for step in STEPS if step >= wanted), STEPS[-1])
    return step * (np.arange(CENTRES - 1) - (CENTRES - 2) / 2)
