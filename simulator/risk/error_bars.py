"""A figure and its three error bars: Monte Carlo, parameters, models."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

REFIT_RANGE = (0.05, 0.95)


@dataclass(frozen=True)
class Spread:
    """Where a figure comes to lie: between `low` and `high`, with standard deviation `sd`, over `count` markets.

    Of refits, low and high are their 5 and 95 % quantiles; of models, the least and the greatest.
    """

    low: float
    high: float
    sd: float
    count: int


@dataclass(frozen=True)
class Figure:
    """A figure and its three error bars.

    value, stderr : the estimate and its Monte Carlo standard error, which more paths narrow.
    parameters : over markets fitted to resampled histories, as more prices would narrow; None without such.
    models : over other models of the index, which nothing narrows; None without such.
    """

    value: float
    stderr: float
    parameters: Spread | None
    models: Spread | None


def error_bars(name: str, value: float, stderr: float, changes: Sequence[float], in_models: Sequence[float]) -> Figure:
    """The figure called `name` with its error bars.

    Parameters
    ----------
    name : str
        A chance, "prob_...", stays in [0, 1].
    value, stderr : float
    changes : sequence of float
        What each refit changes.
    in_models : sequence of float
        The figure in each model.
    """
    over_refits = [value + change for change in changes]
    if name.startswith("prob_"):
        over_refits = [min(max(chance, 0.0), 1.0) for chance in over_refits]
    return Figure(value, stderr, _spread(over_refits, REFIT_RANGE), _spread(in_models, (0, 1)))


def _spread(values: Sequence[float], ends: tuple[float, float]) -> Spread | None:
    """Quantiles at `ends` and standard deviation of the values that are known; None below two of them."""
    known = np.array([value for value in values if np.isfinite(value)])
    if len(known) < 2:
        return None
    low, high = np.quantile(known, ends).tolist()
    return Spread(low, high, float(known.std(ddof=1)), len(known))
