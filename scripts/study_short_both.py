"""Short TNA and TZA, half a dollar each for a dollar at risk: the engine's law beside the real funds': docs/trades.md.

    .venv/bin/python scripts/study_short_both.py PRICES

PRICES holds IWM.csv, TNA.csv, TZA.csv and DFF.csv. Windows are entered at the closes from 2008-12-31 on. No borrow fee
is charged: what these funds' shares cost to borrow on each day is not known. Cash, two dollars of it, earns the short
rate in both.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from simulator.engine.structures import run_structures
from simulator.history.block_bootstrap import Interval, interval, resampled_quantiles, stationary_counts
from simulator.history.costs import Costs
from simulator.history.fit_costs import fit_costs
from simulator.history.pair import pair
from simulator.history.prices import read_prices
from simulator.history.rates import read_rates
from simulator.history.replay import daily_growth, replay
from simulator.spec.comparison import Comparison
from simulator.spec.course import Course
from simulator.spec.files import find_funds, preset_funds, preset_market
from simulator.spec.fund import Fund
from simulator.spec.leg import Leg
from simulator.spec.market import Market
from simulator.spec.model import TRADING_DAYS
from simulator.spec.structure import Structure

TICKERS = ("TNA", "TZA")
FIRST = "2008-12-31"
HOLDS = (20, 40)
WEEK = 5  # trading days
RULES = {"never rebalanced": 0, "rebalanced weekly": WEEK}
YEAR, DRAWS = 252, 1000  # days of a block of the bootstrap on average, and resamples
QUANTILES = (0.05, 0.5, 0.95)
MARKETS = ("iwm", "iwm-garch")
COSTS = ("swap_spread", "swap_half_spread")
PATHS = 2**18
TOSSES = 200
BATCHES = 16  # of the paths, for errors of the model's quantiles


@dataclass(frozen=True)
class Past:
    """What was.

    dates : datetime64[D] (T + 1,), closes.  returns : float64 (T, 2), of TNA and TZA.  index : float64 (T,).
    rate : float64 (T,), annual, so that a 252nd of it is what cash earned that day.  costs : by calendar year.
    """

    dates: np.ndarray
    returns: np.ndarray
    index: np.ndarray
    rate: np.ndarray
    costs: Costs

    @cached_property
    def year_costs(self) -> dict[int, tuple[Fund, ...]]:
        """The funds with each year's own costs."""
        return {year.year: tuple(year.of(leg.fund) for leg in self.costs.legs) for year in self.costs.years}

    @cached_property
    def mean_costs(self) -> tuple[Fund, ...]:
        """The funds with the mean costs of the years in which they are known."""
        known = [year for year in self.costs.years if not year.vague]
        spread, half = (float(np.mean([getattr(year, name) for year in known])) for name in COSTS)
        return tuple(replace(leg.fund, swap_spread=spread, swap_half_spread=half) for leg in self.costs.legs)


def structures() -> tuple[Structure, ...]:
    """Short both, by each rule."""
    legs = tuple(Leg(instrument=ticker, weight=-0.5) for ticker in TICKERS)
    return tuple(Structure(name=name, legs=legs, rebalance_days=days) for name, days in RULES.items())


def read(folder: Path) -> Past:
    """The prices from `FIRST` on, and costs fitted to each year of them."""
    index, *legs = (read_prices(folder / f"{name}.csv") for name in ("IWM", *TICKERS))
    rates, funds = read_rates(folder / "DFF.csv"), find_funds(TICKERS, preset_funds())
    told = [replay(pair(index, leg, fund, start=FIRST), rates) for leg, fund in zip(legs, funds, strict=True)]
    first = told[0]
    return Past(
        dates=first.pair.dates,
        returns=np.column_stack([leg.pair.fund_return for leg in told]),
        index=first.pair.index_return,
        rate=first.rate,
        costs=fit_costs(told),
    )


def real_profits(past: Past, hold: int, every: int) -> np.ndarray:
    """Profit on the dollar at risk of the real funds, from each close with `hold` after it, (T + 1 - hold,)."""
    count = len(past.returns) + 1 - hold
    legs, cash = np.full((count, 2), -0.5), np.full(count, 2.0)
    for day in range(hold):
        now = slice(day, day + count)
        legs *= 1 + past.returns[now]
        cash *= 1 + past.rate[now] / TRADING_DAYS
        if every and (day + 1) % every == 0:
            equity = cash + legs.sum(axis=1)
            legs[:], cash = -0.5 * equity[:, None], 2 * equity
    return cash + legs.sum(axis=1) - 1


def fed_profits(past: Past, hold: int, starts: np.ndarray, own_costs: bool) -> np.ndarray:
    """The engine's profits over the real days of windows from these closes on, (rules, windows)."""
    market, preset = preset_market(), find_funds(TICKERS, preset_funds())
    found = []
    for start in starts.tolist():
        days = slice(start, start + hold)
        rate, moves = past.rate[days], past.index[days]
        year = int(past.dates[start + 1].astype("datetime64[Y]").astype(int)) + 1970
        spec = Comparison(
            market=market,
            funds=past.year_costs[year] if own_costs else preset,
            structures=structures(),
            hold=hold,
            paths=1,
            rate=0.0,
            course=Course(
                moves=tuple((day, move, None) for day, move in enumerate(moves.tolist(), start=1)),
                rates=tuple((day, change) for day, change in enumerate(np.diff(rate, prepend=0).tolist(), start=1)),
            ),
        )
        found.append(run_structures(spec, threads=1).profits[:, 0])
    return np.array(found).T


