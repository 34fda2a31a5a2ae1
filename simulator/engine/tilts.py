"""A ladder of tilted laws, under which a fund's rare losses happen often."""

from dataclasses import dataclass
from math import log

import numpy as np

from simulator.spec.markov import MarkovMarket

RUNGS = 8  # laws of the ladder; each draws as many paths, so none weighs more than this
LEAST_CHANCE = 1e-12  # of a loss that the ladder still reaches for
MOST_EXPONENT = 1e6
HALVINGS = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class Tilt:
    """The law Q of an index whose density over its own law P is exp(exponent S) / E exp(exponent S) over a hold.

    S is the sum over the days of L x - curve x^2, curve = (L^2 - L) / 2: the log growth of the fund without costs to
    the second order in the index's log returns x (Glasserman, Heidelberger, Shahabuddin 2000, Management Science 46,
    the delta-gamma method; regimes as in Asmussen and Glynn 2007, Stochastic Simulation, chapter VI). Under Q a day is
    normal in each regime, as it was, and regimes are a Markov chain whose transitions change with the days left.

    Parameters
    ----------
    exponent : float
    first : (K,), law of day 1's regime.
    transitions : (days, K, K), into each day; into day 1 (row 0), of no meaning.
    means, sds : (K,), of a day's log return.
    log_ratios : (days, K)
        log dQ/dP of a path's days up to a day that ends in regime k is exponent S + log_ratios[day, k].
    curve : float
    leverage : float
    """

    exponent: float
    first: np.ndarray
    transitions: np.ndarray
    means: np.ndarray
    sds: np.ndarray
    log_ratios: np.ndarray
    curve: float
    leverage: float

    def mean_score(self) -> float:
        """E_Q S."""
        daily = self.leverage * self.means - self.curve * (self.means**2 + self.sds**2)
        law, total = self.first, self.first @ daily
        for step in self.transitions[1:]:
            law = law @ step
            total += law @ daily
        return float(total)

    def rate(self) -> float:
        """exponent E_Q S - log E exp(exponent S): exp(-rate) bounds the chance of an S beyond E_Q S (Chernoff)."""
        return self.exponent * self.mean_score() + float(self.log_ratios[-1, 0])


def tilt(market: MarkovMarket, leverage: float, days: int, exponent: float) -> Tilt:
    """The law tilted by `exponent`, below 0 for losses; of a market with normal innovations, no autocorrelation.

    With phi_k = E exp(exponent (L x - curve x^2)) in regime k, transitions A and B_t(k) = E exp(exponent (S_h - S_t))
    given regime k on day t, B_t = A (phi B_t+1), B_h = 1: a transition's chance becomes A_ij phi_j B_t(j) / B_t-1(i).
    """
    m, sd, a = market.daily_means(), market.daily_sds(), np.array(market.transition)
    curve = _curve(leverage)
    precision = 1 / sd**2 + 2 * exponent * curve
    means, sds = (m / sd**2 + exponent * leverage) / precision, 1 / np.sqrt(precision)
    log_phi = np.log(sds / sd) + (means**2 / sds**2 - m**2 / sd**2) / 2
    onward = np.zeros((days, len(m)))  # log B
    with np.errstate(divide="ignore"):  # what cannot happen has log 0
        log_a, log_first = np.log(a), np.log(market.initial_law())
        for day in range(days - 1, 0, -1):
            onward[day - 1] = np.logaddexp.reduce(log_a + log_phi + onward[day], axis=1)
    begun = log_first + log_phi + onward[0]
    whole = float(np.logaddexp.reduce(begun))
    transitions = np.empty((days, *a.shape))
    transitions[0] = a
    for day in range(1, days):
        transitions[day] = np.exp(log_a + log_phi + onward[day] - onward[day - 1][:, None])
    return Tilt(
        exponent=exponent,
        first=np.exp(begun - whole),
        transitions=transitions,
        means=means,
        sds=sds,
        log_ratios=onward - whole,
        curve=curve,
        leverage=leverage,
    )


def ladder(
    market: MarkovMarket, leverage: float, carry: float, days: int, loss: float, chance: float
) -> tuple[Tilt, ...]:
    """Laws with evenly spaced exponents, the first the market's own.

    Under the last one the fund loses in the mean `loss` or what it loses with that `chance`, whichever is more, but at
    most what it loses with a chance of `LEAST_CHANCE`: chances by their bound. `carry` is a day's.
    """
    farthest = log(1 - loss) - days * carry

    def within(exponent: float) -> bool:
        found = tilt(market, leverage, days, exponent)
        rate = found.rate()
        return rate < -log(LEAST_CHANCE) and (rate < -log(chance) or found.mean_score() > farthest)

    low, high = 0.0, _last_exponent(market, leverage)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) else (low, middle)
    return tuple(tilt(market, leverage, days, low * rung / (RUNGS - 1)) for rung in range(RUNGS))


def _curve(leverage: float) -> float:
    return (leverage**2 - leverage) / 2


def _last_exponent(market: MarkovMarket, leverage: float) -> float:
    """Where E exp(exponent S) becomes infinite, or beyond all that matters."""
    steepest = 2 * _curve(leverage) * float(market.daily_sds().max()) ** 2
    return -min(MOST_EXPONENT, 1 / steepest) if steepest > 0 else -MOST_EXPONENT
