"""Weighted ratios over days that hang together, with their errors."""

import numpy as np

from simulator.history.fitted import Fitted
from simulator.history.newey_west import long_run_covariance


def weighted_ratio(weights: np.ndarray, top: np.ndarray, bottom: np.ndarray, lags: int) -> Fitted:
    """sum w a / sum w b with the standard error of a ratio of means (Cochran 1977, Sampling Techniques, eq. 2.46).

    Days hang together up to `lags` days apart, as `long_run_covariance` has it.

    Parameters
    ----------
    weights, top, bottom : float64 (T,)
        sum w b must not be 0.
    lags : int
    """
    whole = weights @ bottom
    ratio = weights @ top / whole
    influence = weights * (top - ratio * bottom) / whole
    variance = long_run_covariance(influence[:, None], lags)[0, 0]
    return Fitted(float(ratio), float(np.sqrt(variance)) if variance > 0 else None)
