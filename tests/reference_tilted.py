"""The slow twin of paths under tilted laws: each day's densities multiplied, path after path, in plain words."""

import math

import numpy as np
import reference


def normal_density(x, mean, sd):
    return math.exp(-(((x - mean) / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))


def draw(law, seed, path, days):
    """Regimes and log returns of one path under a law."""
    chain, rows = [], law.first
    for day, u in enumerate(reference.uniforms(seed, path, days)):
        if day > 0:
            rows = law.transitions[day][chain[-1]]
        chain.append(int(np.searchsorted(np.cumsum(rows)[:-1], u, side="right")))
    z = reference.normals(seed, path, days)
    return chain, [law.means[k] + law.sds[k] * e for k, e in zip(chain, z, strict=True)]


def densities(first, transitions, means, sds, chain, x):
    """Density of a path's first 1, 2, ... days under a law."""
    found, density = [], 1.0
    for day, (k, move) in enumerate(zip(chain, x, strict=True)):
        density *= (first[k] if day == 0 else transitions[day][chain[day - 1]][k]) * normal_density(
            move, means[k], sds[k]
        )
        found.append(density)
    return found


def own_densities(market, chain, x):
    """Under the market itself."""
    steps = [market.transition] * len(x)
    return densities(market.initial_law(), steps, market.daily_means(), market.daily_sds(), chain, x)


def weights(market, laws, chain, x):
    """The market's density over the mean of the laws', of a path's first 1, 2, ... days."""
    drawn = [densities(law.first, law.transitions, law.means, law.sds, chain, x) for law in laws]
    return [own * len(laws) / sum(each) for own, *each in zip(own_densities(market, chain, x), *drawn, strict=True)]


def weigh(spec, laws, losses, first_path=0):
    """Sums of weights of all paths, of those below each level at the end, and of those below it at any close."""
    fund, days, share = spec.funds[0], spec.horizons[-1], spec.paths // len(laws)
    carry = fund.annual_carry(spec.rate) / 252
    whole, ended, met = 0.0, np.zeros(len(losses)), np.zeros(len(losses))
    for path in range(spec.paths):
        chain, x = draw(laws[path // share], spec.seed, first_path + path, days)
        navs = np.cumprod([max(0.0, 1 + carry + fund.leverage * math.expm1(move)) for move in x])
        by_day = weights(spec.market, laws, chain, x)
        whole += by_day[-1]
        for i, loss in enumerate(losses):
            below = np.flatnonzero(navs < 1 - loss)
            if len(below):
                met[i] += by_day[below[0]]
                ended[i] += by_day[-1] * (navs[-1] < 1 - loss)
    return whole, ended, met
