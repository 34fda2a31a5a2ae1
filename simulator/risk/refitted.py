"""Figures in refitted markets, with as little Monte Carlo error of their own as can be."""

import warnings
from collections.abc import Callable, Sequence
from math import log2

import numpy as np

from simulator.result import Result
from simulator.risk.runs import Runs
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.market import Market
from simulator.spec.run import Simulation

PATHS_OF_PAST_DAYS = 65_536  # of a refit
FEWEST_PATHS, PATH_DAYS = 8_192, 2**19  # of a refit that draws no past days


def refitted(
    runs: Runs, spec: Simulation, refits: Sequence[Market], of: Callable[[Result], np.ndarray], values: np.ndarray
) -> np.ndarray:
    """Figures of a run in each refit of its market: their spread, with its middle where the run's own figures are.

    The spread is what refits are for. Their middle says something else: blocks of a resampled history join where
    volatility jumps, so that refits are a little milder than the fit, and a few histories happen to be calm or wild.

    Regimes and GARCH make like days of the same random numbers, whatever their parameters, so that little Monte Carlo
    error is left in the spread even of a few paths. A resampled history has other days: those are drawn more often.

    Parameters
    ----------
    runs : Runs
    spec : Simulation
    refits : sequence of R Market
    of : callable
        The figures of a result, float (F,); called by several threads.
    values : float (F,)
        Those of the run itself.

    Returns
    -------
    float (R, F)
    """
    if not refits:
        return np.empty((0, len(values)))
    found = np.array(runs.each(spec, refits, refit_paths(spec), of))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a figure that no refit knows
        return values + (found - np.nanmedian(found, axis=0))


def refit_paths(spec: Simulation) -> int:
    """Paths of each refit of the run's market: more of short holds, whose figures change little from refit to refit."""
    if _draws_days(spec.market):
        return min(spec.paths, PATHS_OF_PAST_DAYS)
    return min(spec.paths, max(FEWEST_PATHS, 2 ** int(log2(PATH_DAYS / spec.horizons[-1]))), PATHS_OF_PAST_DAYS)


def paths_of_refits(spec: Simulation, count: int) -> int:
    """Paths that `refitted` runs."""
    return count * refit_paths(spec)


def _draws_days(market: Market) -> bool:
    markets = [member.market for member in market.members] if isinstance(market, EnsembleMarket) else [market]
    return any(isinstance(one, BootstrapMarket) for one in markets)
