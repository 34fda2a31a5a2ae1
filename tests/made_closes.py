"""Closes of an index, a second one and two funds, made up, that tests of triggers use."""

import numpy as np
from prices import fund_returns, index_returns, prices

from simulator.history.closes import make_closes
from simulator.history.prices import Prices
from simulator.spec.files import find_funds, preset_funds

DAYS, BEFORE = 1500, 260  # returns of the indexes, and how many days later the funds begin


def made_prices(days=DAYS, before=BEFORE, seed=3, change=lambda returns: returns) -> tuple[Prices, ...]:
    """IWM, SPY, TNA, TZA; `change` takes the index's returns and gives those to use."""
    own = index_returns(days, 0.008, seed + 1)
    index = change(0.7 * index_returns(days, seed=seed) + own)
    second = index - own
    first = prices(index, "IWM.csv").dates[before]
    legs = (prices(fund_returns(index[before:], leverage, 0.02), f"{name}.csv", first)
            for name, leverage in (("TNA", 3.0), ("TZA", -3.0)))  # fmt: skip
    return (prices(index, "IWM.csv"), prices(second, "SPY.csv"), *legs)


def made_closes(**given):
    index, second, *funds = made_prices(**given)
    return make_closes(index, second, "SPY", tuple(funds), find_funds(("TNA", "TZA"), preset_funds()))


def changed_after(day):
    """Turns and swells the returns after day `day`: what no trigger of that day may know."""
    return lambda returns: np.concatenate([returns[:day], -2 * returns[day:]])
