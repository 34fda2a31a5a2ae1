"""What a fund's swaps really cost by calendar year, and how well that foretells the next year."""

from dataclasses import dataclass, replace
from functools import cached_property

from simulator.history.rates import Rates
from simulator.history.replay import Replay
from simulator.spec.fund import Fund

LAGS = 21  # days of the errors' autocorrelation; closes that are off come back within few
VAGUE = 0.02  # a year; costs with a larger standard error tell nothing about the next year's
DECIMALS = 6  # of a fund's fitted costs; a hundredth of a point is far below their errors


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
