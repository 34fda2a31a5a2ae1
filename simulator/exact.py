"""Exact moments of growth under a regime-switching market, to hold a run against.

With day 1's law p, transition matrix A and g_k = E[G^n | k], E[(prod G)^n] = p . diag(g) . (A diag(g))^(h-1) . 1.
"""

from dataclasses import dataclass
from math import comb, erfc, exp, inf, isfinite, log, sqrt
from typing import TypeGuard

import numpy as np

from simulator.result import Result
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS

LARGEST_RELATIVE_ERROR = 0.02  # a sample's moment of a heavier tail than this is far from normal
WARN_ABOVE = 4.5


@dataclass(frozen=True)
class Check:
    """How far the moments of a run lie from the exact ones, in exact standard errors."""

    max_abs_z: float | None  # None: no moment could be tested
    moments: int
    skipped: int

    @property
    def passed(self) -> bool:
        return self.max_abs_z is None or self.max_abs_z <= WARN_ABOVE


def has_exact_law(market: Market) -> TypeGuard[MarkovMarket]:
    """Whether the moments below hold: regimes, normal innovations and no autocorrelation."""
    if not isinstance(market, MarkovMarket):
        return False
    return market.autocorrelation == 0 and all(regime.dof is None for regime in market.regimes)


def daily_moment(mean: float, sd: float, leverage: float, carry: float, order: int) -> float:
    """E[max(0, 1 + L r + carry)^order] for log(1 + r) normal with `mean` and `sd`, a day.

    With a = 1 - L + carry and K = -a / L, the sum over j of C(n, j) a^(n-j) L^j E[e^(jx); 1 + L r + carry > 0], where
    E[e^(jx); x > log K] = exp(j m + j^2 s^2 / 2) Phi((m + j s^2 - log K) / s) and the rest for x < log K.
    """
    a = 1 - leverage + carry
    floor = -a / leverage
    if floor <= 0 and leverage < 0:
        return 0.0
    edge = log(floor) if floor > 0 else -inf
    sign = 1 if leverage > 0 else -1
    total = 0.0
    for j in range(order + 1):
        kept = erfc(-sign * (mean + j * sd**2 - edge) / sd / sqrt(2)) / 2
        total += comb(order, j) * a ** (order - j) * leverage**j * exp(j * mean + (j * sd) ** 2 / 2) * kept
    return total


def growth_moments(
    market: Market, leverage: float, annual_carry: float, horizons: tuple[int, ...], order: int
) -> np.ndarray:
    """E[(prod G)^order] over each of the rising `horizons` in days; inf where it is beyond a float.

    Raises
    ------
    ValueError
        If the market has no exact law.
    """
    if not has_exact_law(market):
        raise ValueError("exact moments need normal innovations without autocorrelation")
    carry = annual_carry / TRADING_DAYS
    days = zip(market.daily_means(), market.daily_sds(), strict=True)
    g = np.array([daily_moment(mean, sd, leverage, carry, order) for mean, sd in days])
    a, law = np.array(market.transition), market.initial_law()
    moments, onward = [], np.ones(len(g))
    with np.errstate(over="ignore", invalid="ignore"):
        for day in range(1, horizons[-1] + 1):
            onward = g * (onward if day == 1 else a @ onward)
            if day in horizons:
                moments.append(law @ onward)
    return np.array(moments)


def check(result: Result) -> Check | None:
    """First and second moments of the growth of index and funds at every horizon; None without an exact law.

    Of an ensemble those of its members that have one.
    """
    if result.members:
        return _together([found for member in result.members if (found := check(member))])
    spec, market = result.spec, result.spec.market
    if not has_exact_law(market):
        return None
    laws = [(1.0, 0.0, [result.index_return(h) for h in spec.horizons])]
    for fund in spec.funds:
        returns = [result.fund_return(fund.ticker, h) for h in spec.horizons]
        laws.append((fund.leverage, fund.annual_carry(spec.rate), returns))
    scores = []
    for leverage, carry, returns in laws:
        exact = {n: growth_moments(market, leverage, carry, spec.horizons, n).tolist() for n in (1, 2, 4)}
        for i, law in enumerate(returns):
            mean, second = law.total / law.n, law.squares / law.n
            scores.append(_score(1 + mean, exact[1][i], exact[2][i], law.n))
            scores.append(_score(1 + 2 * mean + second, exact[2][i], exact[4][i], law.n))
    known = [score for score in scores if score is not None]
    return Check(max_abs_z=max(known, default=None), moments=len(known), skipped=len(scores) - len(known))


def _together(checks: list[Check]) -> Check | None:
    """What the checks of an ensemble's members say together; None where no member has an exact law."""
    if not checks:
        return None
    largest = max((found.max_abs_z for found in checks if found.max_abs_z is not None), default=None)
    return Check(largest, sum(found.moments for found in checks), sum(found.skipped for found in checks))


def _score(simulated: float, expected: float, square: float, n: int) -> float | None:
    """|z| of the mean of `n` values whose exact mean and mean square are given; None where no normal law is near."""
    variance = square - expected * expected
    if not (isfinite(variance) and isfinite(simulated) and variance > 0):
        return None
    error = sqrt(variance / n)
    return abs(simulated - expected) / error if 0 < error <= LARGEST_RELATIVE_ERROR * expected else None
