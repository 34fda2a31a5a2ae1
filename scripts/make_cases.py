"""Write docs/cases.md: what `letf risk` said at three closes, by what was known then, and what happened.

    .venv/bin/python scripts/make_cases.py --prices FOLDER

FOLDER holds IWM.csv, TNA.csv, TZA.csv and DFF.csv. What is known at a close is what the files have to that day: the
market, the funds' swap costs, the short rate and 40 refits are made of that alone. It takes some minutes.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np

from simulator.distribution import Distribution
from simulator.history.fit_costs import fit_costs
from simulator.history.kinds import DEFAULT, fit_market
from simulator.history.pair import pair
from simulator.history.prices import Prices, read_prices
from simulator.history.rates import Rates, read_rates
from simulator.history.record import Record, make_record
from simulator.history.refits import refit_markets
from simulator.history.replay import replay
from simulator.output.table import with_error
from simulator.risk.assess import Risk, assess
from simulator.spec.files import find_funds, preset_funds
from simulator.spec.fund import Fund
from simulator.spec.market import Market
from simulator.spec.model import TRADING_DAYS, VOL_DAYS
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

PAGE = Path(__file__).parent.parent / "docs" / "cases.md"
DAYS = (date(2020, 2, 5), date(2023, 6, 7), date(2024, 7, 12))
TICKERS, HOLDS = ("TNA", "TZA"), (20, 40)
STOP = 0.12
REFITS = 40
GRID = np.arange(1, 20_000) / 20_000  # probabilities that a percentile is looked up among
OUTSIDE, FAR_OUTSIDE, LEAST = 5.0, 1.0, 0.1  # percent of the forecast at either end
DECIMALS = 2
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """What was known at the close of a day: prices of index and funds, and the short rate, to that day."""

    day: date
    index: Prices
    fund_prices: tuple[Prices, ...]
    rates: Rates

    def funds(self) -> tuple[Fund, ...]:
        """TNA and TZA at the swap costs of the last full year before the day."""
        stated = find_funds(TICKERS, preset_funds())
        legs = (pair(self.index, prices, fund) for fund, prices in zip(stated, self.fund_prices, strict=True))
        return fit_costs([replay(leg, self.rates) for leg in legs]).funds()

    def record(self) -> Record:
        return make_record(self.index, self.fund_prices, find_funds(TICKERS, preset_funds()), rates=self.rates)

    def rate(self) -> float:
        """The short rate of the day."""
        return float(self.record().rate(np.array([self.day], "datetime64[D]"))[0])


class Outcome(NamedTuple):
    """What became of a hold: returns as fractions.

    stop : (day, return at that close), of the first close at which the fund stood 12 % below its entry, or None.
    """

    fund_return: float
    divergence: float
    index_return: float
    vol: float
    stop: tuple[int, float] | None


def known_at(day: date, prices: Path) -> Known:
    """The files of the folder, cut after the day."""
    last = np.datetime64(day)
    rates = read_rates(prices / "DFF.csv")
    kept = rates.dates <= last
    return Known(
        day=day,
        index=read_prices(prices / "IWM.csv").between(end=day),
        fund_prices=tuple(read_prices(prices / f"{ticker}.csv").between(end=day) for ticker in TICKERS),
        rates=replace(rates, dates=rates.dates[kept], values=rates.values[kept]),
    )


def said(known: Known, market: Market, refits: Sequence[Market] = ()) -> Iterator[tuple[str, int, Risk]]:
    """What `letf risk` says of each fund and hold by the market."""
    rate = known.rate()
    for fund in known.funds():
        for days in HOLDS:
            spec = Simulation(
                market=market, funds=(fund,), horizons=(days,), rate=rate, trade=Trade(stop=STOP, watch="close")
            )
            yield fund.ticker, days, assess(spec, premiums=(), refits=refits)


def happened(day: date, prices: Path, ticker: str, days: int) -> Outcome:
    """What the real fund and index did over the hold that was entered at the close of the day."""
    fund = read_prices(prices / f"{ticker}.csv")
    index = read_prices(prices / "IWM.csv").between(start=fund.dates[0])
    (leverage,) = (one.leverage for one in preset_funds() if one.ticker == ticker)
    at = int(np.searchsorted(index.dates, np.datetime64(day)))
    assert index.dates[at] == fund.dates[at] == np.datetime64(day)
    path = fund.close[at : at + days + 1] / fund.close[at] - 1
    moves = index.close[at : at + days + 1] / index.close[at]
    below = np.flatnonzero(path <= -STOP)
    return Outcome(
        fund_return=float(path[-1]),
        divergence=float(path[-1] - leverage * (moves[-1] - 1)),
        index_return=float(moves[-1] - 1),
        vol=float(np.std(np.diff(np.log(moves)), ddof=1) * sqrt(TRADING_DAYS)),
        stop=(int(below[0]), float(path[below[0]])) if len(below) else None,
    )


def percentile(law: Distribution, value: float) -> float:
    """Percent of the forecast's holds below a value."""
    return 100 * float(np.interp(value, law.quantile(GRID), GRID, left=0.0, right=1.0))


