"""How the index moves: its own past days again, in blocks."""

from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Any

import numpy as np

from simulator.spec import check
from simulator.spec.model import TRADING_DAYS, IndexModel

FEWEST_DAYS, MOST_DAYS = 22, 100_000
DEFAULT_BLOCK_DAYS = 42.0


@dataclass(frozen=True, kw_only=True)
class BootstrapMarket(IndexModel):
    """Days of the past, drawn by the stationary bootstrap (Politis and Romano 1994, JASA 89).

    A block starts at any day with equal chances and ends after each day with probability 1 / block_days; the last day
    is followed by the first. The drift d shifts all days alike, by d / 252 - log mean exp(scale x_i).

    Parameters
    ----------
    log_returns : tuple of float
        The days x_1 .. x_n, log returns in order of time, 22 to 100,000 of them.
    block_days : float
        Mean length of a block, 1 or more.
    scale : float
        What every day is multiplied by.
    drift, index, name, provenance
        As in every `IndexModel`; `drift` is a number.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    drift: float
    log_returns: tuple[float, ...]
    block_days: float = DEFAULT_BLOCK_DAYS
    scale: float = 1.0

    kind = "bootstrap"
    required = ("log_returns",)
    optional = ("block_days", "scale")

    def __post_init__(self):
        super().__post_init__()
        self._set(
            log_returns=check.numbers("log_returns", self.log_returns, fewest=FEWEST_DAYS, most=MOST_DAYS),
            block_days=check.number("block_days", self.block_days, low=1, high=1e6),
            scale=check.number("scale", self.scale, low=0, high=1e3, open_low=True),
        )

    def days(self) -> np.ndarray:
        """The daily log returns that are drawn, (n,): scaled, and shifted to the drift."""
        scaled = self.scale * np.array(self.log_returns)
        return scaled + (self.drift / TRADING_DAYS - log(np.exp(scaled).mean()))

    def expected_vol(self) -> float:
        """Root of the mean annual variance: every day is as likely as any other."""
        return self.scale * float(np.std(self.log_returns)) * sqrt(TRADING_DAYS)

    def with_vol(self, vol: float) -> "BootstrapMarket":
        """The market whose days are scaled until `expected_vol` is `vol`."""
        vol = check.number("vol", vol, low=0, high=10, open_low=True)
        return replace(self, scale=self.scale * vol / self.expected_vol())

    def with_scaled_vol(self, vol: float) -> "BootstrapMarket":
        return replace(self.with_vol(vol), **self._renamed(vol / self.expected_vol()))

    def own_dict(self) -> dict[str, Any]:
        return {"block_days": self.block_days, "scale": self.scale, "log_returns": list(self.log_returns)}