def model_profits(market: Market, hold: int, rate: float, funds: tuple[Fund, ...]) -> np.ndarray:
    """The engine's profits from the market's stationary start on, (rules, paths)."""
    return run_structures(
        Comparison(market=market, funds=funds, structures=structures(), hold=hold, paths=PATHS, rate=rate)
    ).profits


def tossed(past: Past, seed: int) -> Past:
    """The same days, each up or down by the toss of a coin about the mean day, the funds by the book at their costs.

    Volatility keeps its spells and costs their years; what goes is that a fall tends to be made good, or to go on.
    """
    mean = past.index.mean()
    signs = np.random.default_rng(seed).choice([-1, 1], len(past.index))
    index = mean + signs * (past.index - mean)
    years = past.dates[1:].astype("datetime64[Y]").astype(int) + 1970
    returns = np.empty_like(past.returns)
    for year, funds in past.year_costs.items():
        days = years == year
        returns[days] = np.column_stack([daily_growth(fund, index[days], past.rate[days]) - 1 for fund in funds])
    return replace(past, index=index, returns=returns)


def variance_ratio(index: np.ndarray, days: int) -> float:
    """Variance of log returns over so many days, by that of as many independent ones; below 1, moves are made good."""
    logs = np.log1p(index) - np.log1p(index).mean()
    sums = np.convolve(logs, np.ones(days), "valid")
    return float((sums**2).mean() / days / (logs**2).mean())


def real_law(profits: np.ndarray) -> list[Interval]:
    """Mean and quantiles of overlapping windows, with 95 % intervals by stationary bootstrap in blocks of a year."""
    counts = stationary_counts(len(profits), YEAR, DRAWS)
    drawn = [counts @ profits / len(profits), *resampled_quantiles(profits, counts, np.array(QUANTILES)).T]
    return [Interval(value, *interval(samples)) for value, samples in zip(law(profits), drawn, strict=True)]


def law(profits: np.ndarray) -> list[float]:
    """Mean and quantiles."""
    return [float(profits.mean()), *np.quantile(profits, QUANTILES, method="inverted_cdf").tolist()]


def errors(profits: np.ndarray) -> np.ndarray:
    """Monte Carlo standard errors of `law`, from batches of the paths."""
    batches = np.array([law(batch) for batch in profits.reshape(BATCHES, -1)])
    return batches.std(axis=0, ddof=1) / BATCHES**0.5


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)) + "\n"


def of_laws(past: Past) -> str:
    """The real law, and each market's, by hold and rule."""
    rows, rate, preset = [], float(past.rate.mean()), find_funds(TICKERS, preset_funds())
    models = {f"market {name}": (preset_market(name), preset) for name in MARKETS}
    models["market iwm, costs of the years"] = preset_market(), past.mean_costs
    for hold in HOLDS:
        found = {name: model_profits(market, hold, rate, funds) for name, (market, funds) in models.items()}
        for i, (rule, every) in enumerate(RULES.items()):
            real = real_law(real_profits(past, hold, every))
            cells = [f"{100 * x.estimate:.2f} [{100 * x.low:.2f}, {100 * x.high:.2f}]" for x in real]
            rows.append([f"{hold}, {rule}", "real funds", *cells])
            toss = np.array([real_profits(tossed(past, seed), hold, every) for seed in range(TOSSES)])
            as_good = np.mean(toss.mean(axis=1) >= real[0].estimate)
            cells = [f"{100 * value:.2f}" for value in law(toss.ravel())]
            rows.append(["", "signs tossed", f"{cells[0]} ({as_good:.1%} of histories as good)", *cells[1:]])
            for name, profits in found.items():
                pairs = zip(law(profits[i]), errors(profits[i]), real, strict=True)
                cells = [
                    f"{100 * value:.2f}±{100 * error:.2f}{'' if x.low <= value <= x.high else ' *'}"
                    for value, error, x in pairs
                ]
                rows.append(["", name, *cells])
    return table(["days", "", "mean", "5 %", "median", "95 %"], rows)


def of_windows(past: Past) -> str:
    """How far the engine on the real days is from the real funds, over windows that do not overlap."""
    rows = []
    for hold in HOLDS:
        starts = np.arange(0, len(past.returns) + 1 - hold, hold)
        fed = {name: fed_profits(past, hold, starts, own) for name, own in (("preset", False), ("each year's", True))}
        for i, (rule, every) in enumerate(RULES.items()):
            real = real_profits(past, hold, every)[starts]
            for name, profits in fed.items():
                gap = 100 * (real - profits[i])
                worst = int(np.abs(gap).argmax())
                sizes = np.quantile(np.abs(gap), [0.5, 0.95])
                cells = [np.corrcoef(real, profits[i])[0, 1], gap.mean(), np.median(gap), *sizes]
                told = [f"{cells[0]:.4f}", *(f"{cell:.2f}" for cell in cells[1:])]
                far = f"{gap[worst]:.2f} from {past.dates[starts[worst]]}"
                rows.append([f"{hold}, {rule}", str(len(gap)), name, *told, far])
    head = [
        "days",
        "windows",
        "costs",
        "correlation",
        "mean gap",
        "median gap",
        "median size",
        "95 % of sizes",
        "largest",
    ]
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prices", type=Path)
    past = read(parser.parse_args().prices)
    print(of_windows(past))
    print(of_laws(past))
    for hold in HOLDS:
        coin = [variance_ratio(tossed(past, seed).index, hold) for seed in range(TOSSES)]
        low, high = interval(np.array(coin))
        real = variance_ratio(past.index, hold)
        print(f"Variance ratio of IWM over {hold} days {real:.2f}; signs tossed, 95 % are in [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
