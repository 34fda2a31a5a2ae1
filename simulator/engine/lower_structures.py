"""From a comparison in human units to the raw daily numbers that the kernels read."""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np

from simulator.engine.lower_market import lower_market
from simulator.kernels.book import Rules
from simulator.kernels.call_spreads import Spreads
from simulator.kernels.course import AS_DRAWN, Course, Instruments
from simulator.kernels.market import Market
from simulator.spec.comparison import Comparison
from simulator.spec.model import TRADING_DAYS

POINTS = (
    1024  # at which a call spread is valued on a day: lines between them miss by a thousandth of the premium at most
)
SDS, WIDEST = 8.0, 2.0  # how far they reach beyond the strikes: log growth of so many standard deviations, at most


class LoweredStructures(NamedTuple):
    """The arguments of `kernels.structures.run_structures` that hold for all paths of a market."""

    seed: np.uint64
    market: Market
    instruments: Instruments
    course: Course
    rules: Rules
    hold: int
    spreads: Spreads


def lower_structures(spec: Comparison) -> LoweredStructures:
    """The comparison as raw numbers; its market is no ensemble."""
    names = list(dict.fromkeys(name for structure in spec.structures for name in structure.instruments))
    rates = np.array([spec.course.rate_on(day, spec.rate) for day in range(1, spec.last_day + 1)])
    return LoweredStructures(
        seed=np.uint64(spec.seed),
        market=lower_market(spec.market),
        instruments=_instruments(spec, names, rates),
        course=_course(spec, rates),
        rules=_rules(spec, names),
        hold=spec.hold,
        spreads=_spreads(spec),
    )


def _instruments(spec: Comparison, names: list[str], rates: np.ndarray) -> Instruments:
    funds = {fund.ticker: fund for fund in spec.funds}
    carries = [[funds[name].annual_carry(rate) if name in funds else 0.0 for name in names] for rate in rates.tolist()]
    return Instruments(
        second=np.array([name == spec.second for name in names], bool),
        leverages=np.array([funds[name].leverage if name in funds else 1.0 for name in names], float),
        fees=np.array([spec.borrow_fees.get(name, 0.0) for name in names], float) / TRADING_DAYS,
        carries=np.array(carries, float).reshape(len(rates), len(names)) / TRADING_DAYS,
    )


def _course(spec: Comparison, rates: np.ndarray) -> Course:
    moves, scales = np.full((2, len(rates)), AS_DRAWN, np.float32), np.ones(len(rates))
    for day, *returns in spec.course.moves:
        moves[:, day - 1] = [AS_DRAWN if move is None else move for move in returns]
    for day, factor in spec.course.vol_scales:
        scales[day - 1] = factor
    return Course(
        earned=1 + rates / TRADING_DAYS,
        paid=1 + (rates + spec.loan_spread) / TRADING_DAYS,
        moves=moves,
        scales=scales,
    )


def _rules(spec: Comparison, names: list[str]) -> Rules:
    rows = [row for row, structure in enumerate(spec.structures) if structure.spread is None]
    structures = [spec.structures[row] for row in rows]
    weights, hedges = np.zeros((2, len(structures), len(names)))
    for number, structure in enumerate(structures):
        for leg in structure.legs:
            weights[number, names.index(leg.instrument)] = leg.weight
        if structure.hedge is not None:
            hedges[number, names.index(structure.hedge.instrument)] = structure.hedge.weight
    return Rules(
        rows=np.array(rows, np.int64),
        weights=weights,
        hedges=hedges,
        falls=np.array([1 - one.hedge.fall if one.hedge else -1.0 for one in structures], float),
        rebalance=np.array([one.rebalance_days for one in structures], np.int64),
        stops=np.array([-np.inf if one.stop is None else 1 - one.stop for one in structures], float),
        targets=np.array([np.inf if one.target is None else 1 + one.target for one in structures], float),
        maintenance=np.array([one.maintenance or 0.0 for one in structures], float),
    )


def _spreads(spec: Comparison) -> Spreads:
    rows = [(row, one.spread) for row, one in enumerate(spec.structures) if one.spread is not None]
    ends = [spread.end(spec.hold) for _, spread in rows]
    values, grids = np.zeros((len(rows), max([1, *ends]) - 1, POINTS)), np.zeros((len(rows), 2))
    for number, (_, spread) in enumerate(rows):
        reach = min(WIDEST, SDS * spread.vol * sqrt(spread.expiry / TRADING_DAYS))
        growth = np.linspace(spread.low * exp(-reach), spread.high * exp(reach), POINTS)
        grids[number] = growth[0], (POINTS - 1) / np.ptp(growth)
        for day in range(1, ends[number]):
            worth = spread.value(growth, day, spec.course.rate_on(day, spec.rate))
            values[number, day - 1] = worth / spread.premium(spec.rate)
    return Spreads(np.array([row for row, _ in rows], np.int64), np.array(ends, np.int64), grids, values)
