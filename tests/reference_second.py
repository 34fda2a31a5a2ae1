"""The slow, plain twin of a second index: the maths of `SecondIndex` in float64, path after path, in plain words."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
from reference import (
    CAP,
    CutT,
    block_growth,
    block_moves,
    bootstrap_shift,
    day_words,
    first_variance,
    garch_returns,
    innovations,
    normals,
    past_days,
    regimes,
    scaled_days,
    uniforms,
)
from scipy.integrate import quad

SECOND = 5  # the slot of its own normals


def second_log_returns(market, seed, numbers, days):
    """Log returns of the second index on the paths with these numbers, (paths, days)."""
    if market.kind == "bootstrap":
        make = past_returns if market.scaling is None else scaled_returns
        return np.array([make(market, seed, path, days) for path in numbers])
    u = np.array([normals(seed, path, days, SECOND) for path in numbers])
    if market.second.dof is not None:
        u = CutT(market.second.dof).of_normal(u.ravel()).reshape(u.shape)
    return (regime_returns if market.kind == "markov" else garch_moves)(market, seed, numbers, days, u)


def growth(dof, c):
    """log E exp(c e), e normal or Student-t: by E cosh(c e), for the law is symmetric."""
    if dof is None:
        return c**2 / 2
    law = CutT(dof)
    edges = [edge for edge in (0, 1, 4, 16, 64) if edge < law.bound] + [law.bound]
    halves = [quad(lambda t: math.cosh(c * t / law.scale) * law.law.pdf(t), a, b)[0] for a, b in pairwise(edges)]
    return math.log(2 * sum(halves) / law.mass)


def regime_returns(market, seed, numbers, days, u):
    """d / 252 - log E exp(beta sd e) - log E exp(v u) + beta sd e + v u, all of the day's regime."""
    second, sds = market.second, market.daily_sds()
    regime = np.array([regimes(market, uniforms(seed, path, days)) for path in numbers])
    e = np.array([normals(seed, path, days) for path in numbers])
    y = np.empty_like(e)
    for k, one in enumerate(market.regimes):
        here = regime == k
        shocks = e[here] if one.dof is None else CutT(one.dof).of_normal(e[here])
        slope, spread = second.betas[k] * sds[k], second.residual_vols[k] / 252**0.5
        mean = second.drift / 252 - growth(one.dof, slope) - growth(second.dof, spread)
        y[here] = mean + slope * shocks + spread * u[here]
    return y


def garch_moves(market, seed, numbers, days, u):
    """The first index's surprises and volatilities by its own recursion; beta times one, the ratio of the other."""
    second, law = market.second, innovations(market)
    x, _ = garch_returns(market, seed, numbers, days)
    y, variance = np.empty_like(x), np.full(len(x), first_variance(market, law))
    for day in range(days):
        sd = np.minimum(np.sqrt(variance), CAP)
        e = x[:, day] - market.drift / 252 + np.array([law.log_mean_exp(one) for one in sd])
        moved = [float(law.log_mean_exp(second.betas[0] * one)) for one in sd]
        own = [growth(second.dof, second.residual_ratio * one) for one in sd]
        y[:, day] = second.drift / 252 - np.array(moved) - own + second.betas[0] * e
        y[:, day] += second.residual_ratio * sd * u[:, day]
        variance = market.omega + (market.alpha + market.gamma * (e < 0)) * e**2 + market.beta * sd**2
    return y


def alone(market):
    """The second index as a bootstrap of its own."""
    bare = replace(market, second=None, opens=None, highs=None, lows=None)
    return replace(bare, log_returns=market.second.log_returns, drift=market.second.drift)


def past_returns(market, seed, path, days):
    """What the second did on the days that the first lives through again."""
    moves = market.scale * np.array(market.second.log_returns) + bootstrap_shift(alone(market))
    chosen, _ = past_days(len(moves), market.block_days, day_words(seed, path, days))
    return moves[chosen]


def scaled_returns(market, seed, path, days):
    """The same in blocks multiplied as the first's; the drift is its own, less what its days' volatility adds."""
    scaling, second = market.scaling, alone(market)
    first = scaling.index if scaling.initial_by == "index" else scaling.prices
    _, joins = past_days(len(second.log_returns), market.block_days, day_words(seed, path, days))
    y = []
    for day, ((position, factor, _), begins) in enumerate(
        zip(scaled_days(market, seed, path, days), joins, strict=True)
    ):
        if begins:
            vols = first.vols if day == 0 else scaling.prices.vols
            vol = factor / market.scale * vols[position]
            shift = second.drift / 252 - block_growth(second, block_moves(second, vols), vol)
        y.append(shift + factor * second.log_returns[position])
    return y
