"""The exact law of a fund's exits in one normal regime: its value at the closes as a chain on a grid.

The log of the value that is neither stopped nor at its target is a Markov chain from close to close. Its density is
carried on by Gauss-Legendre quadrature (Nystrom's method: Press et al. 2007, Numerical Recipes, section 19.1). A day is
a normal move overnight, of the share W of the variance, and from there a Brownian motion to the close.
"""

from math import ceil, log, sqrt

import numpy as np
from laws import lower_first, upper_first
from scipy.special import ndtr

NODES, OPENS = 140, 50
FAR = 9.0  # standard deviations beyond which nothing is
LEAST = 1e-9  # growth of the index in a day that stands for less


class ExitLaw:
    """Exits of a fund bought at 1, where each day's log return of its index is normal.

    Parameters
    ----------
    mean, sd : float
        Of the day's log return.
    days : int
    leverage, carry : float
        Of a day.
    stop, target : float, optional
        Levels of the fund's value.
    share : float
        W, in [0, 1).
    closes : bool
        Whether only closes are watched.

    Attributes
    ----------
    stopped, reached : (days,), probability of a stop and of a target on each day.
    stop_fill : (days,), mean value at which the stop is filled, times its probability.
    kept : probability of neither.
    """

    def __init__(self, mean, sd, days, *, leverage=1.0, carry=0.0, stop=None, target=None, share=0.0, closes=False):
        self.mean, self.sd, self.share = mean * np.sign(leverage), sd, share
        self.leverage, self.carry = leverage, carry
        reach = abs(leverage) * (FAR * sd * sqrt(days) + days * (abs(mean) + sd**2 * abs(leverage))) + days * abs(carry)
        low, high = (-reach if stop is None else log(stop)), (reach if target is None else log(target))
        self.levels = np.exp([low, high])
        x, weight = np.polynomial.legendre.leggauss(NODES)
        self.y, weight = (low + high) / 2 + (high - low) / 2 * x, (high - low) / 2 * weight
        day = self.by_closes if closes else self.within_days
        density, *first = (array[0] for array in day(np.zeros(1)))
        rows = [first]
        if days > 1:
            across, *exits = day(self.y)
        for _ in range(1, days):
            density = density * weight
            rows.append([density @ one for one in exits])
            density = density @ across
        self.stopped, self.reached, self.stop_fill = np.array(rows).T
        self.kept = float(density @ weight)

    def move(self, y, level):
        """The index's log move in the fund's favour that takes the fund from log value y to `level` in a day."""
        growth = 1 + (level * np.exp(-y) - 1 - self.carry) / self.leverage
        return np.sign(self.leverage) * np.log(np.maximum(growth, LEAST))

    def value(self, y, u):
        """The fund's value after the move u in its favour from log value y."""
        return np.exp(y) * np.maximum(0, 1 + self.carry + self.leverage * np.expm1(np.sign(self.leverage) * u))

    def edges(self, y):
        """Moves u at stop and target, (len(y), 1) each; none farther than matters."""
        far = 4 * FAR * self.sd
        return (np.clip(self.move(y, level), -far, far)[:, None] for level in self.levels)

    def ends(self, y):
        """Moves u that end at the nodes, (len(y), NODES), and du / dy there."""
        u = self.move(y[:, None], np.exp(self.y))
        return u, np.exp(self.y - y[:, None] - np.sign(self.leverage) * u) / abs(self.leverage)

    def beyond_stop(self, y, stop, mean, sd):
        """P(u < stop) and E[value; u < stop] of a normal u, (len(y),)."""
        u, weight = _between(mean - FAR * sd, np.maximum(stop, mean - FAR * sd))
        return ndtr((stop - mean) / sd)[:, 0], (weight * _normal(u - mean, sd) * self.value(y[:, None], u)).sum(axis=1)

    def by_closes(self, y):
        """Density from log values y to the nodes; probabilities of stop and target, mean fill times probability."""
        (stop, target), (u, slope) = self.edges(y), self.ends(y)
        stopped, fill = self.beyond_stop(y, stop, self.mean, self.sd)
        return _normal(u - self.mean, self.sd) * slope, stopped, ndtr((self.mean - target) / self.sd)[:, 0], fill

    def within_days(self, y):
        stop, target = self.edges(y)
        stopped, reached, fill = np.zeros((3, len(y)))
        opens, chance = np.zeros((len(y), 1)), np.ones((len(y), 1))
        if self.share > 0:
            mean, sd = self.share * self.mean, sqrt(self.share) * self.sd
            stopped, fill = self.beyond_stop(y, stop, mean, sd)
            reached = ndtr((mean - target) / sd)[:, 0]
            opens, weight = _between(np.maximum(stop, mean - FAR * sd), np.minimum(target, mean + FAR * sd))
            chance = weight * _normal(opens - mean, sd)
        mean, sd = (1 - self.share) * self.mean, sqrt(1 - self.share) * self.sd
        hit = (chance * lower_first(stop - opens, target - opens, 1.0, mean, sd)).sum(axis=1)
        reached = reached + (chance * upper_first(stop - opens, target - opens, 1.0, mean, sd)).sum(axis=1)
        u, slope = self.ends(y)
        across = [_unkilled(*day, mean, sd) for day in zip(opens, u, stop, target, strict=True)]
        density = slope * np.array([one @ after for one, after in zip(chance, across, strict=True)])
        return density, stopped + hit, reached, fill + hit * self.levels[0]


def _between(low, high):
    """Gauss-Legendre nodes and weights between columns low and high, (rows, OPENS); none where low is above high."""
    x, weight = np.polynomial.legendre.leggauss(OPENS)
    half = np.maximum(high - low, 0) / 2
    return low + half + half * x, half * weight


def _normal(x, sd):
    return np.exp(-((x / sd) ** 2) / 2) / (sd * sqrt(2 * np.pi))


def _unkilled(start, end, low, high, mean, sd):
    """Density that a Brownian motion of this mean and sd a day goes from each `start` to each `end`, (starts, ends),
    and meets neither low nor high: by images (Feller 1971, section X.5)."""
    start, end, width = start[:, None], np.clip(end, low, high), (high - low)[0]
    total = 0.0
    for k in range(-(most := ceil(FAR * sd / width)), most + 1):
        total += _normal(end - start + 2 * k * width, sd) - _normal(end + start - 2 * low + 2 * k * width, sd)
    return np.exp((mean * (end - start) - mean**2 / 2) / sd**2) * total
