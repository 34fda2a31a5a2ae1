"""From a trade to the raw numbers that the kernels read."""

import numpy as np

from simulator.errors import LetfError
from simulator.kernels.bars import AT_CLOSE, BARS, BRIDGE, HELD, NEXT_OPEN, NOTHING
from simulator.kernels.levels import FAR, Levels
from simulator.kernels.positions import Trade
from simulator.spec.bootstrap import BootstrapMarket
from simulator.spec.model import TRADING_DAYS
from simulator.spec.run import Simulation
from simulator.spec.views import VOL_EDGES, move_edges

MODES = {"day": BRIDGE, "close": AT_CLOSE, "next-open": NEXT_OPEN}


def lower_trade(spec: Simulation) -> Trade:
    """The run's trade in raw numbers."""
    if spec.trade is None:
        return Trade(NOTHING, _levels(spec), 0.0, float(TRADING_DAYS), np.empty(0), np.empty(0))
    return Trade(
        watch=_watch(spec),
        levels=_levels(spec),
        loss=spec.trade.loss,
        days_a_year=float(TRADING_DAYS),
        move_edges=move_edges(spec.horizons[-1]),
        vol_edges=np.array(VOL_EDGES),
    )


def _watch(spec: Simulation) -> int:
    trade = spec.trade
    assert trade is not None  # its caller knows
    if not trade.has_exits:
        return HELD
    mode = MODES[trade.watch]
    if mode == AT_CLOSE or not isinstance(spec.market, BootstrapMarket):
        return mode
    if spec.market.opens is None:
        raise LetfError(
            f"{spec.market.name} has no open, high and low of its days, by which exits between closes are found; fit "
            "it to prices that have them, or watch closes (--watch close)"
        )
    return BARS if mode == BRIDGE else mode


def _levels(spec: Simulation) -> Levels:
    """Values of each fund and growths of the index at which its position is sold."""
    trade = spec.trade
    signs = np.array([1.0 if fund.leverage > 0 else -1.0 for fund in spec.funds])

    def level(move, direction):
        return 1 + direction * (FAR if move is None else move) * np.ones(len(signs))

    return Levels(
        stop=level(trade and trade.stop, -1),
        target=level(trade and trade.target, 1),
        index_stop=level(trade and trade.index_stop, -signs),
        index_target=level(trade and trade.index_target, signs),
    )
