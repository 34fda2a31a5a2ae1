"""Exact moments of growth.

Under a regime-switching market with day 1's law p, transition matrix A and g_k = E[G^n | k],
E[(prod G)^n] = p . diag(g) . (A diag(g))^(h-1) . 1.
"""

from math import comb, erfc, exp, expm1, inf, log, sqrt
from typing import TypeGuard

import numpy as np

from simulator.spec.garch import GarchMarket
from simulator.spec.market import Market
from simulator.spec.markov import MarkovMarket
from simulator.spec.model import TRADING_DAYS


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


def has_steady_growth(market: Market) -> bool:
    """Whether E[1 + r] of a day is exp(drift / 252) whatever came before."""
    if market.drift == "regime":
        return False
    return isinstance(market, GarchMarket) or (isinstance(market, MarkovMarket) and market.autocorrelation == 0)


def steady_growth(market: Market, leverage: float, annual_carry: float, days: int) -> float:
    """E[prod G] = (1 + L (exp(drift / 252) - 1) + carry)^days where growth is steady and no day takes all."""
    drift = market.drift
    assert drift != "regime"
    return (1 + leverage * expm1(drift / TRADING_DAYS) + annual_carry / TRADING_DAYS) ** days
