"""What a fund's swaps really cost, fitted by calendar year to both legs of an index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from simulator.errors import LetfError
from simulator.history.rates import Rates
from simulator.history.replay import Replay, daily_growth
from simulator.spec.fund import Fund
from simulator.spec.model import TRADING_DAYS

LAGS = 21  # days; closes that are off come back within few
FEWEST_DAYS = 60
VAGUE = 0.02  # a year; costs with a larger standard error tell nothing about the next year's
STEPS = 50
DECIMALS = 6  # of a fund's fitted costs; a hundredth of a point is far below their errors
SMALL = 1e-13  # a year
WIPED_OUT = 0.05  # growth in a day; costs could take such a fund below 0


@dataclass(frozen=True, kw_only=True)
class YearCosts:
    """Swap costs of one calendar year, fees held at what the funds state.

    Parameters
    ----------
    year : int
    days : int
        Returns that the fit used.
    full : bool
        Whether the prices hold the whole year.
    swap_spread, swap_half_spread : float
        Annual; as `Fund` has them.
    swap_spread_stderr, swap_half_spread_stderr : float
        Newey-West, 21 lags: a close that is off comes back, so daily gaps are negatively autocorrelated.
    costs, costs_stderr : dict of str to float
        By ticker: what the fund cost over (1 - L) times the short rate, fee and swap together.
    """

    year: int
    days: int
    full: bool
    swap_spread: float
    swap_half_spread: float
    swap_spread_stderr: float
    swap_half_spread_stderr: float
    costs: dict[str, float]
    costs_stderr: dict[str, float]

    @property
    def vague(self) -> bool:
        """Whether closes were so far from the funds' values that the year's costs are not known."""
        return max(self.costs_stderr.values()) > VAGUE

    def of(self, fund: Fund) -> Fund:
        """The fund with this year's swap costs."""
        spread, half = (round(value, DECIMALS) for value in (self.swap_spread, self.swap_half_spread))
        return replace(fund, swap_spread=spread, swap_half_spread=half)


@dataclass(frozen=True, kw_only=True)
class YearCheck:
    """A calendar year replayed with the costs of an earlier one.

    `apart`: the year's own costs are vague, and the summary leaves it out.
    """

    year: int
    fitted_year: int
    ticker: str
    replay_return: float
    fund_return: float
    apart: bool

    @property
    def error(self) -> float:
        """Replayed less real return."""
        return self.replay_return - self.fund_return


@dataclass(frozen=True, kw_only=True, eq=False)
class Costs:
    """Swap costs by calendar year, and how well each year's foretell the next one's returns.

    Parameters
    ----------
    legs : tuple of Replay
    years : tuple of YearCosts
        In order.
    """

    legs: tuple[Replay, ...]
    years: tuple[YearCosts, ...]

    @property
    def latest(self) -> YearCosts:
        """The latest full year whose costs are known."""
        return self._usable()[-1]

    def _usable(self) -> list[YearCosts]:
        return [year for year in self.years if year.full and not year.vague]

    def funds(self) -> tuple[Fund, ...]:
        """The funds with the latest full year's costs."""
        year, rates = self.latest, self.legs[0].rates
        over = f"the short rate of {rates.source}" if isinstance(rates, Rates) else f"a short rate of {rates:.2%}"
        files = ", ".join(leg.pair.fund_prices.source for leg in self.legs)
        source = (
            f"stated expense ratio; swap spreads fitted to daily returns of {year.year} over {over}: {files} on "
            f"{self.legs[0].pair.index.source}"
        )
        return tuple(replace(year.of(leg.fund), source=source) for leg in self.legs)

    @cached_property
    def checks(self) -> tuple[YearCheck, ...]:
        """Each full year replayed with the costs of the last full one before it whose costs are known."""
        found = []
        for leg in self.legs:
            days = leg.years()
            for year in filter(lambda entry: entry.full, self.years):
                known = [other for other in self._usable() if other.year < year.year]
                if not known:
                    continue
                replayed = replace(leg, pair=replace(leg.pair, fund=known[-1].of(leg.fund)))
                told = replayed.attribution(days[year.year])
                found.append(
                    YearCheck(
                        year=year.year,
                        fitted_year=known[-1].year,
                        ticker=leg.fund.ticker,
                        replay_return=told.replay_return,
                        fund_return=told.fund_return,
                        apart=year.vague,
                    )
                )
        return tuple(sorted(found, key=lambda check: check.year))

    def told(self) -> list[YearCheck]:
        """The checks but those of years apart."""
        return [check for check in self.checks if not check.apart]


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
    covariance = _newey_west(np.column_stack(influence))
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


def _newey_west(influence: np.ndarray) -> np.ndarray:
    """Covariance of the columns' means, (k, k), of autocorrelated rows (Newey and West 1987, eq. 5)."""
    n = len(influence)
    centred = influence - influence.mean(axis=0)
    total = centred.T @ centred
    for lag in range(1, min(LAGS, n - 1) + 1):
        cross = centred[lag:].T @ centred[:-lag]
        total += (1 - lag / (LAGS + 1)) * (cross + cross.T)
    return total / n**2
