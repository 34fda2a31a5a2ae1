"""The innovations of filtered historical simulation: a fit's own residuals, drawn with equal chances."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from simulator.spec.model import log_mean_exp


class Residuals:
    """The law that gives each of the `values`, centred and scaled to variance 1, the same probability.

    (Barone-Adesi, Giannopoulos and Vosper 1999, Journal of Futures Markets 19.)
    """

    def __init__(self, values: Sequence[float]):
        self._values = values

    @cached_property
    def values(self) -> np.ndarray:
        """The residuals, (n,), of mean 0 and variance 1."""
        raw = np.asarray(self._values)
        return (raw - raw.mean()) / raw.std()

    def log_mean_exp(self, c: float) -> float:
        """log E exp(c e)."""
        return log_mean_exp(c * self.values)

    @cached_property
    def lower_variance(self) -> float:
        """E e^2 1{e < 0}."""
        return float(np.where(self.values < 0, self.values**2, 0.0).mean())
