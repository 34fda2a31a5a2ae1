"""The slow twin of structures: every trade day by day in plain words, path after path."""

import math
from typing import NamedTuple

import numpy as np
import reference
from reference_second import second_log_returns
from scipy.special import ndtr as below

HELD, STOPPED, TARGET, CALLED, RUINED = range(5)


class Outcome(NamedTuple):
    """Of one trade on one path."""

    profit: float
    drawdown: float
    end: int
    day: int


def index_returns(market, seed, numbers, days):
    """Simple returns of the first and of the second index, (paths, days) each; NaN where there is no second."""
    x, _ = reference.log_returns(market, seed, numbers, days)
    if market.second is None:
        return np.expm1(x), np.full(x.shape, np.nan)
    return np.expm1(x), np.expm1(second_log_returns(market, seed, numbers, days))


def outcomes(spec, numbers):
    """`Outcome` of each structure and path with these numbers, all of one part of the comparison: [structure][path]."""
    first, second = index_returns(spec.market, spec.seed, numbers, spec.last_day)
    return [
        [outcome(spec, structure, one.tolist(), two.tolist()) for one, two in zip(first, second, strict=True)]
        for structure in spec.structures
    ]


def outcome(spec, structure, first, second):
    """Of a structure on a path of drawn returns."""
    first, second = on_course(spec.course, first, 0), on_course(spec.course, second, 1)
    if structure.spread is not None:
        return spread_outcome(spec, structure.spread, first)
    return legs_outcome(spec, structure, first, second)


def on_course(course, returns, index):
    """Returns with what is set."""
    found = list(returns)
    for day, *moves in course.moves:
        if moves[index] is not None and day <= len(found):
            found[day - 1] = moves[index]
    for day, factor in course.vol_scales:
        found[day - 1] = (1 + found[day - 1]) ** factor - 1
    return found


def short_rate(spec, day):
    rate = spec.rate
    for since, change in spec.course.rates:
        if day >= since:
            rate += change
    return rate


def growth(spec, instrument, day, r1, r2):
    """Of an instrument on a day."""
    if instrument == spec.market.index:
        return 1 + r1
    for fund in spec.funds:
        if fund.ticker == instrument:
            return max(0.0, 1 + fund.leverage * r1 + fund.annual_carry(short_rate(spec, day)) / 252)
    return 1 + r2


def legs_outcome(spec, structure, first, second):
    weights = {leg.instrument: leg.weight for leg in structure.legs}
    legs, cash = dict(weights), 1 - sum(weights.values())
    equity, peak, drawdown, fallen, hedged = 1.0, 1.0, 0.0, 1.0, False
    for day in range(1, spec.hold + 1):
        r1, r2 = first[day - 1], second[day - 1]
        rate = short_rate(spec, day)
        cash += cash * (rate if cash >= 0 else rate + spec.loan_spread) / 252
        for name, value in legs.items():
            if value < 0:
                cash -= -value * spec.borrow_fees.get(name, 0.0) / 252
            legs[name] = value * growth(spec, name, day, r1, r2)
        equity = cash + sum(legs.values())
        peak = max(peak, equity)
        drawdown = max(drawdown, 1 - equity / peak)
        fallen *= 1 + r2

        end = how_it_ends(structure, legs, cash, equity)
        if end != HELD:
            return Outcome(equity - 1, drawdown, end, day)
        hedge = structure.hedge
        if hedge is not None and not hedged and fallen <= 1 - hedge.fall:
            legs[hedge.instrument] = legs.get(hedge.instrument, 0.0) + hedge.weight
            weights[hedge.instrument] = weights.get(hedge.instrument, 0.0) + hedge.weight
            cash, hedged = cash - hedge.weight, True
        if structure.rebalance_days and day % structure.rebalance_days == 0:
            legs = {name: weight * equity for name, weight in weights.items()}
            cash = equity - sum(legs.values())
    return Outcome(equity - 1, drawdown, HELD, spec.hold)


def how_it_ends(structure, legs, cash, equity):
    if equity <= 0:
        return RUINED
    if structure.maintenance is not None:
        carried = sum(-value for value in legs.values() if value < 0)
        if cash < 0:
            carried += sum(value for value in legs.values() if value > 0)
        if equity < structure.maintenance * carried:
            return CALLED
    if structure.stop is not None and equity <= 1 - structure.stop:
        return STOPPED
    if structure.target is not None and equity >= 1 + structure.target:
        return TARGET
    return HELD


def spread_outcome(spec, spread, first):
    expiry = round(spread.days * 252 / 365)
    day = expiry if spread.settle else min(spec.hold, expiry)
    paid, level, peak, drawdown = spread_value(spread, 1.0, expiry / 252, spec.rate), 1.0, 1.0, 0.0
    for now in range(1, day + 1):
        level *= 1 + first[now - 1]
        worth = spread_value(spread, level, (expiry - now) / 252, short_rate(spec, now)) / paid
        peak = max(peak, worth)
        drawdown = max(drawdown, 1 - worth / peak)
    return Outcome(worth - 1, drawdown, HELD, day)


def spread_value(spread, level, years, rate):
    """Black-Scholes at the implied volatility of each strike's moneyness."""
    rate, total = 252 * math.log(1 + rate / 252), 0.0
    for strike, sign in ((spread.low, 1), (spread.high, -1)):
        if years == 0:
            total += sign * max(0.0, level - strike)
            continue
        vol = max(0.01, spread.vol + spread.skew * (strike / level - 1) / 0.1)
        d2 = (math.log(level / strike) + (rate - vol**2 / 2) * years) / (vol * math.sqrt(years))
        d1 = d2 + vol * math.sqrt(years)
        total += sign * (level * below(d1) - strike * math.exp(-rate * years) * below(d2))
    return min(max(0.0, total), (spread.high - spread.low) * math.exp(-rate * years))
