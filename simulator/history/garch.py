"""Fitting GJR-GARCH to prices by maximum likelihood, by the library arch."""

import warnings

import numpy as np

from simulator.errors import LetfError
from simulator.history.daily import daily_log_returns
from simulator.history.fitted import Fitted
from simulator.history.garch_fit import GarchFit
from simulator.history.overnight import overnight_share
from simulator.history.prices import Prices
from simulator.spec.model import TRADING_DAYS
from simulator.spec.skewt import CutSkewT

UNIT = 100.0  # the optimiser is given percent, where omega is no tiny number
TO_THE_END = {"ftol": 1e-12, "maxiter": 1000}  # the default stops where two machines differ in the fourth digit
THEIRS = {  # arch's names of the parameters
    "annual_log_drift": "mu",
    "omega": "omega",
    "alpha": "alpha[1]",
    "gamma": "gamma[1]",
    "beta": "beta[1]",
    "dof": "eta",
    "skew": "lambda",
}
ALPHA_BOUND, DOF_BOUND = 1e-6, 299.0  # an alpha below, or a dof above, is on its bound: it has no standard error


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
        found = model.fit(disp="off", show_warning=False, options=TO_THE_END)
        if found.convergence_flag != 0:  # its last steps may find nothing to gain: arch's own tolerance says if so
            found = model.fit(disp="off", show_warning=False, starting_values=found.params)
    if found.convergence_flag != 0 or not np.isfinite(found.params).all():
        raise LetfError(
            f"{prices.source}: no fit of GARCH from {prices.dates[0]} to {prices.dates[-1]}: the likelihood has no "
            "maximum that is found; look for stale or faulty prices, or give more days"
        )
    return _fit(prices, found)


def _fit(prices: Prices, found) -> GarchFit:
    """arch's result as fractions, a parameter on its bound without an error."""
    units = dict.fromkeys(found.params.index, 1.0) | {"mu": TRADING_DAYS / UNIT, "omega": UNIT**-2}
    on_bound = {"alpha[1]": found.params["alpha[1]"] < ALPHA_BOUND, "eta": found.params["eta"] > DOF_BOUND}
    values = {name: float(found.params[name]) * unit for name, unit in units.items()}
    values["gamma[1]"] = max(values["gamma[1]"], -values["alpha[1]"])  # the optimiser's bound has a tolerance

    def fitted(name: str) -> Fitted:
        error = float(found.std_err[name]) * units[name]
        return Fitted(values[name], error if np.isfinite(error) and not on_bound.get(name) else None)

    persistence, long_run_vol = _long_run(found, values, on_bound["alpha[1]"])
    return GarchFit(
        prices=prices,
        **{name: fitted(theirs) for name, theirs in THEIRS.items()},
        persistence=persistence,
        long_run_vol=long_run_vol,
        overnight_share=overnight_share(prices),
        log_likelihood=float(found.loglikelihood) + found.nobs * float(np.log(UNIT)),
        residuals=np.asarray(found.std_resid),
        conditional_vol=np.asarray(found.conditional_volatility) / UNIT * np.sqrt(TRADING_DAYS),
    )


def _long_run(found, values: dict[str, float], no_alpha: bool) -> tuple[Fitted, Fitted | None]:
    """Persistence, and the volatility that variance returns to, with errors by the delta method."""
    lower = CutSkewT(values["eta"], values["lambda"]).lower_variance
    slopes = np.array([0.0, 0.0 if no_alpha else 1.0, lower, 1.0])  # of persistence in the names below
    names = [THEIRS[name] for name in ("omega", "alpha", "gamma", "beta")]
    units = np.array([UNIT**-2, 1.0, 1.0, 1.0])
    covariance = found.param_cov.loc[names, names].to_numpy() * np.outer(units, units)
    persistence = values["alpha[1]"] + lower * values["gamma[1]"] + values["beta[1]"]

    def with_error(value: float, slope: np.ndarray) -> Fitted:
        variance = slope @ covariance @ slope
        return Fitted(float(value), float(np.sqrt(variance)) if variance > 0 else None)

    if persistence >= 1:
        return with_error(persistence, slopes), None
    vol = np.sqrt(TRADING_DAYS * values["omega"] / (1 - persistence))
    of_vol = vol / 2 * (slopes / (1 - persistence) + [1 / values["omega"], 0, 0, 0])
    return with_error(persistence, slopes), with_error(vol, of_vol)