def rank_text(rank: float) -> str:
    """A percentile; <0.1 and >99.9 at the ends."""
    if LEAST <= rank <= 100 - LEAST:
        return f"{rank:.1f}"
    return f"<{LEAST:g}" if rank < LEAST else f">{100 - LEAST:g}"


def signed(value: float, decimals: int = 1) -> str:
    """A fraction in percent: -12.3, with a real minus sign."""
    return f"{round(100 * value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS)


def with_its_error(value: float, stderr: float) -> str:
    """A fraction in percent, ± its Monte Carlo error, rounded up."""
    return with_error(value, stderr, DECIMALS).replace("-", MINUS)


def told(risk: Risk, name: str, sign: int = 1) -> str:
    """A figure, its Monte Carlo error, and in brackets 5 to 95 % of the refits."""
    figure = risk.figures[name]
    text = with_its_error(sign * figure.value, figure.stderr)
    if figure.parameters is None:
        return text
    ends = sorted(sign * end for end in (figure.parameters.low, figure.parameters.high))
    return f"{text} ({' to '.join(map(signed, ends))})"


def forecast_cells(risk: Risk) -> dict[str, str]:
    """What was said of one hold."""
    law = risk.position.fund_return
    gaps = [signed(risk.figures[name].value) for name in ("divergence_5", "divergence_95")]
    return {
        "mean return": told(risk, "mean_return"),
        "median": told(risk, "median_return"),
        "5 % of holds end below": told(risk, "value_at_risk_95", -1),
        "5 % end above": with_its_error(float(law.quantile(0.95)), float(law.quantile_stderr(0.95))),
        "chance of a loss": told(risk, "prob_loss"),
        "mean loss in the worst 5 % (ES)": told(risk, "expected_shortfall_95"),
        f"chance that a {100 * STOP:g} % stop is met at a close": told(risk, "prob_stop"),
        "divergence from the multiple of IWM: mean": told(risk, "divergence_mean"),
        "its 5 and 95 %": " to ".join(gaps),
    }


def outcome_cells(risk: Risk, found: Outcome) -> dict[str, str]:
    """What came of it."""
    stop = "not met" if found.stop is None else f"day {found.stop[0]}, sold at {signed(found.stop[1])}"
    return {
        "return of the fund": f"**{signed(found.fund_return)}**",
        "its percentile in the forecast": rank_text(percentile(risk.position.fund_return, found.fund_return)),
        "return of IWM": signed(found.index_return),
        "volatility of IWM over the hold": signed(found.vol),
        "divergence": signed(found.divergence),
        "its percentile": rank_text(percentile(risk.position.divergence, found.divergence)),
        f"{100 * STOP:g} % stop at closes": stop,
    }


def table(risks: Sequence[tuple[str, int, Risk]], outcomes: Sequence[Outcome]) -> list[str]:
    """A row a figure, a column a hold."""
    forecasts = [forecast_cells(risk) for _, _, risk in risks]
    came = [outcome_cells(risk, found) for (_, _, risk), found in zip(risks, outcomes, strict=True)]
    heads = [f"{ticker}, {days} days" for ticker, days, _ in risks]
    rows = [["**said**", *heads]]
    rows += [[name, *(cells[name] for cells in forecasts)] for name in forecasts[0]]
    rows += [["**happened**", *[""] * len(heads)]]
    rows += [[name, *(cells[name] for cells in came)] for name in came[0]]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|---|" + "---:|" * len(heads), *lines[1:]]


def situation(known: Known, market: Market) -> str:
    """Where IWM stood."""
    close, moves = known.index.close, known.index.log_returns()
    high = close[-TRADING_DAYS:].max()
    below = f"{signed(1 - close[-1] / high)} % below its highest close of a year"
    vol = float(np.std(moves[-VOL_DAYS:], ddof=1) * sqrt(TRADING_DAYS))
    return (
        f"IWM had returned {signed(close[-1] / close[-21] - 1)} % in 20 days and stood "
        f"{below if close[-1] < high else 'at its highest close of a year'}. Its volatility of the last {VOL_DAYS} "
        f"days was {signed(vol)} % a year; the market fitted to its prices expected {signed(market.expected_vol())} % "
        f"over the next {VOL_DAYS}. The short rate was {signed(known.rate(), 2)} %."
    )


