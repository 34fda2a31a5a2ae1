"""A small score of made-up prices that several tests use."""

from functools import cache

import numpy as np
from prices import fund, fund_returns, index_returns, prices

from simulator.history.forecasters import FORECASTERS
from simulator.history.record import make_record
from simulator.history.score import find_origins, score
from simulator.history.verdict import judge

DAYS = 1500
SWINGS = np.where(np.arange(DAYS) // 90 % 2, 1.8, 0.6)  # of volatility
RETURNS = SWINGS * index_returns(DAYS)
LEVERAGES = (3, -3)
FIRST = np.datetime64("2015-01")


def made_prices():
    """Of an index and of its funds, from 2012 on."""
    return prices(RETURNS, "IDX.csv"), *(prices(fund_returns(RETURNS, L), f"F{L}.csv") for L in LEVERAGES)


@cache
def made_verdict(*horizons, models=("gbm", "ewma"), drift=0.08, paths=256):
    """Judged forecasts of two funds over the holding periods."""
    index, *legs = made_prices()
    record = make_record(index, tuple(legs), tuple(map(fund, LEVERAGES)), rates=0.03)
    chosen = {name: FORECASTERS[name] for name in models}
    return judge(score(record, find_origins(record, FIRST), chosen, horizons=horizons, drift=drift, paths=paths))
