"""Fitting GJR-GARCH to prices by maximum likelihood, by the library arch."""

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from simulator.errors import LetfError
from simulator.history.daily import daily_log_returns
from simulator.history.fitted import ERROR_DIGITS, Fitted, significant
from simulator.history.prices import Prices
from simulator.history.state import as_of
from simulator.spec.garch import GarchMarket
from simulator.spec.model import DEFAULT_DRIFT, TRADING_DAYS

Draw = Literal["skewt", "residuals"]

UNIT = 100.0  # the optimiser is given percent, where omega is no tiny number
NAMES = {"omega": "omega", "alpha": "alpha[1]", "gamma": "gamma[1]", "beta": "beta[1]", "dof": "eta", "skew": "lambda"}
ALPHA_BOUND, DOF_BOUND = 1e-6, 299.0  # an alpha below, or a dof above, is on its bound: it has no standard error
DECIMALS = 6  # of a residual that a file keeps
PARAMETERS = 7  # mean, omega, alpha, gamma, beta, dof, skew


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
        return -2 * self.log_likelihood + PARAMETERS * float(np.log(self.days))

    def parameters(self) -> dict[str, Fitted]:
        """The fitted parameters by name."""
        return {name: getattr(self, name) for name in ("annual_log_drift", *NAMES)}

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
        keys: dict[str, Any] = {key: significant(value) for key, (value, _) in self.parameters().items()}
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

    def provenance(self) -> dict[str, Any]:
        """Where the parameters come from, as the market's file keeps it."""
        fitted = self.parameters().items()
        return self.prices.provenance() | {
            "days": self.days,
            "innovations": "skewed t",
            "parameters": PARAMETERS,
            "log_likelihood": round(self.log_likelihood, 4),
            "bic": round(self.bic, 4),
            "dof": significant(self.dof.estimate),
            "skew": significant(self.skew.estimate),
            "standard_errors": {
                key: significant(value.stderr, ERROR_DIGITS) for key, value in fitted if value.stderr is not None
            },
        }


def fit_garch(prices: Prices) -> GarchFit:
    """Fit GJR-GARCH(1,1,1) with constant mean and Hansen's skewed t to daily log returns.

    Standard errors are robust ones (Bollerslev and Wooldridge 1992, Econometric Reviews 11).

    Parameters
    ----------
    prices : Prices
        At least 251 days.

    Raises
    ------
    LetfError
        On too few returns, prices that do not move, a likelihood without a maximum, or where arch is not installed.
    """
    returns = daily_log_returns(prices)
    try:
        from arch import arch_model
    except ImportError:
        raise LetfError("GARCH is fitted by the library arch, which is missing; pip install 'letf[garch]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the flag below says the same
        model = arch_model(UNIT * returns, mean="Constant", vol="GARCH", p=1, o=1, q=1, dist="skewt", rescale=False)
        found = model.fit(disp="off", show_warning=False)
        errors = found.std_err
    if found.convergence_flag != 0 or not np.isfinite(found.params).all():
        raise LetfError(
            f"{prices.source}: no fit of GARCH from {prices.dates[0]} to {prices.dates[-1]}: the likelihood has no "
            "maximum that is found; look for stale or faulty prices, or give more days"
        )

    def fitted(name: str, unit: float = 1.0, known: bool = True) -> Fitted:
        error = float(errors[name]) * unit
        return Fitted(float(found.params[name]) * unit, error if known and np.isfinite(error) else None)

    units = {"omega": UNIT**-2}
    inner = {"alpha": found.params["alpha[1]"] > ALPHA_BOUND, "dof": found.params["eta"] < DOF_BOUND}
    return GarchFit(
        prices=prices,
        annual_log_drift=fitted("mu", TRADING_DAYS / UNIT),
        **{key: fitted(name, units.get(key, 1.0), inner.get(key, True)) for key, name in NAMES.items()},
        log_likelihood=float(found.loglikelihood) + len(returns) * float(np.log(UNIT)),
        residuals=np.asarray(found.std_resid),
        conditional_vol=np.asarray(found.conditional_volatility) / UNIT * np.sqrt(TRADING_DAYS),
    )
