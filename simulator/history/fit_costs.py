"""Fitting swap costs by calendar year to both legs of an index."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.errors import LetfError
from simulator.history.costs import LAGS, VAGUE, Costs, YearCosts
from simulator.history.newey_west import long_run_covariance
from simulator.history.replay import Replay, daily_growth
from simulator.spec.model import TRADING_DAYS

FEWEST_DAYS = 60
STEPS = 50
SMALL = 1e-13  # a year
WIPED_OUT = 0.05  # growth in a day; costs could take such a fund below 0


def fit_costs(legs: Sequence[Replay]) -> Costs:
    """Fit swap spread and half-spread by calendar year, the funds' stated fees held.

    Each leg's cost is what makes its replayed growth over the year the real one's; with c = fee + L s + |L| h for every
    leg, spread s and half-spread h follow, by least squares where there are more than two legs.

    Parameters
    ----------
    legs : sequence of Replay
        Of one index on the same days, at least one fund of positive and one of negative leverage.

    Raises
    ------
    LetfError
        If a leg is missing, the days differ, or no full year's costs are found.
    """
    _check_legs(legs)
    days = {year: rows for year, rows in legs[0].years().items() if len(rows) >= FEWEST_DAYS}
    costs = Costs(legs=tuple(legs), years=tuple(_fit_year(legs, year, rows) for year, rows in days.items()))
    if not any(year.full and not year.vague for year in costs.years):
        first, last = legs[0].pair.dates[[0, -1]]
        raise LetfError(
            f"{legs[0].pair.fund_prices.source}: no full calendar year from {first} to {last} in which costs are known "
            f"to {VAGUE:.0%} a year; give more days"
        )
    return costs


def _check_legs(legs: Sequence[Replay]) -> None:
    leverages = [leg.fund.leverage for leg in legs]
    if not (min(leverages) < 0 < max(leverages)):
        missing = "an inverse" if min(leverages) > 0 else "a long"
        raise LetfError(
            f"--fit-costs needs both legs of an index, got {', '.join(leg.fund.ticker for leg in legs)}; give "
            f"{missing} fund as well: a second --fund-prices and --fund"
        )
    first = legs[0].pair
    for other in (leg.pair for leg in legs[1:]):
        if len(other.dates) != len(first.dates) or (other.dates != first.dates).any():
            raise LetfError(
                f"{first.fund_prices.source} has {len(first.dates)} days from {first.dates[0]} to {first.dates[-1]}, "
                f"{other.fund_prices.source} {len(other.dates)} from {other.dates[0]} to {other.dates[-1]}; "
                "--fit-costs needs the same, cut with --start and --end"
            )


def _fit_year(legs: Sequence[Replay], year: int, rows: np.ndarray) -> YearCosts:
    costs, influence = zip(*(_leg_cost(leg, rows) for leg in legs), strict=True)
    shares = np.column_stack(influence)
    covariance = long_run_covariance(shares - shares.mean(axis=0), LAGS) / len(rows) ** 2
    leverages = np.array([leg.fund.leverage for leg in legs])
    solve = np.linalg.pinv(np.column_stack([leverages, np.abs(leverages)]))
    spreads = solve @ (np.array(costs) - [leg.fund.expense_ratio for leg in legs])
    errors = np.sqrt(np.diag(solve @ covariance @ solve.T))
    names = [leg.fund.ticker for leg in legs]
    return YearCosts(
        year=year,
        days=len(rows),
        full=legs[0].is_full(year),
        swap_spread=float(spreads[0]),
        swap_half_spread=float(spreads[1]),
        swap_spread_stderr=float(errors[0]),
        swap_half_spread_stderr=float(errors[1]),
        costs=dict(zip(names, map(float, costs), strict=True)),
        costs_stderr=dict(zip(names, np.sqrt(np.diag(covariance)).tolist(), strict=True)),
    )


def _leg_cost(leg: Replay, rows: np.ndarray) -> tuple[float, np.ndarray]:
    """The annual cost c at which sum log G(c) is the real fund's, and each day's share in what it may be off.

    Newton's method; log growth, for a close that is off and comes back then leaves nothing.
    """
    r, rate = leg.pair.index_return[rows], leg.rate[rows]
    real = np.log1p(leg.pair.fund_return[rows])
    free = replace(leg.fund, expense_ratio=0.0, swap_spread=0.0, swap_half_spread=0.0)
    costless, cost = daily_growth(free, r, rate), leg.fund.expense_ratio
    if costless.min() <= WIPED_OUT:
        day = leg.pair.dates[1 + rows[costless.argmin()]]
        raise LetfError(
            f"{leg.pair.index.source}: on {day} {leg.fund.ticker} loses all by the index's move; costs cannot be "
            "fitted over it, cut with --start and --end"
        )
    for _ in range(STEPS):
        growth = costless - cost / TRADING_DAYS
        gaps, slope = np.log(growth) - real, np.mean(1 / growth) / TRADING_DAYS
        step = float(gaps.mean() / slope)
        cost += step
        if abs(step) < SMALL:
            break
    return cost, gaps / slope
