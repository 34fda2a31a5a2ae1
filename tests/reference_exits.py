"""The slow, plain twin of positions: bars, stops and targets, drawdowns, and what the index did, path after path.

It follows the maths of docs/models.md in float64 and shares no code with `simulator.kernels` or `simulator.engine`.
"""

import math
from dataclasses import dataclass

import numpy as np
import reference
from reference import CAP

OPENS, BARRIERS = 3, 4  # slots of the random numbers
USUAL_SHARE = 0.28  # of the variance before the open, where a market does not say
STOP, TARGET, NEITHER = "stop", "target", "neither"
WILD_DAY = 0.15
WIPED = 1e-12  # stands for the growth of a fund that has lost all, where its logarithm is taken
# A comparison closer than this may fall out otherwise in single precision: of log moves, and of probabilities.
NEAR_MOVE, NEAR_CHANCE = 1e-6, 1e-4


@dataclass
class Bars:
    """Log moves since the close before, (paths, days); low and high where past days have them, else spread and u.

    spread : variance of the way from open to close.  u : the uniforms that decide what a bridge met.
    """

    close: np.ndarray
    open: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    spread: np.ndarray | None = None
    u: np.ndarray | None = None


@dataclass
class Exit:
    """How a path was left: when (0: at the end), at what value, and whether a comparison on the way was too close."""

    kind: str
    day: int
    fill: float
    both: bool
    close_call: bool


def bars(market, x, seed, numbers):
    """The bars of paths whose log returns are x."""
    days = x.shape[1]
    if market.kind == "bootstrap":
        return past_bars(market, x, seed, numbers)
    share, variance = shares_and_variances(market, x, seed, numbers)
    spread = (1 - share) * variance
    z = np.array([reference.normals(seed, path, days, OPENS) for path in numbers])
    u = np.array([reference.day_words(seed, path, days, BARRIERS) for path in numbers])
    return Bars(close=x, open=share * x + np.sqrt(share * spread) * z, spread=spread, u=(u + 0.5) / 2**32)


def shares_and_variances(market, x, seed, numbers):
    """Overnight share and variance of each day, (paths, days)."""
    if market.kind == "markov":
        shares = [USUAL_SHARE if one.overnight_share is None else one.overnight_share for one in market.regimes]
        uniforms = (reference.uniforms(seed, path, x.shape[1]) for path in numbers)
        regime = np.array([reference.regimes(market, one) for one in uniforms])
        return np.array(shares)[regime], market.daily_sds()[regime] ** 2
    law, variances = reference.innovations(market), np.empty_like(x)
    variance = np.full(len(x), reference.first_variance(market, law))
    for day in range(x.shape[1]):
        variances[:, day] = np.minimum(variance, CAP**2)
        e = x[:, day] - market.drift / 252 + law.log_mean_exp(np.sqrt(variances[:, day]))
        news = market.alpha + market.gamma * (e < 0)
        variance = market.omega + news * e**2 + market.beta * variances[:, day]
    return USUAL_SHARE if market.overnight_share is None else market.overnight_share, variances


def past_bars(market, x, seed, numbers):
    """The bars of the past days themselves, moved as their closes are."""
    if market.opens is None:
        return Bars(close=x)
    moves = np.empty((3, *x.shape))
    for row, path in enumerate(numbers):
        if market.scaling is None:
            chosen, _ = reference.past_days(
                len(market.log_returns), market.block_days, reference.day_words(seed, path, x.shape[1])
            )
            lived = [(k, market.scale, reference.bootstrap_shift(market)) for k in chosen]
        else:
            lived = reference.scaled_days(market, seed, path, x.shape[1])
        for day, (k, factor, shift) in enumerate(lived):
            moves[:, row, day] = [shift + factor * past[k] for past in (market.opens, market.lows, market.highs)]
    return Bars(close=x, open=moves[0], low=moves[1], high=moves[2])


def log_move(leverage, growth):
    """Log move of the index in the fund's favour; to 0 or less is farther than any."""
    return math.copysign(1, leverage) * (math.log(growth) if growth > 0 else -math.inf)


def levels(trade, leverage, carry, value, index):
    """Index growth in the day at which the fund is stopped and at its target, and both as log moves in its favour.

    Of a level of the fund and one of the index the nearer counts.
    """
    side = math.copysign(1, leverage)
    stops, targets = [], []
    if trade.stop is not None and value > 0:
        stops.append(1 + ((1 - trade.stop) / value - 1 - carry) / leverage)
    if trade.index_stop is not None:
        stops.append((1 - side * trade.index_stop) / index)
    if trade.target is not None and value > 0:
        targets.append(1 + ((1 + trade.target) / value - 1 - carry) / leverage)
    if trade.index_target is not None:
        targets.append((1 + side * trade.index_target) / index)
    stop = max(((log_move(leverage, growth), growth) for growth in stops), default=(-math.inf, None))
    target = min(((log_move(leverage, growth), growth) for growth in targets), default=(math.inf, None))
    return stop, target


def first_met(near, far, start, end, variance):
    """P(a bridge meets `near` before `far`); `start` lies between the two, `end` on the same side of `near`.

    The bridges that meet `near`, less those that met `far` before, but for those that met `near` before that, and so
    on: by reflection (Anderson 1960, Annals of Mathematical Statistics 31, section 4).
    """
    if math.isinf(near):
        return 0.0
    if math.isinf(far):
        return math.exp(-2 * (start - near) * (end - near) / variance)
    width, side, total = abs(far - near), math.copysign(1, far - near), 0.0
    for k in range(10_000):
        met = math.exp(-2 * (k * width + side * (start - near)) * (k * width + side * (end - near)) / variance)
        m = (k + 1) * width
        total += met - math.exp(-2 * m * (m + side * (end - start)) / variance)
        if met < 1e-18:
            break
    return total