def verdicts(risks: Sequence[tuple[str, int, Risk]], outcomes: Sequence[Outcome], vol: float) -> list[str]:
    """What was wrong, in plain words; `vol` is the volatility that was expected."""
    last = outcomes[-1].vol
    lines = [
        f"IWM's volatility over the {HOLDS[-1]} days was {signed(last)} %, {last / vol:.1f} times what was expected of "
        f"the first {VOL_DAYS}.",
        "",
    ]
    inside = []
    for (ticker, days, risk), found in zip(risks, outcomes, strict=True):
        for what, law, value in (
            ("return", risk.position.fund_return, found.fund_return),
            ("divergence", risk.position.divergence, found.divergence),
        ):
            rank = percentile(law, value)
            tail = min(rank, 100 - rank)
            chance = f"{tail:.1f} %" if tail >= LEAST else f"less than {LEAST:g} %"
            side = "less" if rank < 50 else "more"
            said = f"{ticker}, {days} days: a {what} of {signed(value)} % or {side} had a chance"
            if tail < FAR_OUTSIDE:
                lines.append(f"- {said} of {chance}. Here the forecast was wrong.")
            elif tail < OUTSIDE:
                lines.append(f"- {said} of {chance}: outside the 90 % interval.")
            else:
                inside.append(f"{what} of {ticker} over {days} days")
    if not inside:
        return [*lines, "", "Nothing lay inside its 90 % interval."]
    if len(inside) == 2 * len(outcomes):
        return [*lines, "All returns and divergences lay inside their 90 % intervals."]
    return [*lines, "", f"Inside its 90 % interval: {', '.join(inside)}."]


def case(day: date, prices: Path) -> tuple[list[str], list[float]]:
    """The section of a day, and the percentiles of its returns and divergences."""
    known = known_at(day, prices)
    market = fit_market(DEFAULT, known.index)
    risks = list(said(known, market, refit_markets(known.index, REFITS)))
    outcomes = [happened(day, prices, ticker, days) for ticker, days, _ in risks]
    laws = [(risk.position, found) for (_, _, risk), found in zip(risks, outcomes, strict=True)]
    ranks = [percentile(one.fund_return, found.fund_return) for one, found in laws]
    ranks += [percentile(one.divergence, found.divergence) for one, found in laws]
    lines = [
        f"## {day}",
        "",
        situation(known, market),
        "",
        *table(risks, outcomes),
        "",
        *verdicts(risks, outcomes, market.expected_vol()),
    ]
    return lines, ranks


def page(prices: Path) -> str:
    """The content of docs/cases.md."""
    sections, ranks = [], []
    for day in DAYS:
        lines, found = case(day, prices)
        sections += ["", *lines]
        ranks += found
        print(day, file=sys.stderr)
    inside = sum(OUTSIDE <= rank <= 100 - OUTSIDE for rank in ranks)
    counted = COUNTED.format(inside=inside, all=len(ranks))
    return "\n".join([*HEAD, counted, *sections]) + "\n"


HEAD = (
    "# Three cases: what was said, and what happened",
    "",
    "Generated by `scripts/make_cases.py`; a test makes a part of it anew.",
    "",
    "At three closes: what `letf risk` says by what was known then of TNA (3x) and TZA (\N{MINUS SIGN}3x), bought at "
    "that close and held for 20 and 40 trading days, and what the real funds then did. Prices and short rate end on "
    "the day. The market is fitted to them, the funds cost what they were found to cost in the last full year before, "
    "and 40 refits to resampled histories of the same prices give the parameters' error. With the files cut so, the "
    "first column is",
    "",
    "```",
    "letf replay --index IWM.csv --fund-prices TNA.csv --fund-prices TZA.csv --rates DFF.csv --fit-costs "
    "--output c.toml",
    "letf risk TNA --as-of IWM.csv --funds-file c.toml --rate RATE --hold 20 --stop 12% --watch close --refits 40",
    "```",
    "",
    "In percent. ±: one Monte Carlo standard error; in brackets: 5 to 95 % of the refits. A percentile is the share of "
    "the forecast's holds that ended lower. Drift 8 % a year, 262,144 paths, seed 1. Where IWM falls by more than a "
    "third, three times its return is more than all, which a fund cannot lose: TNA's divergence is then above 0.",
    "",
    "**What this can show.** Three cases prove nothing, neither that the forecasts are good nor that they are bad. The "
    "days are no sample: whoever named them knew what came. TNA and TZA are two sides of one index, and the 20 days "
    "are the first half of the 40. How forecasts fare over 188 origins is in [models.md](models.md). One thing is not "
    "of its time: the kind of market, its settings and the funds' stated fees were chosen later, in studies that had "
    "seen these days.",
    "",
)
COUNTED = (
    "Of {all} returns and divergences below {inside} lay inside their 90 % intervals. Were they of as many "
    "separate days, that would be too few; they are of three."
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write docs/cases.md.")
    parser.add_argument("--prices", type=Path, required=True, help="folder of IWM.csv, TNA.csv, TZA.csv and DFF.csv")
    PAGE.write_text(page(parser.parse_args().prices))


if __name__ == "__main__":
    main()
