"""What is told of how often leveraged funds move far."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.spec.feedback import Feedback
from simulator.spec.run import Simulation


@dataclass(frozen=True, kw_only=True, eq=False)
class FlowGrid:
    """The answer of `flow_grid`.

    Parameters
    ----------
    spec : Simulation
        Market, funds that are counted, paths: a year each.
    feedback : Feedback
        The assets, and how much of a push reverts; its impact is not read.
    impacts, multiples : tuple of float
        Of the grid's lines and columns.
    beyond, common : float
        The daily move that counts, and the days a year above which such moves are called common.
    gains : float64 (impacts, multiples)
    days, stderr : float64 (impacts, multiples, funds)
        Days a year and their Monte Carlo standard error; NaN where the gain leaves no close.
    exact : float64 (impacts, multiples, funds)
        The same by the exact law; NaN where none is known.
    largest_z : float or None
        The largest distance of cells from the exact law, in standard errors; None where none could be compared.
    capped : int
        Days of paths on which volatility was held at its cap.
    """

    spec: Simulation
    feedback: Feedback
    impacts: tuple[float, ...]
    multiples: tuple[float, ...]
    beyond: float
    common: float
    gains: np.ndarray
    days: np.ndarray
    stderr: np.ndarray
    exact: np.ndarray
    largest_z: float | None
    capped: int

    def first_common(self, column: int, fund: int) -> float | None:
        """The least impact of the grid at which days beyond are common, with these assets; None: at none."""
        found = np.flatnonzero(self.days[:, column, fund] > self.common)
        return self.impacts[found[0]] if len(found) else None

    def to_dict(self) -> dict[str, Any]:
        """Every figure as plain data, NaN where there is none."""
        return {
            "beyond": self.beyond,
            "common_days": self.common,
            "reverts": self.feedback.reverts,
            "year_days": self.spec.horizons[-1],
            "largest_abs_z_of_exact": self.largest_z,
            "capped_days": self.capped,
            "cells": [
                {
                    "fund": fund.ticker,
                    "impact_per_billion": impact,
                    "multiple_of_assets": multiple,
                    "gain": float(self.gains[i, j]),
                    "days_a_year": float(self.days[i, j, k]),
                    "stderr": float(self.stderr[i, j, k]),
                    "exact": float(self.exact[i, j, k]),
                }
                for k, fund in enumerate(self.spec.funds)
                for i, impact in enumerate(self.impacts)
                for j, multiple in enumerate(self.multiples)
            ],
            "common_from": [
                {
                    "fund": fund.ticker,
                    "multiple_of_assets": multiple,
                    "impact_per_billion": self.first_common(j, k),
                }
                for k, fund in enumerate(self.spec.funds)
                for j, multiple in enumerate(self.multiples)
            ],
        }
