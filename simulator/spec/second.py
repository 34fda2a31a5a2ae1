"""A second index beside a market's first, as SPY beside IWM."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.regime import LEAST_DOF
from simulator.spec.student import log_mean_exp_of

LARGEST_MOVE = 1.0  # of an index in a day, as a log return; a greater one is in percent, or a price
REQUIRED = ("index", "drift")
OPTIONAL = ("betas", "residual_vols", "residual_ratio", "dof", "log_returns", "provenance")
OWN = {  # the keys by which each kind of market moves its second index
    "markov": ("betas", "residual_vols"),
    "garch": ("betas", "residual_ratio"),
    "bootstrap": ("log_returns",),
}


@dataclass(frozen=True, kw_only=True)
class SecondIndex:
    """How a second index moves on the days of the first; the first moves as it does without a second.

    A market of regimes or GARCH moves it by a factor model, the daily log return y_t = m_t + beta e_t + v_t u_t, where
    e_t is the first index's surprise that day, x_t less what was expected of it, and u_t is independent of it, of
    variance 1. In regime k beta is `betas[k]` and v_t is `residual_vols[k]` a day: each regime has a correlation of its
    own, beta s / sqrt(beta^2 s^2 + v^2), s the volatility of the first. Under GARCH beta is `betas[0]` and v_t is
    `residual_ratio` times the first index's volatility that day: one correlation, volatilities that rise and fall
    together. A bootstrap draws what it did on the very days that are drawn for the first, scaled alike.

    Parameters
    ----------
    index : str
        Another one than the market's.
    drift : float
        The index grows by exp(drift / 252) a day in the mean, in every regime and at any volatility.
    betas : tuple of float
        One a regime, or one for GARCH.
    residual_vols : tuple of float
        Annual, one a regime, 0 or more.
    residual_ratio : float, optional
        0 or more.
    dof : float, optional
        Degrees of freedom (2.01 or more) of u where it is Student-t, cut at 12 standard deviations; None: normal.
    log_returns : tuple of float
        Of a bootstrap, on the same days as the market's own.
    provenance : mapping
        Where the parameters come from; kept, never interpreted.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    index: str
    drift: float
    betas: tuple[float, ...] = ()
    residual_vols: tuple[float, ...] = ()
    residual_ratio: float | None = None
    dof: float | None = None
    log_returns: tuple[float, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        checked: dict[str, Any] = {
            "index": check.text("second: index", self.index),
            "drift": check.number("second: drift", self.drift, low=-10, high=10),
            "betas": tuple(
                check.number(f"second: betas[{k}]", beta, low=-10, high=10) for k, beta in enumerate(_row(self.betas))
            ),
            "residual_vols": tuple(
                check.number(f"second: residual_vols[{k}]", vol, low=0, high=10)
                for k, vol in enumerate(_row(self.residual_vols))
            ),
            "log_returns": tuple(
                check.number(f"second: log_returns[{i}]", move, low=-LARGEST_MOVE, high=LARGEST_MOVE)
                for i, move in enumerate(_row(self.log_returns))
            ),
        }
        if self.residual_ratio is not None:
            ratio = check.number("second: residual_ratio", self.residual_ratio, low=0, high=100)
            checked["residual_ratio"] = ratio
        if self.dof is not None:
            checked["dof"] = check.number("second: dof", self.dof, low=LEAST_DOF, high=1e6)
        if not isinstance(self.provenance, Mapping):
            raise LetfError(f"second: provenance must be a table, got {self.provenance!r}")
        for key, value in checked.items():
            object.__setattr__(self, key, value)

    def check_beside(self, index: str, kind: str, count: int) -> None:
        """Refuse one that a market of that index and kind, with `count` regimes or days, cannot move."""
        if self.index.upper() == index.upper():
            raise LetfError(f"second: index must be another than the market's, {index!r}")
        if kind not in OWN:
            raise LetfError(f"second: a market of kind {kind} has none of its own; its members may each have one")
        given = {
            "betas": len(self.betas),
            "residual_vols": len(self.residual_vols),
            "log_returns": len(self.log_returns),
        }
        given["residual_ratio"] = int(self.residual_ratio is not None)
        wanted = dict.fromkeys(OWN[kind], count if kind != "garch" else 1)
        for key, length in given.items():
            if length != wanted.get(key, 0):
                needs = f"{wanted[key]:,} {'value' if wanted[key] == 1 else 'values'}" if key in wanted else "none"
                raise LetfError(f"second: a market of kind {kind} needs {needs} of {key} here, got {length:,}")
        if kind == "bootstrap" and self.dof is not None:
            raise LetfError("second: dof is of a factor model; a bootstrap draws days, leave it out")

    def log_mean_exp(self, c: float) -> float:
        """log E exp(c u)."""
        return log_mean_exp_of(self.dof, c)

    def correlations(self, vols: np.ndarray) -> np.ndarray:
        """Correlation with the first index on a day of each regime, whose annual volatilities are `vols` (K,).

        Under GARCH it is the same at any volatility. A bootstrap has none of its own.
        """
        own = np.array(self.residual_vols) if self.residual_ratio is None else self.residual_ratio * vols
        moved = np.array(self.betas) * vols
        return moved / np.hypot(moved, own)

    def scaled(self, factor: float) -> Self:
        """The same beside a first index whose volatilities are all multiplied by `factor`."""
        return replace(self, residual_vols=tuple(vol * factor for vol in self.residual_vols))

    def to_dict(self) -> dict[str, Any]:
        """The table [second] of a market's file."""
        values = {key: getattr(self, key) for key in (*REQUIRED, *OPTIONAL)}
        kept = {key: value for key, value in values.items() if value is not None and value != () and value != {}}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in kept.items()}

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """The second index of a market's table [second]; unknown keys are refused by name."""
        return cls(**check.keys("second", data, required=REQUIRED, optional=OPTIONAL))


def _row(values: Any) -> tuple[Any, ...]:
    if not isinstance(values, list | tuple):
        raise LetfError(f"second: a row of numbers is expected, got {values!r}")
    return tuple(values)
