"""A figure and its three error bars: Monte Carlo, parameters, models."""

from dataclasses import dataclass
from math import inf

import numpy as np

from simulator.distribution import Estimate

REFIT_RANGE = (0.05, 0.95)
MOST_ERROR = 1 / 3  # of a figure, where it is told how it spreads over refits


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
        A chance, "prob_...", stays in [0, 1]; a loss stays at most 1, and a return of the fund at least -1.
    found : Estimate
    over_refits, over_models : float (R,), (M,)
        The figure in each refit and in each model.
    """
    if abs(found.mean) > 1 and found.stderr > MOST_ERROR * abs(found.mean):  # a mean that few paths make
        over_refits = over_refits[:0]
    over_refits = np.clip(over_refits, *limits(name))
    return Figure(found.mean, found.stderr, _spread(over_refits, REFIT_RANGE), _spread(over_models, (0, 1)))


def limits(name: str) -> tuple[float, float]:
    """Between what the figure of that name lies, whatever the market."""
    if name.startswith("prob_"):
        return 0.0, 1.0
    if "value_at_risk" in name or "expected_shortfall" in name or "drawdown" in name:
        return -inf, 1.0
    if name.startswith(("mean_return", "median_return", "exit_m", "stop_fill", "target_fill")):
        return -1.0, inf
    return -inf, inf


def _spread(values: np.ndarray, ends: tuple[float, float]) -> Spread | None:
    """Quantiles at `ends` and standard deviation of the values that are known; None below two of them."""
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return None
    low, high = np.quantile(known, ends).tolist()
    return Spread(low, high, float(known.std(ddof=1)), len(known))
