"""How the index moves: a volatility that answers to each day's surprise, and more to falls."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Any

from simulator.errors import LetfError
from simulator.spec import check
from simulator.spec.model import TRADING_DAYS, VOL_ROUNDING, IndexModel, mean_variance_line
from simulator.spec.residuals import Residuals
from simulator.spec.skewt import CutSkewT

CAP = 0.25  # daily volatility; a day's sd is never above it
LEAST_DOF = 2.05
WIDEST_RESIDUAL = 1000.0
FEWEST_RESIDUALS, MOST_RESIDUALS = 100, 1_000_000


@dataclass(frozen=True, kw_only=True)
class GarchMarket(IndexModel):
    """Log returns x_t = m_t + e_t, e_t = sd_t z_t, with the GJR-GARCH(1,1) variance

        sd_t^2 = omega + (alpha + gamma [e_{t-1} < 0]) e_{t-1}^2 + beta sd_{t-1}^2

    of Glosten, Jagannathan and Runkle (1993, Journal of Finance 48), daily and capped at 0.25^2; the drift d gives
    m_t = d / 252 - log E exp(sd_t z).

    Parameters
    ----------
    omega, alpha, gamma, beta : float
        Of daily log returns as fractions: omega > 0, alpha >= 0, alpha + gamma >= 0, 0 <= beta < 1.
    dof, skew : float, optional
        z is Hansen's skewed t with these, cut at 12 standard deviations and standardised again; `skew` in (-1, 1).
    residuals : tuple of float, optional
        Or z is drawn from these, centred and scaled to variance 1.
    initial : "stationary" or float
        Day 1's volatility a year; "stationary": the long-run one.
    annual_log_drift : float, optional
        Mean daily log return times 252 of the days that the model was fitted to: what filtered prices deviate from.
    overnight_share : float, optional
        Share of a day's variance between yesterday's close and the open, in [0, 1].
    drift, index, name, second, provenance
        As in every `IndexModel`; `drift` is a number.

    Raises
    ------
    LetfError
        If a value breaks its rule.
    """

    drift: float
    omega: float
    alpha: float
    gamma: float
    beta: float
    dof: float | None = None
    skew: float | None = None
    residuals: tuple[float, ...] | None = None
    initial: str | float = "stationary"
    annual_log_drift: float | None = None
    overnight_share: float | None = None

    kind = "garch"
    required = ("omega", "alpha", "gamma", "beta", "initial")
    optional = ("annual_log_drift", "overnight_share", "dof", "skew", "residuals")

    def __post_init__(self):
        super().__post_init__()
        self._check_second(1)
        alpha = check.number("alpha", self.alpha, low=0, high=10)
        self._set(
            omega=check.number("omega", self.omega, low=0, high=CAP**2, open_low=True),
            alpha=alpha,
            gamma=check.number("gamma", self.gamma, low=-alpha, high=10),
            beta=check.number("beta", self.beta, low=0, high=1, open_high=True),
            **self._checked_innovations(),
        )
        if self.annual_log_drift is not None:
            self._set(annual_log_drift=check.number("annual_log_drift", self.annual_log_drift, low=-100, high=100))
        if self.overnight_share is not None:
            self._set(overnight_share=check.number("overnight_share", self.overnight_share, low=0, high=1))
        if self.initial != "stationary":
            initial = check.number('initial ("stationary" or volatility)', self.initial, low=0, high=10, open_low=True)
            self._set(initial=initial)
        elif self.persistence >= 1:
            raise LetfError(
                f"a persistence of {self.persistence:.4g} has no long-run volatility; give initial, day 1's volatility"
            )

    def _checked_innovations(self) -> dict[str, Any]:
        if (self.residuals is None) == (self.dof is None):
            raise LetfError("innovations need either dof and skew, or residuals, not both")
        if self.dof is not None:
            skew = 0.0 if self.skew is None else self.skew
            return {
                "dof": check.number("dof", self.dof, low=LEAST_DOF, high=1e6),
                "skew": check.number("skew", skew, low=-1, high=1, open_low=True, open_high=True),
            }
        if self.skew is not None:
            raise LetfError("skew belongs to dof; residuals have a skew of their own")
        values = check.numbers("residuals", self.residuals, fewest=FEWEST_RESIDUALS, most=MOST_RESIDUALS)
        if (widest := max(map(abs, values))) > WIDEST_RESIDUAL:
            raise LetfError(f"residuals must be within ±{WIDEST_RESIDUAL:g} standard deviations, got {widest:g}")
        if min(values) == max(values):
            raise LetfError(f"residuals must differ, all are {values[0]:g}")
        return {"residuals": values}

    @cached_property
    def innovations(self) -> CutSkewT | Residuals:
        """The law of z."""
        if self.residuals is not None:
            return Residuals(self.residuals)
        assert self.dof is not None and self.skew is not None  # one of the two was given
        return CutSkewT(self.dof, self.skew)

    @property
    def persistence(self) -> float:
        """E sd_t+1^2 = omega + persistence sd_t^2: alpha + gamma E[z^2; z < 0] + beta."""
        return self.alpha + self.gamma * self.innovations.lower_variance + self.beta

    def first_variance(self) -> float:
        """Day 1's variance, a day."""
        if self.initial == "stationary":
            return min(self.omega / (1 - self.persistence), CAP**2)
        return min(float(self.initial) ** 2 / TRADING_DAYS, CAP**2)

    def expected_vol(self) -> float:
        """Root of the mean annual variance over the first 21 days; the cap is left out."""
        constant, slope = mean_variance_line(self.persistence, self.omega)
        return sqrt((constant + slope * self.first_variance()) * TRADING_DAYS)

    def with_vol(self, vol: float) -> "GarchMarket":
        """The market whose first variance makes `expected_vol` equal `vol`: one linear equation."""
        vol = check.number("vol", vol, low=0, high=10, open_low=True)
        constant, slope = mean_variance_line(self.persistence, self.omega)
        least, most = (sqrt((constant + slope * first) * TRADING_DAYS) for first in (self.omega, CAP**2))
        if not least * (1 - VOL_ROUNDING) <= vol <= most * (1 + VOL_ROUNDING):
            raise LetfError(
                f"vol {100 * vol:.4g}% is out of reach of this market's start, {100 * least:.4g}% to {100 * most:.4g}%;"
                f" --scale-vol {100 * vol:.4g}% scales all volatilities instead"
            )
        first = min(max((vol**2 / TRADING_DAYS - constant) / slope, self.omega), CAP**2)
        return replace(self, initial=sqrt(first * TRADING_DAYS))

    def with_scaled_vol(self, vol: float) -> "GarchMarket":
        vol = check.number("vol", vol, low=0, high=10, open_low=True)
        factor, first = vol / self.expected_vol(), sqrt(self.first_variance())
        if factor * first > CAP * (1 + VOL_ROUNDING):
            raise LetfError(
                f"vol {100 * vol:.4g}% would start this market above {100 * CAP:g}% a day, where volatility is capped; "
                f"give at most {100 * vol * CAP / (factor * first):.4g}%"
            )
        free = self.initial == "stationary" and first < CAP
        initial = self.initial if free else factor * first * sqrt(TRADING_DAYS)
        return replace(self, omega=self.omega * factor**2, initial=initial, **self._renamed(factor))

    def own_dict(self) -> dict[str, Any]:
        innovations = (
            {"dof": self.dof, "skew": self.skew} if self.residuals is None else {"residuals": list(self.residuals)}
        )
        names = ("initial", "omega", "alpha", "gamma", "beta", "annual_log_drift", "overnight_share")
        return {name: value for name in names if (value := getattr(self, name)) is not None} | innovations
