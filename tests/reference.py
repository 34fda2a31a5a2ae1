"""The slow, plain twin of the kernels: the maths of docs/models.md in float64, one path after another in plain words.

Random words are those of the kernels, bit for bit; all that follows is computed by `math`, NumPy and SciPy, shares no
code with `simulator.kernels` or `simulator.engine`, and keeps every value of every path.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from scipy import integrate, special, stats

M32 = 2**32 - 1
NORMALS, REGIMES, DAYS = 0, 1, 2
CAP = 0.25  # the largest daily volatility of a GARCH market
WIDEST = 0.3  # a block of a scaled bootstrap has the drift of this daily volatility at most
LEAST_VARIANCE = 1e-8  # of a window of days that a forecast looks at
WINDOWS, WEEK = (2, 5, 22, 66), 5


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


def normals(seed, path, days, slot=NORMALS):
    """Standard normals of the first `days` days of a path."""
    drawn = []
    for call in range(-(-days // 4)):
        w = words(seed, path, call, slot)
        drawn += [*box_muller(w[0], w[1]), *box_muller(w[2], w[3])]
    return drawn[:days]


def uniforms(seed, path, days):
    """31-bit uniforms in [0, 1) that choose the regimes of the first `days` days of a path."""
    drawn = [word for call in range(-(-days // 4)) for word in words(seed, path, call, REGIMES)]
    return [(word >> 1) / 2**31 for word in drawn[:days]]


def day_words(seed, path, days, slot=DAYS):
    """32-bit words of the first `days` days of a path, one a day: those that choose the past day or residual."""
    return [word for call in range(-(-days // 4)) for word in words(seed, path, call, slot)][:days]


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


class CutSkewT:
    """Hansen's skewed t given |z| <= 12, its mean taken off, over its standard deviation.

    By quadrature of Hansen's (1994, eq. 10) density, cell by cell; the inverse law by Newton's method within a cell.
    """

    def __init__(self, dof, skew):
        self.dof, self.skew = dof, skew
        c = math.gamma((dof + 1) / 2) / (math.sqrt(math.pi * (dof - 2)) * math.gamma(dof / 2))
        self.a = 4 * skew * c * (dof - 2) / (dof - 1)
        self.b = math.sqrt(1 + 3 * skew**2 - self.a**2)
        self.c = c
        self.kink = -self.a / self.b
        reach = np.sinh(np.linspace(np.arcsinh(-40 * (12 + self.kink)), np.arcsinh(40 * (12 - self.kink)), 400)) / 40
        self.edges = np.union1d(np.clip(self.kink + reach, -12, 12), [-12, self.kink, 12])
        self.masses = self.integrals(self.edges[:-1], self.edges[1:])
        z, weight = self.nodes()
        self.mean = weight @ z
        self.sd = math.sqrt(weight @ (z - self.mean) ** 2)

    def density(self, z):
        """Of the uncut law."""
        side = np.where(z < self.kink, 1 - self.skew, 1 + self.skew)
        inner = ((self.b * z + self.a) / side) ** 2 / (self.dof - 2)
        return self.b * self.c * (1 + inner) ** (-(self.dof + 1) / 2)

    def _cells(self, low, high):
        points, weights = np.polynomial.legendre.leggauss(12)
        middle, half = (low + high) / 2, (high - low) / 2
        z = middle[:, None] + half[:, None] * points
        return z, half[:, None] * weights * self.density(z)

    def integrals(self, low, high):
        return self._cells(low, high)[1].sum(axis=1)

    def nodes(self):
        """Values of the cut law before it is standardised, and their probabilities."""
        z, weight = self._cells(self.edges[:-1], self.edges[1:])
        return z.ravel(), weight.ravel() / weight.sum()

    def mean_of(self, function):
        z, weight = self.nodes()
        return float(weight @ function((z - self.mean) / self.sd))

    @cached_property
    def lower_variance(self):
        """E e^2 1{e < 0}, cut where e is 0."""
        edges = np.union1d(self.edges[self.edges < self.mean], [self.mean])
        z, weight = self._cells(edges[:-1], edges[1:])
        return float((weight * (z - self.mean) ** 2).sum() / self.masses.sum() / self.sd**2)

    def log_mean_exp(self, c):
        """log E exp(c e) of each of an array."""
        values, place = np.unique(c, return_inverse=True)
        z, weight = self.nodes()
        e = (z - self.mean) / self.sd
        return np.array([math.log(weight @ np.exp(one * e)) for one in values])[place].reshape(np.shape(c))

    def of_normal(self, z):
        """The innovations with the probabilities of normals z, an array: from whichever end is nearer."""
        total = self.masses.sum()
        lower = np.concatenate([[0], np.cumsum(self.masses)])
        upper = np.concatenate([np.cumsum(self.masses[::-1])[::-1], [0]])
        wanted = special.ndtr(-np.abs(z)) * total
        below = z < 0
        cell = np.where(
            below,
            np.searchsorted(lower, wanted, side="right") - 1,
            len(self.masses) - np.searchsorted(upper[::-1], wanted, side="right"),
        ).clip(0, len(self.masses) - 1)
        left, right = self.edges[cell], self.edges[cell + 1]
        share = np.where(below, wanted - lower[cell], self.masses[cell] - (wanted - upper[cell + 1]))
        x = left + (right - left) * (share / self.masses[cell]).clip(0, 1)
        for _ in range(6):
            x = (x - (self.integrals(left, x) - share) / self.density(x)).clip(left, right)
        return (x - self.mean) / self.sd


class DrawnResiduals:
    """Each of the values, centred and over their standard deviation, with the same probability."""

    def __init__(self, values):
        mean = math.fsum(values) / len(values)
        sd = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
        self.values = np.array([(value - mean) / sd for value in values])
        self.lower_variance = sum(value**2 for value in self.values if value < 0) / len(values)

    def log_mean_exp(self, c):
        return np.log(np.exp(np.multiply.outer(c, self.values)).mean(axis=-1))


def innovations(market):
    """The law of a GARCH market's innovations."""
    return CutSkewT(market.dof, market.skew) if market.residuals is None else DrawnResiduals(market.residuals)


