"""Statistics of positions: what lanes remember of their days, and what is added at the end of a hold.

`simulator.ledger` says which row of the statistics holds what. Where a law has fewer values than there are paths, as
the fills of stops, the lanes that have one are moved to the front.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from simulator import ledger
from simulator.kernels.bars import HELD, NOTHING
from simulator.kernels.elementary import expm1, log_single
from simulator.kernels.fma import fma
from simulator.kernels.jit import allocating, kernel
from simulator.kernels.levels import REACHED, STOPPED, Levels
from simulator.kernels.stats import LANES, Tally, add_sums, observe

LEAST_GROWTH = 1e-12  # of a fund, where its logarithm is taken
FILL_LANES = 512  # whose fills are moved to the front together; the order of sums hangs on it
NONE, ONE = np.uint32(0), np.uint32(1)


class Trade(NamedTuple):
    """How the positions of a run are held, in raw numbers.

    watch : int, of `kernels.bars`.  levels : where they are sold.  loss : the loss whose chance is counted.
    days_a_year : of the realised volatility.
    move_edges, vol_edges : float64 (M - 1,) and (V - 1,), inner edges of the cells.
    """

    watch: int
    levels: Levels
    loss: float
    days_a_year: float
    move_edges: np.ndarray
    vol_edges: np.ndarray


class PositionTally(NamedTuple):
    """What the statistics of a block's positions are added to.

    laws : Tally, a row each fund and law.
    edges : float64 (horizons, funds, 2, PARTIAL), the exit's return minus that of holding on, and its square.
    events : int64 (horizons, funds, EVENTS).
    exit_days : int64 (funds, 2, days).
    cells : int64 (funds, V, M).  cell_sums : float64 (funds, V, M, CELL_SUMS).
    """

    laws: Tally
    edges: np.ndarray
    events: np.ndarray
    exit_days: np.ndarray
    cells: np.ndarray
    cell_sums: np.ndarray


class Past(NamedTuple):
    """What lanes remember of their days.

    peak, drawdown : float64 (funds, LANES), of the closes, entry included.
    squares : float64 (LANES,), sum of squared log returns of the index.
    rise, fall : float32 (LANES,), its largest and its least simple return.
    told : float64 (LAWS, LANES), room for the values of each law at the end of a hold.
    filled : int64 (LAWS,), how many of them are still to be observed.
    """

    peak: np.ndarray
    drawdown: np.ndarray
    squares: np.ndarray
    rise: np.ndarray
    fall: np.ndarray
    told: np.ndarray
    filled: np.ndarray


@allocating
def no_past(funds, watch):
    """The memory before day 1; no room where nothing is watched."""
    width = LANES if watch != NOTHING else 0
    return Past(
        np.ones((funds, width)),
        np.zeros((funds, width)),
        np.zeros(width),
        np.zeros(width, np.float32),
        np.zeros(width, np.float32),
        np.zeros((ledger.LAWS, width)),
        np.zeros(ledger.LAWS, np.int64),
    )


@kernel
def remember_index(r, x, past):
    """Add a day's simple and log return, (LANES,) float32."""
    for i in range(LANES):
        past.squares[i] = fma(np.float64(x[i]), np.float64(x[i]), past.squares[i])
    for i in range(LANES):
        past.rise[i] = max(past.rise[i], r[i])
        past.fall[i] = min(past.fall[i], r[i])


@kernel
def remember_fund(nav, fund, past):
    """Look at a fund's close, nav (funds, LANES)."""
    for i in range(LANES):
        peak = max(past.peak[fund, i], nav[fund, i])
        past.peak[fund, i] = peak
        past.drawdown[fund, i] = max(past.drawdown[fund, i], 1.0 - nav[fund, i] / peak)


@kernel
def break_even(growth, nav, leverage, values, logs):
    """values = the index's return at which the fund would have come out even, given what it lost on its way to nav;
    logs = log(1 + values). In single precision: an error of some 2e-7 of either logarithm."""
    share = np.float32(1.0 / leverage)
    for i in range(LANES):
        left = log_single(np.float32(max(nav[i], LEAST_GROWTH)))
        even = log_single(np.float32(growth[i])) - share * left
        logs[i] = even
        values[i] = expm1(even)


@kernel
def tell_hold(today, position, past, scratch):
    """The values of a fund that is held to the end; leaves logs of break-evens in `multiple`."""
    nav, leverage = today.navs[position.fund], position.leverage
    for i in range(LANES):
        past.told[ledger.DRAWDOWN, i] = past.drawdown[position.fund, i]
    break_even(today.growth, nav, leverage, past.told[ledger.BREAK_EVEN], scratch.multiple)
    past.filled[ledger.DRAWDOWN], past.filled[ledger.BREAK_EVEN] = today.n, today.n


@kernel
def count_days(today, position, loss, past, events):
    """Count losses and wild days."""
    nav, leverage, carry = today.navs[position.fund], position.leverage, position.carry
    best, worst = (past.rise, past.fall) if leverage > 0 else (past.fall, past.rise)
    lost, ups, downs, either = 0, 0, 0, 0
    for i in range(today.n):
        up, down = leverage * best[i] + carry > ledger.WILD_DAY, leverage * worst[i] + carry < -ledger.WILD_DAY
        lost += nav[i] - 1.0 < -loss
        ups += up
        downs += down
        either += up | down
    events[ledger.LOST] += lost
    events[ledger.WILD_UP] += ups
    events[ledger.WILD_DOWN] += downs
    events[ledger.WILD] += either


