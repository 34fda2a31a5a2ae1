"""Fitted swap costs as people read them: text of at most 80 columns."""

import numpy as np

from simulator.history.costs import LAGS, VAGUE, Costs, YearCheck, YearCosts
from simulator.output.replay_report import heading, points, prices_line
from simulator.output.text import grid, labelled, paragraph

MOST_LEGS = 3  # with a column of costs each


def report(costs: Costs) -> str:
    """Prices and rate; costs by calendar year with standard errors; each year replayed with an earlier one's."""
    tickers = [leg.fund.ticker for leg in costs.legs]
    lines = [
        *heading(costs.legs),
        *(line for leg in costs.legs for line in labelled(leg.fund.ticker, prices_line(leg.pair.fund_prices))),
        "",
        *paragraph(
            f"Costs by calendar year, % a year, fitted to {' and '.join(tickers)}; fees held at what the funds state. "
            f"± one standard error, Newey-West with {LAGS} lags: a close that is off comes back, so gaps are "
            "negatively autocorrelated. Cost: fee and swap together, over (1 - L) times the short rate."
        ),
        *_cost_lines(costs, tickers[:MOST_LEGS]),
        "",
        *_check_lines(costs),
    ]
    return "\n".join(lines) + "\n"


def _mark(year: YearCosts) -> str:
    return f"{year.year}{'' if year.full else '*'}{'!' if year.vague else ''}"


def _cost_lines(costs: Costs, tickers: list[str]) -> list[str]:
    rows = [["year", "days", "swap spread", "half-spread", *(f"cost {ticker}" for ticker in tickers)]]
    for year in costs.years:
        cells = [
            (year.swap_spread, year.swap_spread_stderr),
            (year.swap_half_spread, year.swap_half_spread_stderr),
            *((year.costs[ticker], year.costs_stderr[ticker]) for ticker in tickers),
        ]
        errors = (f"{points(value, 2)}±{points(error, 2)}" for value, error in cells)
        rows.append([_mark(year), str(year.days), *errors])
    partial = ["* part of the year"] if any(not year.full for year in costs.years) else []
    vague = paragraph(f"! a standard error above {VAGUE:.0%} a year, closes are too far off: used for no other year")
    return [*grid(rows), *partial, *(vague if any(year.vague for year in costs.years) else [])]


def _check_lines(costs: Costs) -> list[str]:
    if not costs.checks:
        return paragraph("No year has a full one before it whose costs are known: nothing to check them on.")
    rows = [["year", "costs of", "fund", "replay", "real", "off by"]]
    for check in costs.checks:
        values = [points(check.replay_return, 1), points(check.fund_return, 1), _signed(check.error)]
        mark = "!" if check.apart else ""
        rows.append([f"{check.year}{mark}", str(check.fitted_year), check.ticker, *values])
    return [
        *paragraph(
            "Each year replayed with the costs of the last year before it that tells them: returns (%), points."
        ),
        *grid(rows),
        *paragraph(_summary(costs)),
    ]


def _summary(costs: Costs) -> str:
    told, apart = costs.told(), [check for check in costs.checks if check.apart]
    text = ""
    if told:
        worst = max(told, key=lambda check: abs(check.error))
        median = float(np.median([abs(check.error) for check in told]))
        text = f"Off by {points(median, 2)} points in the median of {len(told)}, {_named(worst)} at worst."
    if apart:
        text += f" Apart: {', '.join(map(_named, apart))}."
    return text.strip()


def _named(check: YearCheck) -> str:
    return f"{_signed(check.error)} ({check.ticker} {check.year})"


def _signed(value: float) -> str:
    return f"{100 * value:+.2f}"