@dataclass
class Paths:
    """Every value of every path: log return (paths, days); growths after each day, (paths, days).

    `capped`, (paths, days): whether a GARCH market's volatility was held at its cap.
    """

    log_return: np.ndarray
    growth: np.ndarray
    nav: dict
    frictionless: dict
    capped: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), bool))

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
    """All paths of a Simulation, from path number `first` on; those of an ensemble member after member."""
    days, x, capped = spec.horizons[-1], [], []
    for start, part in spec.parts():
        moves, caps = log_returns(part.market, spec.seed, range(first + start, first + start + part.paths), days)
        x.append(moves)
        capped.append(caps)
    x = np.concatenate(x)
    r = np.exp(x) - 1
    nav, frictionless = {}, {}
    for fund in spec.funds:
        carry = fund.annual_carry(spec.rate) / 252
        nav[fund.ticker] = np.cumprod(np.maximum(0, 1 + fund.leverage * r + carry), axis=1)
        frictionless[fund.ticker] = np.cumprod(np.maximum(0, 1 + fund.leverage * r), axis=1)
    return Paths(x, np.cumprod(1 + r, axis=1), nav, frictionless, np.concatenate(capped))


def log_returns(market, seed, numbers, days):
    """Log returns of the paths with these numbers, (paths, days), and which were capped."""
    if market.kind == "garch":
        return garch_returns(market, seed, numbers, days)
    if market.kind == "markov":
        x = markov_returns(market, seed, numbers, days)
    elif market.scaling is None:
        x = bootstrap_returns(market, seed, numbers, days)
    else:
        x = np.array([scaled_returns(market, seed, path, days) for path in numbers])
    return x, np.zeros(x.shape, bool)


def markov_returns(market, seed, numbers, days):
    z = np.array([normals(seed, path, days) for path in numbers])
    regime = np.array([regimes(market, uniforms(seed, path, days)) for path in numbers])
    e = z.copy()
    for k, one in enumerate(market.regimes):
        if one.dof is not None:
            e[regime == k] = CutT(one.dof).of_normal(z[regime == k])

    mean, sd = market.daily_means(), market.daily_sds()
    center = market.stationary_law() @ mean
    last = center if market.last_log_return is None else market.last_log_return
    x, previous = np.empty_like(z), np.full(len(z), last)
    for day in range(days):
        k = regime[:, day]
        x[:, day] = mean[k] + market.autocorrelation * (previous - center) + sd[k] * e[:, day]
        previous = x[:, day]
    return x


def first_variance(market, law):
    """Of a GARCH market, a day."""
    if market.initial == "stationary":
        first = market.omega / (1 - market.alpha - market.gamma * law.lower_variance - market.beta)
    else:
        first = market.initial**2 / 252
    return min(first, CAP**2)


