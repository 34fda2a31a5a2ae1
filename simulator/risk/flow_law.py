"""The exact number of days on which a fund moves far, where it is known."""

from math import inf, log1p

import numpy as np

from simulator.normal import below
from simulator.spec.markov import MarkovMarket


def exact_days(market: MarkovMarket, leverage: float, carry: float, gain: float, beyond: float, days: int) -> float:
    """Mean number of `days` on which a fund moves by more than `beyond`, the close pushed and nothing reverting.

    The close moves by r / (1 - gain), so the fund moves beyond where r lies outside (1 - gain) (+-beyond - carry) / L;
    log(1 + r) is normal in each regime, whose law of day t is that of day 1 times the transitions.

    Parameters
    ----------
    market : MarkovMarket
        Of normal innovations without autocorrelation.
    leverage, carry : float
        Daily multiple and daily carry of the fund.
    gain : float
        In [0, 1).
    beyond : float
        In (0, 1).
    days : int
    """
    ends = [(1 - gain) * (side * beyond - carry) / leverage for side in (-1, 1)]
    low, high = sorted(log1p(end) if end > -1 else -inf for end in ends)
    means, sds = market.daily_means(), market.daily_sds()
    outside = below((low - means) / sds) + 1 - below((high - means) / sds)
    law, transition, total = market.initial_law(), np.array(market.transition), 0.0
    for _ in range(days):
        total += float(law @ outside)
        law = law @ transition
    return total
