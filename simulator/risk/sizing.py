"""How big: the Kelly fraction of a hold, and the amount of money that keeps a loss within a budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, isnan, nan, sqrt
from typing import Literal

import numpy as np

from simulator import bins
from simulator.distribution import Distribution, Estimate
from simulator.errors import LetfError
from simulator.risk.figures import RESOLVED_ERRORS, resolved
from simulator.spec import check

HALVINGS = 53  # of [0, 1]: as many as a float has digits
LOSSES = {"expected_shortfall_95": 1, "exit_expected_shortfall_95": 1, "stop_fill_mean": -1, "stop_fill_5": -1}
MOST_CASH = 1e6  # return of cash over a hold
MOST_MONEY = 1e15

Bound = Literal["none", "all"]


@dataclass(frozen=True, kw_only=True)
class Kelly:
    """The share of wealth in the fund at which wealth grows fastest, and how well the simulation knows it.

    fraction : in [0, 1].
    stderr : its Monte Carlo standard error; NaN at a bound, where it has no such law.
    bound : "none" or "all" where the best share would be at or beyond 0 or 1, else None.
    resolved : whether the simulation tells on which side of the bounds the best share lies: at a bound the growth
        still falls, or rises, by more than 1.96 standard errors of its slope there; inside, both bounds lie further
        than 1.96 standard errors from the fraction.
    """

    fraction: float
    stderr: float
    bound: Bound | None
    resolved: bool


@dataclass(frozen=True, kw_only=True)
class Size:
    """The money in a position of which the loss `loss` (a fraction, positive) is the budget; None where it is a gain.

    stderr : of the amount, amount * loss.stderr / loss.mean to first order; None where there is no amount.
    """

    loss: Estimate
    amount: float | None
    stderr: float | None


def kelly(law: Distribution, rho: float) -> Kelly:
    """The fraction f in [0, 1] of wealth in a fund that maximises E log(1 + rho + f (R - rho)), the rest at `rho`.

    The mean growth is concave in f; its slope E (R - rho) / (1 + rho + f (R - rho)) is brought to 0 by bisection. The
    standard error is sqrt(Var slope / n) / |curvature|, which for a logarithm is 1 / sqrt(n |curvature|): each path's
    curvature is minus its slope squared (Kelly 1956, Bell System Technical Journal 35; Thorp 2006, Handbook of Asset
    and Liability Management, chapter 9).

    The paths of a bin are taken at its middle, all moved together until their mean is the sample's: no path is off by
    more than a bin's width, 0.1 % of its return or 0.00002 where that is more, and the fraction, to first order the
    mean of R - rho over that of its square, by some 0.2 % of itself.

    Parameters
    ----------
    law : Distribution
        Of the fund's return over the hold, or of its exits; fractions, not below -1.
    rho : float
        What cash earns over the hold, above -1.

    Returns
    -------
    Kelly

    Raises
    ------
    LetfError
        If `rho` is not a number above -1, or a return of the law is below -1 or not finite.
    """
    rho = check.number("rho", rho, low=-1, high=MOST_CASH, open_low=True)
    if not (law.low >= -1 and isfinite(law.total)):
        raise LetfError(f"a fraction needs returns from -1 on, all finite, got {law.low:g} to {law.high:g}")
    share, excess = _points(law, rho)
    edge = law.mean - rho
    if edge <= 0:
        return _at_bound("none", edge, law.stderr)
    if law.low > -1:
        slopes = excess / (1 + rho + excess)
        slope, square = float(share @ slopes), float(share @ slopes**2)
        if slope >= 0:
            return _at_bound("all", slope, sqrt(max(square - slope**2, 0.0) / law.n) if law.n > 1 else nan)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        rising = share @ (excess / (1 + rho + middle * excess)) > 0
        low, high = (middle, high) if rising else (low, middle)
    curvature = float(share @ (excess / (1 + rho + low * excess)) ** 2)
    stderr = 1 / sqrt(law.n * curvature) if law.n > 1 else nan
    return Kelly(fraction=low, stderr=stderr, bound=None, resolved=RESOLVED_ERRORS * stderr < min(low, 1 - low))


def _points(law: Distribution, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """Share of the paths and return less `rho` of the bins that are not empty."""
    used = np.flatnonzero(law.counts)
    share = law.counts[used] / law.n
    lower, upper = np.maximum(bins.EDGES[used], law.low), np.minimum(bins.EDGES[used + 1], law.high)
    middle = (lower + upper) / 2
    return share, np.clip(middle + (law.mean - share @ middle), law.low, law.high) - rho


def _at_bound(bound: Bound, slope: float, error: float) -> Kelly:
    fraction = 0.0 if bound == "none" else 1.0
    return Kelly(fraction=fraction, stderr=nan, bound=bound, resolved=resolved(Estimate(slope, error)))


def sizes(figures: Mapping[str, Estimate], money: float) -> dict[str, Size]:
    """The amounts of money at which a position's losses are `money`, the risk budget.

    Parameters
    ----------
    figures : mapping of str to Estimate
        As `risk.figures.figures` gives them: losses are positive, fills are returns.
    money : float
        What may be lost, above 0, in any currency.

    Returns
    -------
    dict of str to Size
        By the expected shortfall of the hold, and where the trade has exits also by that of the exits, the mean fill of
        a stop, and the fill that 5 % of the stops fall short of; a figure that is not known is left out.

    Raises
    ------
    LetfError
        If the budget is not above 0.
    """
    money = check.number("risk budget", money, low=0, high=MOST_MONEY, open_low=True)
    losses = {name: sign * figures[name].mean for name, sign in LOSSES.items() if name in figures}
    return {
        name: _size(Estimate(loss, figures[name].stderr), money) for name, loss in losses.items() if not isnan(loss)
    }


def _size(loss: Estimate, money: float) -> Size:
    if not loss.mean > 0:
        return Size(loss=loss, amount=None, stderr=None)
    amount = money / loss.mean
    return Size(loss=loss, amount=amount, stderr=amount * loss.stderr / loss.mean)
