"""A figure and its three error bars: Monte Carlo, parameters, models."""

from dataclasses import dataclass

import numpy as np

from simulator.distribution import Estimate

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


def error_bars(name: str, found: Estimate, over_refits: np.ndarray, over_models: np.ndarray) -> Figure:
    """The figure called `name` with its error bars.

    Parameters
    ----------
    name : str
        A chance, "prob_...", stays in [0, 1].
    found : Estimate
    over_refits, over_models : float (R,), (M,)
        The figure in each refit and in each model.
    """
    if name.startswith("prob_"):
        over_refits = np.clip(over_refits, 0, 1)
    return Figure(found.mean, found.stderr, _spread(over_refits, REFIT_RANGE), _spread(over_models, (0, 1)))


def _spread(values: np.ndarray, ends: tuple[float, float]) -> Spread | None:
    """Quantiles at `ends` and standard deviation of the values that are known; None below two of them."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return None
    low, high = np.quantile(known, ends).tolist()
    return Spread(low, high, float(known.std(ddof=1)), len(known))
