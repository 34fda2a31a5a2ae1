"""Fitting volatility regimes to prices by maximum likelihood."""

from collections.abc import Iterator

import numpy as np

from simulator.errors import LetfError
from simulator.history.calibration import Calibration, Innovations
from simulator.history.daily import FEWEST_RETURNS, daily_log_returns
from simulator.history.em import climb, starts
from simulator.history.errors import standard_errors
from simulator.history.fitted import fitted
from simulator.history.likelihood import SD_BOUNDS, Likelihood, Parameters
from simulator.history.newton import Maximum, maximise
from simulator.history.overnight import overnight_shares
from simulator.history.prices import Prices
from simulator.history.regime_index import regime_indices
from simulator.history.series import Series
from simulator.kernels.filter import kim_smoother
from simulator.kernels.jit import is_cold
from simulator.spec import check
from simulator.spec.markov import MAX_REGIMES
from simulator.spec.model import TRADING_DAYS

NAMES = {
    1: ("all",),
    2: ("calm", "crisis"),
    3: ("calm", "normal", "crisis"),
    4: ("calm", "normal", "stressed", "crisis"),
}
CLIMBS = 3  # unlike ends of EM from which Newton's method goes on
ALIKE = 0.05  # largest difference of log volatilities between ends of EM that lead to one maximum


def must_compile() -> bool:
    """Whether the next calibration first compiles the filter, which takes some seconds."""
    return is_cold(kim_smoother)


def calibrate(
    prices: Prices, regimes: int = 3, innovations: Innovations = "normal", vol_index: Series | None = None
) -> Calibration:
    """Fit a regime-switching market to daily log returns by maximum likelihood.

    The first day's law is the chain's stationary law. EM from several starts that the returns determine, then Newton's
    method on the exact log-likelihood; the same prices give the same bits.

    Parameters
    ----------
    prices : Prices
        At least 251 days.
    regimes : int
        1 to 4.
    innovations : "normal" or "t"
        "t": Student-t cut at 12 standard deviations, scaled to variance 1, each regime with its own dof.
    vol_index : Series, optional
        A volatility index in points: what it stands at in each regime, once they are fitted to the returns, sharpens
        the law of a day's regime.

    Raises
    ------
    LetfError
        On too few returns, prices that do not move, a regime that collapses on days that are alike, or a volatility
        index of too few of the days.
    """
    regimes = check.integer("regimes", regimes, low=1, high=MAX_REGIMES)
    if innovations not in ("normal", "t"):
        raise LetfError(f'innovations must be "normal" or "t", got {innovations!r}')
    returns = daily_log_returns(prices, FEWEST_RETURNS)
    mean, sd = float(returns.mean()), float(returns.std())
    likelihood = Likelihood((returns - mean) / sd, regimes, innovations == "t")
    maximum = _best(likelihood)
    if maximum is None:
        away = f"try --regimes {regimes - 1}" if regimes > 1 else "these are no prices of a traded asset"
        raise LetfError(
            f"{prices.source}: no fit of {regimes} regimes: one collapses to a few days or to days of equal return "
            f"(volatility below {SD_BOUNDS[0]:.0%} of the sample's); look for stale or faulty prices, or {away}"
        )
    return _calibration(prices, vol_index, innovations, likelihood, maximum, mean, sd)


def _unlike_ends(likelihood: Likelihood) -> Iterator[Parameters]:
    """Ends of EM, best first, but for those whose volatilities are close to a better one's."""
    ends = sorted((climb(likelihood, start) for start in starts(likelihood)), key=lambda end: -end[0])
    seen: list[np.ndarray] = []
    for _, parameters in ends:
        log_sd = np.log(np.sort(parameters.sd))
        if all(np.abs(log_sd - other).max() > ALIKE for other in seen):
            seen.append(log_sd)
            yield parameters


def _best(likelihood: Likelihood) -> Maximum | None:
    """The best maximum, its regimes in order of volatility; None if in each a regime collapses."""
    lower, upper = likelihood.bounds()
    found: list[Maximum] = []
    for parameters in _unlike_ends(likelihood):
        maximum = maximise(likelihood, likelihood.pack(parameters.sorted()), lower, upper)
        if likelihood.unpack(maximum.theta).sd.min() > SD_BOUNDS[0] * (1 + 1e-9):
            found.append(maximum)
        if len(found) == CLIMBS:
            break
    return max(found, key=lambda maximum: maximum.value, default=None)


def _calibration(prices, vol_index, innovations, likelihood, maximum, mean, sd):
    """The fit in annual units of log returns, x = mean + sd y."""
    parameters = likelihood.unpack(maximum.theta)
    errors = standard_errors(likelihood, maximum)
    order = np.argsort(parameters.sd, kind="stable")
    seen = likelihood.infer(parameters)
    to_vol = sd * np.sqrt(TRADING_DAYS)
    transition = zip(parameters.transition[order], errors["transition"][order], strict=True)
    return Calibration(
        prices=prices,
        innovations=innovations,
        regimes=NAMES[likelihood.regimes],
        annual_vol=fitted((parameters.sd * to_vol)[order], (errors["sd"] * to_vol)[order]),
        annual_log_drift=fitted(
            (TRADING_DAYS * (mean + sd * parameters.mean))[order], (TRADING_DAYS * sd * errors["mean"])[order]
        ),
        dof=None if parameters.dof is None else fitted(parameters.dof[order], errors["dof"][order]),
        transition=tuple(fitted(row[order], row_errors[order]) for row, row_errors in transition),
        overnight_share=overnight_shares(prices, seen.smoothed[:, order]),
        vol_index=vol_index,
        in_index=None if vol_index is None else regime_indices(prices, vol_index, seen.smoothed[:, order]),
        log_likelihood=seen.log_likelihood - len(likelihood.y) * float(np.log(sd)),
        filtered=seen.filtered[:, order],
        smoothed=seen.smoothed[:, order],
    )
