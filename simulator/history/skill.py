"""How much better one model's scores are than another's, and how far other years might have moved that."""

import numpy as np

from simulator.history.block_bootstrap import Interval, interval, stationary_counts

DRAWS = 4000
MEAN_BLOCK = 12.0  # origins, a year: longer than most holds and spells of high volatility


def resampled(origins: int) -> np.ndarray:
    """How often each of the origins is in each resample, float64 (B, N)."""
    return stationary_counts(origins, MEAN_BLOCK, DRAWS).astype(float)


def skill(scores: np.ndarray, baseline: np.ndarray, resamples: np.ndarray) -> Interval:
    """Skill over a baseline, 1 - sum of scores / sum of the baseline's scores, averaged over cells.

    Paired: an origin that is resampled brings both models' scores in all cells.

    Parameters
    ----------
    scores, baseline : float64 (N, C)
        Of N origins in C cells; NaN where no outcome is known.
    resamples : float64 (B, N)
        How often each origin is in each resample.
    """
    known = ~np.isnan(scores) & ~np.isnan(baseline)
    model, other = np.where(known, scores, 0.0), np.where(known, baseline, 0.0)

    def mean_skill(counts):
        with np.errstate(invalid="ignore", divide="ignore"):  # no known outcome in a cell: not known
            return (1 - counts @ model / (counts @ other)).mean(axis=-1)

    return _interval(mean_skill(np.ones(len(model))), mean_skill(resamples), known.any(axis=1))


def share(events: np.ndarray, resamples: np.ndarray) -> Interval:
    """Share of events (1) among those known (not NaN), all cells together.

    Parameters
    ----------
    events : float64 (N, C)
    resamples : float64 (B, N)
    """
    known = (~np.isnan(events)).sum(axis=1).astype(float)
    happened = np.nansum(events, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return _interval(happened.sum() / known.sum(), resamples @ happened / (resamples @ known), known > 0)


def _interval(estimate: float, samples: np.ndarray, origins: np.ndarray) -> Interval:
    """The interval of figures resampled from the `origins` that are True; unknown where these do not fill a block."""
    known = samples[np.isfinite(samples)]  # a resample may miss every origin with an outcome
    low, high = interval(known) if len(known) and np.count_nonzero(origins) >= MEAN_BLOCK else (np.nan, np.nan)
    return Interval(float(estimate), low, high)
