"""What a fit of GARCH to prices found."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from simulator.errors import LetfError
from simulator.history.bars import NO_OPENS
from simulator.history.fitted import ERROR_DIGITS, SCHEMA, Fitted, significant
from simulator.history.prices import Prices
from simulator.history.state import as_of
from simulator.spec.garch import GarchMarket
from simulator.spec.model import DEFAULT_DRIFT

Draw = Literal["skewt", "residuals"]

NAMES = ("annual_log_drift", "omega", "alpha", "gamma", "beta", "dof", "skew")  # of the parameters
# Of what a market keeps, as many as two machines agree on: their optimisers end 1e-5 of a parameter apart.
DIGITS, DECIMALS = 5, 3  # significant, of a parameter; of a residual


@dataclass(frozen=True, kw_only=True, eq=False)
class GarchFit:
    """GJR-GARCH(1,1,1) with a constant mean and skewed t innovations, fitted to prices.

    Parameters
    ----------
    prices : Prices
    annual_log_drift : Fitted
        Mean daily log return times 252.
    omega, alpha, gamma, beta : Fitted
        Of daily log returns as fractions.
    dof, skew : Fitted
        Of Hansen's skewed t.
    persistence : Fitted
        Of variance: E sd_t+1^2 = omega + persistence sd_t^2; the innovations' law is taken as known.
    long_run_vol : Fitted or None
        Volatility a year that variance returns to; None where persistence is 1 or more.
    overnight_share : Fitted or None
        Share of the days' variance between yesterday's close and the open; None without opens.
    log_likelihood : float
        Of the daily log returns, natural logarithm.
    residuals : float64 (T,)
        Each return's deviation from the mean over its conditional volatility.
    conditional_vol : float64 (T,)
        Each day's volatility a year.
    """

    prices: Prices
    annual_log_drift: Fitted
    omega: Fitted
    alpha: Fitted
    gamma: Fitted
    beta: Fitted
    dof: Fitted
    skew: Fitted
    persistence: Fitted
    long_run_vol: Fitted | None
    overnight_share: Fitted | None
    log_likelihood: float
    residuals: np.ndarray
    conditional_vol: np.ndarray

    @property
    def days(self) -> int:
        """Number of returns."""
        return len(self.residuals)

    @property
    def bic(self) -> float:
        """Schwarz's criterion, -2 log-likelihood + parameters * log(days): lower is better."""
        return -2 * self.log_likelihood + len(NAMES) * float(np.log(self.days))

    def parameters(self) -> dict[str, Fitted]:
        """The fitted parameters by name."""
        return {name: getattr(self, name) for name in NAMES}

    def market(
        self,
        *,
        draw: Draw = "skewt",
        drift: float = DEFAULT_DRIFT,
        initial: Literal["last", "stationary"] = "last",
        index: str = "IWM",
        name: str | None = None,
    ) -> GarchMarket:
        """The market to simulate.

        Parameters
        ----------
        draw : "skewt" or "residuals"
            What innovations are drawn from: the fitted law, or the fit's own standardised residuals (filtered
            historical simulation).
        drift : float
        initial : "last" or "stationary"
            Where it starts: on the day after the last price, or from the long-run volatility.
        index, name : str
        """
        if draw not in ("skewt", "residuals"):
            raise LetfError(f'innovations must be "skewt" or "residuals", got {draw!r}')
        if initial not in ("last", "stationary"):
            raise LetfError(f'initial must be "last" or "stationary", got {initial!r}')
        keys: dict[str, Any] = {key: significant(value, DIGITS) for key, (value, _) in self.parameters().items()}
        if self.overnight_share is not None:
            keys["overnight_share"] = significant(self.overnight_share.estimate, DIGITS)
        if draw == "residuals":
            del keys["dof"], keys["skew"]
            keys["residuals"] = tuple(np.round(self.residuals, DECIMALS).tolist())
        if initial == "last":  # any volatility, for `as_of` to replace: there may be no stationary one
            keys["initial"] = float(self.conditional_vol[-1])
        market = GarchMarket(
            **keys,
            drift=drift,
            index=index,
            name=name or f"{index.lower()}-garch{'-residuals' if draw == 'residuals' else ''}",
            provenance=self.provenance(),
        )
        return as_of(market, self.prices) if initial == "last" else market

    def notes(self) -> list[str]:
        """What a reader should know before trusting the fit, one line each."""
        notes = []
        if self.long_run_vol is None:
            notes.append(
                f"persistence {self.persistence.estimate:.4f}: variance returns to no long-run level, and grows"
            )
        if self.prices.open is not None and self.overnight_share is None:
            notes.append(NO_OPENS)
        return notes

    def to_dict(self, market: GarchMarket) -> dict[str, Any]:
        """The fit as machines read it, with the market that was made of it."""
        names = ("persistence", "long_run_vol", "overnight_share")
        derived = {name: getattr(self, name) for name in names}
        return {
            "schema": SCHEMA,
            "market": market.to_dict(),
            "log_likelihood": self.log_likelihood,
            "bic": self.bic,
            "days": self.days,
            "n_parameters": len(NAMES),
            "innovations": "residuals" if market.residuals else "skewt",
            "parameters": {name: value._asdict() for name, value in self.parameters().items()},
            **{name: None if value is None else value._asdict() for name, value in derived.items()},
            "notes": self.notes(),
        }

    def provenance(self) -> dict[str, Any]:
        """Where the parameters come from, as the market's file keeps it."""
        fitted = self.parameters()
        if self.overnight_share is not None:
            fitted["overnight_share"] = self.overnight_share
        errors = {name: significant(error, ERROR_DIGITS) for name, (_, error) in fitted.items() if error is not None}
        return self.prices.provenance() | {
            "days": self.days,
            "innovations": "skewed t",
            "parameters": len(NAMES),
            "log_likelihood": round(self.log_likelihood, 4),
            "bic": round(self.bic, 4),
            "standard_errors": errors,
        }
