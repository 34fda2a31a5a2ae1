"""What models foretold on past days, and what came."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from simulator.history.crps import verify
from simulator.history.origins import Origins
from simulator.history.record import Record
from simulator.result import QUANTILES, Result
from simulator.spec.run import Simulation

QUANTITIES = ("fund_return", "divergence")


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What one model foretold at N origins of F funds over H horizons; NaN where no outcome is known.

    crps : float64 (N, F, H, 2), fair CRPS of fund return and divergence.
    pit : float64 (N, F, H, 2), share of paths below the outcome.
    quantiles : float64 (N, F, H, 2, 7), at `result.QUANTILES`; NaN where they are not asked for.
    """

    crps: np.ndarray
    pit: np.ndarray
    quantiles: np.ndarray

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> "Forecasts":
        """None yet."""
        return cls(*(np.full(full, np.nan) for full in (shape, shape, (*shape, len(QUANTILES)))))

    def fill(self, origin: int, result: Result, outcomes: np.ndarray, *, quantiles: bool) -> None:
        """Hold the laws of a run at one origin against its outcomes, (F, H, 2)."""
        for f, fund in enumerate(result.spec.funds):
            for h, days in enumerate(result.spec.horizons):
                laws = (result.fund_return(fund.ticker, days), result.divergence(fund.ticker, days))
                for q, law in enumerate(laws):
                    cell, outcome = (origin, f, h, q), float(outcomes[f, h, q])
                    if quantiles:
                        self.quantiles[cell] = law.quantile(np.array(QUANTILES))
                    if not np.isnan(outcome):
                        self.crps[cell], self.pit[cell] = verify(law, outcome)


@dataclass(frozen=True, kw_only=True, eq=False)
class Score:
    """The forecasts of several models, and what came.

    Parameters
    ----------
    record : Record
    origins : Origins
    template : Simulation
        What all runs share: funds with the costs that forecasts carry, horizons, paths, seed.
    drift : float
        Of every model, annual.
    models : mapping of str to str
        What each model is.
    outcomes : float64 (N, F, H, 2)
    forecasts, driftless : mapping of str to Forecasts
        By model, at `drift` and at drift 0; the same where `drift` is 0.
    """

    record: Record
    origins: Origins
    template: Simulation
    drift: float
    models: Mapping[str, str]
    outcomes: np.ndarray
    forecasts: Mapping[str, Forecasts]
    driftless: Mapping[str, Forecasts]

    @property
    def horizons(self) -> tuple[int, ...]:
        return self.template.horizons

    @property
    def entry_days(self) -> np.ndarray:
        """Days of the entry closes, datetime64[D] (N,)."""
        return self.record.dates[self.origins.at]
