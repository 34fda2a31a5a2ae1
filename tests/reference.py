"""The slow, plain twin of the kernels: the maths of docs/models.md in float64, one path after another in plain words.

Random words are those of the kernels, bit for bit; all that follows is computed by `math`, NumPy and SciPy, shares no
code with `simulator.kernels` or `simulator.engine`, and keeps every value of every path.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import integrate, stats

M32 = 2**32 - 1
NORMALS, REGIMES = 0, 1


def philox4x32(counter, key):
    """Philox4x32-10 in Python integers (Salmon et al. 2011, section 3.3)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & M32, (p0 >> 32) ^ c3 ^ k1, p0 & M32
        k0, k1 = (k0 + 0x9E3779B9) & M32, (k1 + 0xBB67AE85) & M32
    return c0, c1, c2, c3


def words(seed, path, call, slot):
    """The four words of days 4 call to 4 call + 3 of one path and purpose."""
    return philox4x32((path & M32, path >> 32, call, slot), (seed & M32, seed >> 32))


def box_muller(radius_word, angle_word):
    """Two normals: 31 bits of radius, 31 of an angle in half a turn, one that adds the other half."""
    radius = math.sqrt(-2 * math.log(((radius_word >> 1) + 0.5) / 2**31))
    half = (angle_word << 1) & M32
    angle = math.pi / 2 * (half - 2**32 if half >= 2**31 else half) / 2**31 + math.pi * (angle_word >> 31)
    return radius * math.cos(angle), radius * math.sin(angle)


def normals(seed, path, days):
    """Standard normals of the first `days` days of a path."""
    drawn = []
    for call in range(-(-days // 4)):
        w = words(seed, path, call, NORMALS)
        drawn += [*box_muller(w[0], w[1]), *box_muller(w[2], w[3])]
    return drawn[:days]


def uniforms(seed, path, days):
    """31-bit uniforms in [0, 1) that choose the regimes of the first `days` days of a path."""
    drawn = [word for call in range(-(-days // 4)) for word in words(seed, path, call, REGIMES)]
    return [(word >> 1) / 2**31 for word in drawn[:days]]


def regimes(market, us):
    """The regime of each day by inverse law: the first regime whose cumulative probability exceeds the uniform."""
    path, law = [], market.initial_law()
    for u in us:
        path.append(int(np.searchsorted(np.cumsum(law)[:-1], u, side="right")))
        law = market.transition[path[-1]]
    return path


class CutT:
    """Student's t given |T| <= 12 standard deviations, over its own standard deviation."""

    def __init__(self, dof):
        self.law = stats.t(dof)
        self.bound = 12 * math.sqrt(dof / (dof - 2))
        self.below = self.law.cdf(-self.bound)
        self.mass = 1 - 2 * self.below
        self.scale = math.sqrt(self.raw_moment(2))

    def raw_moment(self, order):
        knots = [0, 1, 4, 16, 64, 256, 1024]
        edges = [k for k in knots if k < self.bound] + [self.bound]
        total = sum(integrate.quad(lambda t: t**order * self.law.pdf(t), a, b)[0] for a, b in pairwise(edges))
        return 2 * total / self.mass

    def moment(self, order):
        """E e^order for an even order."""
        return self.raw_moment(order) / self.scale**order

    def cdf(self, e):
        return np.clip((self.law.cdf(np.asarray(e) * self.scale) - self.below) / self.mass, 0, 1)

    def of_normal(self, z):
        """The innovations with the probabilities of normals z; by the lower tail, where both laws are precise."""
        t = self.law.ppf(stats.norm.cdf(-np.abs(z)) * self.mass + self.below)
        return np.copysign(t, z) / self.scale


@dataclass
class Paths:
    """Every value of every path: regime and log return (paths, days); growths after each day, (paths, days)."""

    regime: np.ndarray
    log_return: np.ndarray
    growth: np.ndarray
    nav: dict
    frictionless: dict

    def index_return(self, days):
        return self.growth[:, days - 1] - 1

    def fund_return(self, fund, days):
        return self.nav[fund.ticker][:, days - 1] - 1

    def divergence(self, fund, days):
        return self.fund_return(fund, days) - fund.leverage * self.index_return(days)

    def attribution(self, fund, days):
        """Compounding, volatility drag and carry, (paths,) each."""
        index, leverage = self.growth[:, days - 1], fund.leverage
        frictionless = self.frictionless[fund.ticker][:, days - 1]
        compounded = index**leverage
        return (
            compounded - 1 - leverage * (index - 1),
            frictionless - compounded,
            self.nav[fund.ticker][:, days - 1] - frictionless,
        )


def simulate(spec, first=0):
    """All paths of a Simulation, from path number `first` on."""
    market, days = spec.market, spec.horizons[-1]
    numbers = range(first, first + spec.paths)
    z = np.array([normals(spec.seed, path, days) for path in numbers])
    regime = np.array([regimes(market, uniforms(spec.seed, path, days)) for path in numbers])
    e = _innovations(market, z, regime)

    mean, sd = market.daily_means(), market.daily_sds()
    center = market.stationary_law() @ mean
    last = center if market.last_log_return is None else market.last_log_return
    x, previous = np.empty_like(z), np.full(spec.paths, last)
    for day in range(days):
        k = regime[:, day]
        x[:, day] = mean[k] + market.autocorrelation * (previous - center) + sd[k] * e[:, day]
        previous = x[:, day]

    r = np.exp(x) - 1
    nav, frictionless = {}, {}
    for fund in spec.funds:
        carry = fund.annual_carry(spec.rate) / 252
        nav[fund.ticker] = np.cumprod(np.maximum(0, 1 + fund.leverage * r + carry), axis=1)
        frictionless[fund.ticker] = np.cumprod(np.maximum(0, 1 + fund.leverage * r), axis=1)
    return Paths(regime, x, np.cumprod(1 + r, axis=1), nav, frictionless)


def _innovations(market, z, regime):
    e = z.copy()
    for k, one in enumerate(market.regimes):
        if one.dof is not None:
            e[regime == k] = CutT(one.dof).of_normal(z[regime == k])
    return e


def garch_variances(residuals, omega, alpha, gamma, beta, limit, first):
    """The variance of each day and of the one after the last, none above `limit`."""
    variances = [min(first, limit)]
    for e in residuals:
        following = omega + alpha * e * e + beta * variances[-1]
        if e < 0:
            following += gamma * e * e
        variances.append(min(following, limit))
    return np.array(variances)


def quantile(values, p):
    """The smallest value that at least a share p of the values does not exceed."""
    ordered = np.sort(values)
    return ordered[max(0, math.ceil(p * len(ordered) - 1e-9) - 1)]


def expected_shortfall(values, p):
    """-(E[R; R < q] + q (p - P(R < q))) / p."""
    q = quantile(values, p)
    below = values < q
    return -(values[below].sum() / len(values) + q * (p - below.mean())) / p
