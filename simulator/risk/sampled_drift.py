"""How far a run's paths happened to drift otherwise than another's, and what that does to its figures."""

from collections.abc import Mapping, Sequence
from math import log1p

import numpy as np

from simulator.distribution import Estimate
from simulator.result import Result
from simulator.risk.figures import of_tails
from simulator.risk.premiums import AtPremium
from simulator.spec.model import TRADING_DAYS


def drift_of(result: Result) -> float:
    """Growth a year of the index over the run's last horizon, in the mean of its paths."""
    days = result.spec.horizons[-1]
    return log1p(result.index_return(days).mean) * TRADING_DAYS / days


def slopes(names: Sequence[str], premiums: Sequence[AtPremium]) -> np.ndarray:
    """Change of each named figure with the drift, between the first and the last of `premiums`, (F,).

    0 where there are not two of them, and for worst cases: they are of part of the paths, and hardly change with drift.
    """
    if len(premiums) < 2 or premiums[0].drift == premiums[-1].drift:
        return np.zeros(len(names))
    first, last = (_known(names, premium.figures) for premium in (premiums[0], premiums[-1]))
    return (last - first) / (premiums[-1].drift - premiums[0].drift)


def _known(names: Sequence[str], figures: Mapping[str, Estimate]) -> np.ndarray:
    values = np.array([0.0 if of_tails(name) else figures[name].mean for name in names])
    return np.where(np.isfinite(values), values, 0.0)
