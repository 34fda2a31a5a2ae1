"""How often outcomes fell inside the forecast intervals, and how often they do by luck when holds overlap."""

from typing import NamedTuple

import numpy as np

LEVELS = (0.5, 0.8, 0.9, 0.98)  # central intervals
PIT_BINS = 10
REPLICATES = 4000
SEED = 20_001
CHANCE = (0.025, 0.975)


class Luck(NamedTuple):
    """What a perfect forecaster reaches in 95 % of histories.

    coverage : float64 (2, levels), least and greatest share inside each of `LEVELS`.
    pit : float64 (2, PIT_BINS), least and greatest share of outcomes in each bin of the PIT.
    coverage_sd : float64 (levels,), standard deviation of the shares inside.
    """

    coverage: np.ndarray
    pit: np.ndarray
    coverage_sd: np.ndarray


def inside(pit: np.ndarray, level: float) -> np.ndarray:
    """1 where the outcome was within the central interval, 0 where not, NaN where unknown; any shape.

    The interval of `level` goes from the (1 - level) / 2 to the (1 + level) / 2 quantile.
    """
    return np.where(np.isnan(pit), np.nan, np.abs(pit - 0.5) <= level / 2 + 1e-12)


def pit_shares(pit: np.ndarray) -> np.ndarray:
    """Share of the known PITs in each of `PIT_BINS` equal bins of [0, 1], along the last axis: (..., PIT_BINS)."""
    known = ~np.isnan(pit)
    bins = np.clip((np.where(known, pit, 0.0) * PIT_BINS).astype(int), 0, PIT_BINS - 1)
    counts = ((bins[..., None] == np.arange(PIT_BINS)) & known[..., None]).sum(axis=-2)
    return counts / np.maximum(known.sum(axis=-1, keepdims=True), 1)


def luck(at: np.ndarray, days: int, replicates: int = REPLICATES, seed: int = SEED) -> Luck:
    """The play of chance around perfect forecasts of holds of `days` days that were entered at days `at`.

    Outcomes of overlapping holds are alike: as normals whose correlation is the share of days in common,
    max(0, 1 - |a_i - a_j| / days), what sums of independent days have.

    Parameters
    ----------
    at : int (N,), rising
    days : int
    """
    from scipy.special import ndtr

    common = np.maximum(0.0, 1 - np.abs(np.subtract.outer(at, at)) / days)
    root = np.linalg.cholesky(common)
    normals = np.random.Generator(np.random.PCG64(seed)).standard_normal((replicates, len(at)))
    pit = ndtr(normals @ root.T)
    covered = np.stack([inside(pit, level).mean(axis=1) for level in LEVELS], axis=-1)
    return Luck(
        coverage=np.quantile(covered, CHANCE, axis=0),
        pit=np.quantile(pit_shares(pit), CHANCE, axis=0),
        coverage_sd=covered.std(axis=0, ddof=1),
    )
