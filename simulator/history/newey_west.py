"""The spread of sums over days that hang together."""

import numpy as np


def long_run_covariance(rows: np.ndarray, lags: int) -> np.ndarray:
    """Covariance of the sums of the columns, (k, k) (Newey and West 1987, Econometrica 55, eq. 5).

    Parameters
    ----------
    rows : float64 (T, k)
        Deviations from their means, a day each.
    lags : int
        Days apart up to which rows hang together.
    """
    total = rows.T @ rows
    for lag in range(1, min(lags, len(rows) - 1) + 1):
        cross = rows[lag:].T @ rows[:-lag]
        total += (1 - lag / (lags + 1)) * (cross + cross.T)
    return total
