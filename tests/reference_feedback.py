"""The slow twin of an index whose close funds push: prices with the push in them, path after path, in plain words."""

import math

import numpy as np
import reference


def moves(returns, gain, reverts):
    """Moves of the close of one path whose index would return `returns` without the funds."""
    found, price, push = [], 1.0, 0.0  # push: dollars of the last close that the funds added to it
    for r in returns:
        before = (price - reverts * push) * (1 + r)
        move = (before / price - 1) / (1 - gain)
        push = price * (1 + move) - before
        price *= 1 + move
        found.append(move)
    return found


def days_beyond(spec, gain, reverts, beyond):
    """Days of each path on which each fund moves beyond, (funds, paths)."""
    log_returns, _ = reference.log_returns(spec.market, spec.seed, range(spec.paths), spec.horizons[-1])
    counts = np.zeros((len(spec.funds), spec.paths), int)
    for path, x in enumerate(log_returns):
        closes = moves([math.expm1(one) for one in x], gain, reverts)
        for k, fund in enumerate(spec.funds):
            carry = fund.annual_carry(spec.rate) / 252
            counts[k, path] = sum(abs(fund.leverage * close + carry) > beyond for close in closes)
    return counts
