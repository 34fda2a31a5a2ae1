"""Figures in refitted markets, with as little Monte Carlo error of their own as can be."""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.result import Result
from simulator.risk.runs import Runs
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.ensemble import EnsembleMarket
from simulator.spec.market import Market
from simulator.spec.run import Simulation

PATHS, PATHS_OF_PAST_DAYS = 8_192, 65_536  # of a refit


def refitted(
    runs: Runs, spec: Simulation, refits: Sequence[Market], of: Callable[[Result], np.ndarray], values: np.ndarray
) -> np.ndarray:
    """Figures of a run in each refit of its market.

    Regimes and GARCH make like days of the same random numbers, whatever their parameters: a refit's figure is that of
    the run plus what the refit changes on a few paths, and next to none of their Monte Carlo error is in the spread
    over refits. A resampled history has other days, so past days are drawn often instead.

    Parameters
    ----------
    runs : Runs
    spec : Simulation
    refits : sequence of R Market
    of : callable
        The figures of a result, float (F,).
    values : float (F,)
        Those of the run itself.

    Returns
    -------
    float (R, F)
    """
    paths = refit_paths(spec)
    found = np.array([of(runs.of_market(spec, market, paths)) for market in refits]).reshape(-1, len(values))
    if not refits or _draws_days(spec.market):
        return found
    return values + found - of(runs.of_market(spec, spec.market, paths))


def refit_paths(spec: Simulation) -> int:
    """Paths of each refit of the run's market."""
    return min(spec.paths, PATHS_OF_PAST_DAYS if _draws_days(spec.market) else PATHS)


def paths_of_refits(spec: Simulation, count: int) -> int:
    """Paths that `refitted` runs."""
    return (count if _draws_days(spec.market) or not count else count + 1) * refit_paths(spec)


def _draws_days(market: Market) -> bool:
    markets = [member.market for member in market.members] if isinstance(market, EnsembleMarket) else [market]
    return any(isinstance(one, BootstrapMarket) for one in markets)