def bridge_chances(stop, target, start, end, variance):
    """P(stop first) and P(target first) of a bridge whose start lies between the two."""
    if variance == 0:
        return float(end <= stop), float(end >= target)
    if end <= stop:
        reached = first_met(target, stop, start, end, variance)
        return 1 - reached, reached
    if end >= target:
        stopped = first_met(stop, target, start, end, variance)
        return stopped, 1 - stopped
    return first_met(stop, target, start, end, variance), first_met(target, stop, start, end, variance)


class Walk:
    """One path of one fund, day by day, until it is sold."""

    def __init__(self, trade, fund, carry, path, row):
        self.trade, self.leverage, self.carry = trade, fund.leverage, carry
        self.side, self.path, self.row = math.copysign(1, fund.leverage), path, row
        self.value = self.index = 1.0
        self.close_call = False

    def at_least(self, a, b, near=NEAR_MOVE):
        """Whether a >= b, noting a close call."""
        self.close_call |= abs(a - b) < near
        return a >= b

    def after(self, growth):
        """The fund's value at an index growth within the day."""
        return self.value * max(0.0, 1 + self.carry + self.leverage * (growth - 1))

    def exit(self):
        """How it ends."""
        days, pending = self.path.close.shape[1], None
        for day in range(days):
            opened = math.nan if self.path.open is None else self.path.open[self.row, day]
            if pending:
                return self.sold(pending, day, self.after(math.exp(opened)))
            if self.trade.watch == "day" and (within := self.within(day, opened)):
                return within
            x = self.path.close[self.row, day]
            self.value, self.index = self.after(math.exp(x)), self.index * math.exp(x)
            if self.trade.watch != "day" and (kind := self.at_close()):
                if self.trade.watch == "close":
                    return self.sold(kind, day, self.value)
                pending = kind
        return self.sold(NEITHER, -1, self.value)

    def sold(self, kind, day, fill, both=False):
        return Exit(kind, day + 1, fill, both, self.close_call)

    def at_close(self):
        trade = self.trade
        if trade.stop is not None and self.at_least(1 - trade.stop, self.value):
            return STOP
        if trade.index_stop is not None and self.at_least(-trade.index_stop, self.side * (self.index - 1)):
            return STOP
        if trade.target is not None and self.at_least(self.value, 1 + trade.target):
            return TARGET
        if trade.index_target is not None and self.at_least(self.side * (self.index - 1), trade.index_target):
            return TARGET
        return None

    def within(self, day, opened):
        """The exit within the day, if there is one."""
        (stop, stop_growth), (target, target_growth) = levels(
            self.trade, self.leverage, self.carry, self.value, self.index
        )
        start, end = self.side * opened, self.side * self.path.close[self.row, day]
        if self.at_least(stop, start):
            return self.sold(STOP, day, self.after(math.exp(opened)))
        if self.at_least(start, target):
            return self.sold(TARGET, day, self.after(math.exp(opened)))
        if self.path.low is not None:
            low, high = sorted(self.side * moves[self.row, day] for moves in (self.path.low, self.path.high))
            stopped, reached = self.at_least(stop, low), self.at_least(high, target)
            if stopped:
                return self.sold(STOP, day, self.after(stop_growth), reached)
        else:
            chances = bridge_chances(stop, target, start, end, self.path.spread[self.row, day])
            u = self.path.u[self.row, day]
            stopped = not self.at_least(u, chances[0], NEAR_CHANCE)
            reached = not self.at_least(u, chances[0] + chances[1], NEAR_CHANCE)
            if stopped:
                return self.sold(STOP, day, self.after(stop_growth))
        return self.sold(TARGET, day, self.after(target_growth)) if reached else None


def lived(spec, paths):
    """Bars and row of each path of a run, `paths` being the twin's."""
    each = []
    for start, part in spec.parts():
        numbers = range(start, start + part.paths)
        made = bars(part.market, paths.log_return[start : start + part.paths], spec.seed, numbers)
        each += [(made, row) for row in range(part.paths)]
    return each


def exits(spec, each, fund):
    """How each path was left, of those that `lived` gave."""
    carry = fund.annual_carry(spec.rate) / 252
    return [Walk(spec.trade, fund, carry, made, row).exit() for made, row in each]


def drawdowns(navs, days):
    """Largest fall from the running peak of the closes, entry included, (paths,)."""
    closes = np.concatenate([np.ones((len(navs), 1)), navs[:, :days]], axis=1)
    return (1 - closes / np.maximum.accumulate(closes, axis=1)).max(axis=1)


def break_evens(growth, navs, leverage, days):
    """Index return at which the fund ends where it began, with the drag and the carry that it had, (paths,)."""
    lost = np.log(np.maximum(navs[:, days - 1], WIPED)) - leverage * np.log(growth[:, days - 1])
    return np.exp(-lost / leverage) - 1


def wild_days(log_returns, leverage, carry, days):
    """Whether the fund moves by more than 15 % on a day: up, and down, (paths,) each."""
    moves = np.maximum(-1, leverage * np.expm1(log_returns[:, :days]) + carry)
    return (moves > WILD_DAY).any(axis=1), (moves < -WILD_DAY).any(axis=1)


def realised_vols(log_returns, days):
    """Annual volatility of the days, about 0, (paths,)."""
    return np.sqrt(252 / days * (log_returns[:, :days] ** 2).sum(axis=1))


def prospectus(growth, vols, leverage, days):
    """What a fund returns without costs given the index and its volatility, in continuous time, (paths,).

    Cheng and Madhavan (2009), Journal of Investment Management 7.
    """
    return growth[:, days - 1] ** leverage * np.exp(-(leverage**2 - leverage) / 2 * vols**2 * days / 252) - 1