def garch_returns(market, seed, numbers, days):
    """x = d / 252 - log E exp(sd z) + sd z; the variance by its recursion, its root never above the cap."""
    law = innovations(market)
    if market.residuals is None:
        z = np.array([normals(seed, path, days) for path in numbers])
        z = law.of_normal(z.ravel()).reshape(z.shape)
    else:
        drawn = [[word * len(law.values) >> 32 for word in day_words(seed, path, days)] for path in numbers]
        z = law.values[np.array(drawn)]
    x, capped, variance = np.empty_like(z), np.empty(z.shape, bool), np.full(len(z), first_variance(market, law))
    for day in range(days):
        capped[:, day] = variance > CAP**2
        sd = np.minimum(np.sqrt(variance), CAP)
        e = sd * z[:, day]
        x[:, day] = market.drift / 252 - law.log_mean_exp(sd) + e
        variance = market.omega + (market.alpha + market.gamma * (e < 0)) * e**2 + market.beta * sd**2
    return x, capped


def past_days(count, block_days, drawn):
    """Which of `count` past days each day lives through again, and whether a block begins there."""
    threshold, spread = min(round(2**32 / block_days), M32), int(count * block_days * 2**14)
    days, joins = [drawn[0] * count >> 32], [True]
    for word in drawn[1:]:
        joins.append(word < threshold)
        days.append(word * spread >> 46 if word < threshold else (days[-1] + 1) % count)
    return days, joins


def bootstrap_returns(market, seed, numbers, days):
    x = market.scale * np.array(market.log_returns) + bootstrap_shift(market)
    return np.array([x[past_days(len(x), market.block_days, day_words(seed, path, days))[0]] for path in numbers])


def bootstrap_shift(market):
    """What all days of a bootstrap without scaling are moved by."""
    growths = [math.exp(market.scale * value) for value in market.log_returns]
    return market.drift / 252 - math.log(math.fsum(growths) / len(growths))


def scaled_returns(market, seed, path, days):
    """One path of a scaled bootstrap."""
    return [shift + factor * market.log_returns[k] for k, factor, shift in scaled_days(market, seed, path, days)]


def scaled_days(market, seed, path, days):
    """Past day, what its moves are multiplied by, and what is added to them, of each day of a path.

    Each block is divided by the forecast it had, times the one made of this path's own days before it.
    """
    scaling, past = market.scaling, market.log_returns
    later = scaling.prices
    first = scaling.index if scaling.initial_by == "index" else later
    lowest, highest = 2 * math.log(min(later.vols)), 2 * math.log(max(later.vols))
    own = block_moves(market, later.vols)
    variances, returns, lived = list(scaling.recent_variances), list(scaling.recent_log_returns), []
    chosen, joins = past_days(len(past), market.block_days, day_words(seed, path, days))
    for day, (position, begins) in enumerate(zip(chosen, joins, strict=True)):
        if day == 0:
            eta = 0.5 * first.error_sd * normals(seed, path, 1)[0]
            forecast, vols = math.log(scaling.initial**2 / 252) + eta, first.vols
            moves = block_moves(market, vols)
        elif begins:
            terms = [math.log(max(math.fsum(variances[-w:]) / w, LEAST_VARIANCE)) for w in WINDOWS]
            terms = [1.0, *terms, math.fsum(returns[-WEEK:])]
            forecast = sum(c * term for c, term in zip(later.coefficients, terms, strict=True))
            forecast, vols = min(max(forecast, lowest), highest), later.vols
            moves = own
        if begins:
            vol = math.exp(forecast / 2)
            scale, shift = vol / vols[position], market.drift / 252 - block_growth(market, moves, vol)
        variances.append(scale**2 * scaling.variances[position])
        returns.append(scale * past[position])
        lived.append((position, market.scale * scale, shift))
    return lived


def block_moves(market, vols):
    """What whole blocks return, each over the forecast of `vols` at its first day."""
    past, length = market.log_returns, max(1, round(market.block_days))
    sums = list(accumulate((past[i % len(past)] for i in range(len(past) + length)), initial=0.0))
    return [(sums[i + length] - sums[i]) / vols[i] for i in range(len(past))]


def block_growth(market, moves, vol):
    """log mean exp(v u) a day of a block, v = `vol` times the market's scale."""
    v = min(market.scale * vol, WIDEST)
    return math.log(math.fsum(math.exp(v * u) for u in moves) / len(moves)) / max(1, round(market.block_days))


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
