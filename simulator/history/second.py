"""A second index beside a market's first, fitted to the prices of both."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulator.distribution import Estimate
from simulator.engine.apart import in_the_long_run, share_apart
from simulator.errors import LetfError
from simulator.history.bars import DECIMALS
from simulator.history.factor import Factor, fit_factor
from simulator.history.fitted import ERROR_DIGITS, Fitted, significant
from simulator.history.prices import Prices
from simulator.history.state import filtered_laws, garch_path, surprises
from simulator.kernels.filter import kim_smoother
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.second import SecondIndex

RISE = 0.03  # of the first index in a day; the second falling on it is what the joint tail is judged by


@dataclass(frozen=True, kw_only=True, eq=False)
class SecondFit:
    """What the prices said of a second index.

    Parameters
    ----------
    prices : Prices
        Of the second index.
    days : int
        Returns of both.
    names : tuple of str
        Of the regimes; one name, "all", for other kinds.
    factor : Factor or None
        Volatilities a year, under GARCH over the first index's; None where nothing was fitted: a bootstrap draws the
        days themselves.
    correlations : tuple of float
        With the first index, by regime.
    apart : tuple of str
        The dates on which the first index rose by 3 % or more and the second fell.
    expected_apart : Estimate
        How many such dates the market has in as many days of its long run, with the Monte Carlo error.
    """

    prices: Prices
    days: int
    names: tuple[str, ...]
    factor: Factor | None
    correlations: tuple[float, ...]
    apart: tuple[str, ...]
    expected_apart: Estimate

    def to_dict(self) -> dict[str, Any]:
        """The fit as machines read it."""
        factor = self.factor
        pairs = zip(self.names, self.correlations, strict=True)
        rows: dict[str, dict[str, Any]] = {name: {"correlation": value} for name, value in pairs}
        if factor:
            for name, beta, vol in zip(self.names, factor.betas, factor.vols, strict=True):
                rows[name] |= {"beta": beta._asdict(), "residual_vol": vol._asdict()}
        return {
            "source_file": self.prices.source,
            "days": self.days,
            "dof": None if factor is None else factor.dof._asdict(),
            "log_likelihood": None if factor is None else factor.log_likelihood,
            "regimes": rows,
            "apart": {
                "first_rises_by": RISE,
                "dates": list(self.apart),
                "expected": vars(self.expected_apart),
            },
        }


def with_second(
    market: Market, prices: Prices, second: Prices, *, index: str = "SPY", drift: float
) -> tuple[Market, SecondFit]:
    """The market with a second index beside it, fitted to the prices of both; what the first does stays as it is.

    Regimes and GARCH get a factor model (`spec.second.SecondIndex`) by maximum likelihood, each day's density a
    mixture by the smoothed probabilities of the first index's regimes; a bootstrap gets the second's own days.

    Parameters
    ----------
    market : MarkovMarket, GarchMarket or BootstrapMarket
    prices, second : Prices
        Of the first index, those that the market is of, and of the second, which must have all its days.
    index : str
        The second's name.
    drift : float
        Its growth a year.

    Raises
    ------
    LetfError
        If a day is missing, the two move as one, or the market is of another kind.
    """
    x, y = prices.log_returns(), _returns_on(prices, second)
    factor, own = _fitted(market, x, y)
    names, provenance = _names(market), second.provenance() | {"days": len(y)}
    if factor is not None:
        provenance |= _errors(factor, names)
        own |= {"betas": _kept(factor.betas), "dof": significant(factor.dof.estimate)}
    joint = replace(market, second=SecondIndex(index=index, drift=drift, provenance=provenance, **own))
    days = np.flatnonzero((np.expm1(x) >= RISE) & (y < 0)) + 1
    share = share_apart(in_the_long_run(joint), rise=RISE)
    fit = SecondFit(
        prices=second,
        days=len(y),
        names=names,
        factor=factor,
        correlations=_correlations(joint, x, y),
        apart=tuple(map(str, prices.dates[days])),
        expected_apart=Estimate(share.mean * len(y), share.stderr * len(y)),
    )
    return joint, fit


def _fitted(market: Market, x: np.ndarray, y: np.ndarray) -> tuple[Factor | None, dict[str, Any]]:
    """The factor model, None where there is none, and what the kind's second index has of its own."""
    match market:
        case MarkovMarket():
            filtered = filtered_laws(market, x)
            smoothed, moves = np.empty_like(filtered), np.empty((filtered.shape[1],) * 2)
            kim_smoother(filtered, np.array(market.transition), smoothed, moves)
            factor = fit_factor(y, surprises(market, x), smoothed, np.full_like(y, 1 / np.sqrt(TRADING_DAYS)))
            return factor, {"residual_vols": _kept(factor.vols)}
        case GarchMarket():
            residuals, variances, _ = garch_path(market, x)
            factor = fit_factor(y, residuals[:, None], np.ones((len(y), 1)), np.sqrt(variances))
            return factor, {"residual_ratio": _kept(factor.vols)[0]}
        case BootstrapMarket():
            drawn = len(market.log_returns)  # a scaled one leaves out the first years
            if not np.array_equal(np.round(x[-drawn:], DECIMALS), market.log_returns):
                raise LetfError(f"{market.name} draws other days than those of the prices; give those it was made of")
            return None, {"log_returns": tuple(np.round(y[-drawn:], DECIMALS).tolist())}
    raise LetfError(f"a second index needs a market of kind markov, garch or bootstrap, not {market.kind}")


def _names(market: Market) -> tuple[str, ...]:
    return market.regime_names if isinstance(market, MarkovMarket) else ("all",)


def _correlations(market: Market, x: np.ndarray, y: np.ndarray) -> tuple[float, ...]:
    """With the first index, by regime; of a bootstrap that of the days."""
    second = market.second
    assert second is not None  # it was just given one
    match market:
        case MarkovMarket():
            vols = np.array([regime.annual_vol for regime in market.regimes])
            return tuple(second.correlations(vols).tolist())
        case GarchMarket():
            return tuple(second.correlations(np.ones(1)).tolist())
    return (float(np.corrcoef(x, y)[0, 1]),)


def _returns_on(prices: Prices, second: Prices) -> np.ndarray:
    """Log returns of the second between the days of the first, (T - 1,)."""
    at = np.searchsorted(second.dates, prices.dates)
    found = second.dates[np.minimum(at, len(second.dates) - 1)] == prices.dates
    for row in np.flatnonzero(~found)[:1]:
        raise LetfError(
            f"{second.source}: no price on {prices.dates[row]}, a day of {prices.source}; it goes from "
            f"{second.dates[0]} to {second.dates[-1]}: add the day, or choose days of both by --start and --end"
        )
    return np.diff(np.log(second.close[at]))


def _kept(values: tuple[Fitted, ...]) -> tuple[float, ...]:
    return tuple(significant(value.estimate) for value in values)


def _errors(factor: Factor, names: tuple[str, ...]) -> dict[str, Any]:
    """Log-likelihood and standard errors, as the market's file keeps them."""
    rows = {"beta": factor.betas, "residual_vol": factor.vols}
    errors: dict[str, Any] = {name: {} for name in names}
    for key, values in rows.items():
        for name, value in zip(names, values, strict=True):
            if value.stderr is not None:
                errors[name][key] = significant(value.stderr, ERROR_DIGITS)
    if factor.dof.stderr is not None:
        errors["dof"] = significant(factor.dof.stderr, ERROR_DIGITS)
    return {"log_likelihood": round(factor.log_likelihood, 4), "standard_errors": errors}