@kernel
def tell_exits(today, position, past, left, scratch, events):
    """The values that lanes were sold for; leaves in `multiple` what that changed, and counts them."""
    n, nav, fund = today.n, today.navs[position.fund], position.fund
    how, both, exits, changed = left.how[fund], left.both[fund], past.told[ledger.EXIT], scratch.multiple
    for i in range(LANES):
        value = left.value[fund, i] if how[i] > 0 else nav[i]
        exits[i] = value - 1.0
        changed[i] = value - nav[i]
    past.filled[ledger.EXIT] = n
    for i in range(n):
        events[ledger.BOTH] += both[i]


@kernel
def tell_fills(first, n, how, past, events):
    """Tell what the FILL_LANES from lane `first` on were sold for at stops and at targets, each moved to the front."""
    exits, stops, targets = past.told[ledger.EXIT], past.told[ledger.STOP_FILL], past.told[ledger.TARGET_FILL]
    stopped, reached = np.uint32(0), np.uint32(0)
    for i in range(first, min(first + FILL_LANES, n)):  # every lane is written where the next fill belongs: no branch
        stops[stopped], targets[reached] = exits[i], exits[i]
        stopped, reached = np.uint32(stopped + (how[i] == STOPPED)), np.uint32(reached + (how[i] == REACHED))
    past.filled[ledger.STOP_FILL], past.filled[ledger.TARGET_FILL] = stopped, reached
    events[ledger.STOPPED] += stopped
    events[ledger.REACHED] += reached


@kernel
def add_cells(values, edges, step, numbers):
    """Add to each lane's number `step` times the number of its value's cell: how many inner edges are at or below."""
    for edge in edges:
        for i in range(LANES):
            numbers[i] += step if values[i] >= edge else NONE


@kernel
def number_cells(today, trade, past, scratch):
    """Number the cells of the lanes by volatility and move of the index since entry, into `scratch.bins`."""
    scale, values, numbers = trade.days_a_year / (today.day + 1), scratch.values, scratch.bins
    numbers[:] = NONE
    for i in range(LANES):
        values[i] = sqrt(past.squares[i] * scale)
    add_cells(values, trade.vol_edges, np.uint32(trade.move_edges.shape[0] + 1), numbers)
    for i in range(LANES):
        values[i] = today.growth[i] - 1.0
    add_cells(values, trade.move_edges, ONE, numbers)


@kernel
def observe_cells(today, position, trade, past, scratch, tally):
    """Add lanes to the cells of the index's return and its realised volatility since entry; of the scratch, `multiple`
    are logs of their break-evens, `compounded` their growth to the power L, the others are room."""
    growth, nav, fund, leverage = today.growth, today.navs[position.fund], position.fund, position.leverage
    numbers, dragged, drag = scratch.bins, scratch.values, np.float32(-0.5 * (leverage * leverage - leverage))
    number_cells(today, trade, past, scratch)
    for i in range(LANES):
        dragged[i] = expm1(drag * np.float32(past.squares[i]))
    cells = tally.cells[fund].reshape(-1)
    cell_sums = tally.cell_sums[fund].reshape(-1, ledger.CELL_SUMS)
    for i in range(today.n):
        index_return, fund_return = growth[i] - 1.0, nav[i] - 1.0
        gap = fund_return - leverage * index_return
        ruined = nav[i] <= LEAST_GROWTH
        even = 0.0 if ruined else scratch.multiple[i]
        cells[numbers[i]] += 1
        sums = cell_sums[numbers[i]]
        sums[ledger.INDEX] += index_return
        sums[ledger.FUND] += fund_return
        sums[ledger.FUND_SQUARE] += fund_return * fund_return
        sums[ledger.GAP] += gap
        sums[ledger.GAP_SQUARE] += gap * gap
        sums[ledger.FORMULA] += scratch.compounded[i] * (1.0 + dragged[i]) - 1.0
        sums[ledger.EVEN] += even
        sums[ledger.EVEN_SQUARE] += even * even
        sums[ledger.RUINED] += 1.0 if ruined else 0.0


@kernel
def observe_position(today, position, horizon, is_last, trade, past, left, scratch, tally):
    """Add all that is known of the lanes' positions in a fund at the end of `today`, after `observe_fund`."""
    events = tally.events[horizon, position.fund]
    tell_hold(today, position, past, scratch)
    count_days(today, position, trade.loss, past, events)
    if is_last:
        observe_cells(today, position, trade, past, scratch, tally)
    if today.watch > HELD:
        tell_exits(today, position, past, left, scratch, events)
        add_sums(scratch.multiple, today.n, tally.edges[horizon, position.fund])
    for first in range(0, today.n, FILL_LANES):
        if today.watch > HELD:
            tell_fills(first, today.n, left.how[position.fund], past, events)
        for law in range(ledger.LAWS):  # one call for all: it is long, and would be there as often as it is called
            if past.filled[law] > 0:
                row = ledger.LAWS * position.fund + law
                observe(past.told[law], past.filled[law], 0.0, horizon, row, scratch.bins, tally.laws)
                past.filled[law] = 0
