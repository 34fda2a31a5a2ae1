"""One regime of volatility of the index."""

from dataclasses import dataclass
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check

LEAST_DOF = 2.01  # nearer to 2 a day of 12 standard deviations is all that gives the law its variance


@dataclass(frozen=True, kw_only=True)
class Regime:
    """One regime of the index.

    Parameters
    ----------
    name : str
    annual_vol : float
        Volatility of daily log returns times sqrt(252), a fraction in (0, 10].
    annual_log_drift : float, optional
        Mean daily log return times 252; used only where the market's drift is "regime".
    dof : float, optional
        Degrees of freedom (2.01 or more) of Student-t innovations; None means normal.
    overnight_share : float, optional
        Share of the day's variance between yesterday's close and the open, in [0, 1].
    vol_index, vol_index_log_sd : float, optional
        Median of a volatility index, in points, and standard deviation of its logarithm while the regime holds: by
        them an index tells which regime it is.
    """

    name: str
    annual_vol: float
    annual_log_drift: float | None = None
    dof: float | None = None
    overnight_share: float | None = None
    vol_index: float | None = None
    vol_index_log_sd: float | None = None

    def __post_init__(self):
        where = f"regime {check.text('name of a regime', self.name)!r}"
        checked = {"annual_vol": check.number(f"{where}: annual_vol", self.annual_vol, low=0, high=10, open_low=True)}
        if self.annual_log_drift is not None:
            drift = check.number(f"{where}: annual_log_drift", self.annual_log_drift, low=-100, high=100)
            checked["annual_log_drift"] = drift
        if self.dof is not None:
            checked["dof"] = check.number(f"{where}: dof", self.dof, low=LEAST_DOF, high=1e6)
        if self.overnight_share is not None:
            checked["overnight_share"] = check.number(f"{where}: overnight_share", self.overnight_share, low=0, high=1)
        checked |= self._checked_index(where)
        for key, value in checked.items():
            object.__setattr__(self, key, value)

    def _checked_index(self, where: str) -> dict[str, float]:
        if self.vol_index is None and self.vol_index_log_sd is None:
            return {}
        if self.vol_index is None or self.vol_index_log_sd is None:
            raise LetfError(f"{where}: vol_index and vol_index_log_sd go together; give both")
        return {
            "vol_index": check.number(f"{where}: vol_index", self.vol_index, low=0, high=1e3, open_low=True),
            "vol_index_log_sd": check.number(
                f"{where}: vol_index_log_sd", self.vol_index_log_sd, low=0, high=10, open_low=True
            ),
        }


def regime_from_dict(position: int, data: Any) -> Regime:
    """The regime of the `position`-th table [[regimes]], from 0, of a market file."""
    optional = ("name", "annual_log_drift", "dof", "overnight_share", "vol_index", "vol_index_log_sd")
    values = check.keys(f"regimes[{position}]", data, required=("annual_vol",), optional=optional)
    return Regime(**{"name": f"regime{position + 1}"} | values)
