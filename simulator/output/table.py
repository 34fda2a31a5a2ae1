"""A result as people read it: text of at most 80 columns."""

import textwrap
from collections.abc import Iterable, Mapping
from math import ceil, floor, isfinite, log10
from typing import Any

from simulator.distribution import Distribution
from simulator.exact import WARN_ABOVE, Check
from simulator.output.document import NO_STARTS
from simulator.output.heading import limit, market_line, run_line, start_line, why_line
from simulator.output.text import WIDTH, labelled
from simulator.result import PARTS, Result
from simulator.spec.fund import Fund

MOST_DECIMALS = 3
DAYS_WIDTH = 4
NO_ERROR = 1e-6  # points; an error below it is rounding
LARGE = 1e5  # percent; written with an exponent from here on

WEIGHTED = " All but means are of paths weighted until their exact law or mean holds."
MEMBERS_TITLE = "By each model alone: their spread is the models' own doubt."
STARTS_TITLE = "By day 1's regime, {paths:,} paths each: what it is worth to know where the market stands."

Cell = tuple[float, float]  # a figure and its standard error
Row = dict[str, Any]


def with_error(value: float, error: float, most_decimals: int = MOST_DECIMALS) -> str:
    """A fraction in percent and its error: 0.01234 and 0.0004 give 1.23±.04, the error rounded up to one digit."""
    if not isfinite(value):
        return "beyond" if value == value else "-"
    value, error = 100 * value, 100 * error
    if abs(value) >= LARGE:
        shown = f"{value:.1e}" + (f"±{error:.0e}" if isfinite(error) and most_decimals else "")
        return shown.replace("e+", "e")
    if not isfinite(error):
        return f"{round(value, most_decimals) + 0.0:.{most_decimals}f}"
    if error < NO_ERROR:
        return f"{round(value, most_decimals) + 0.0:g}±0"
    decimals = min(max(-floor(log10(error)), 0), most_decimals)
    error = ceil(error * 10**decimals) / 10**decimals
    return f"{round(value, decimals) + 0.0:.{decimals}f}±" + f"{error:.{decimals}f}".removeprefix("0")


def _quantiles(law: dict[str, Any]) -> list[Cell]:
    return [(law["q"][p], law["q_stderr"][p]) for p in ("0.5", "0.05", "0.95")]


def _return_cells(row: Row) -> list[Cell]:
    index, fund = row["index_return"], row["fund_return"]
    return [
        (index["mean"], index["stderr"]),
        (fund["mean"], fund["stderr"]),
        *_quantiles(fund),
        *((row[name], row[f"{name}_stderr"]) for name in ("prob_loss", "expected_shortfall_95")),
    ]


def _divergence_cells(row: Row) -> list[Cell]:
    gap, behind = row["divergence"], "prob_divergence_negative"
    return [(gap["mean"], gap["stderr"]), *_quantiles(gap), (row[behind], row[f"{behind}_stderr"])]


def _part_cells(row: Row) -> list[Cell]:
    means = [*(row["attribution"][name] for name in PARTS), row["divergence"]]
    return [(entry["mean"], entry["stderr"]) for entry in means]


def grid(days: list[int], titles: list[tuple[str, str]], cells: list[list[Cell]]) -> list[str]:
    """Lines of a table with two lines of titles, as many decimals as fit the width."""
    for decimals in range(MOST_DECIMALS, -1, -1):
        columns = [[*title, *(with_error(*row[i], decimals) for row in cells)] for i, title in enumerate(titles)]
        widths = [max(map(len, column)) for column in columns]
        if DAYS_WIDTH + sum(widths) + len(widths) <= WIDTH:
            break
    first = ["", "days", *map(str, days)]
    return [
        day.rjust(DAYS_WIDTH)
        + "".join(" " + column[i].rjust(width) for column, width in zip(columns, widths, strict=True))
        for i, day in enumerate(first)
    ]


def _fund_lines(fund: Fund, rows: list[Row]) -> list[str]:
    multiple, ticker = f"{fund.leverage:g}x", fund.ticker
    days = [row["horizon_days"] for row in rows]
    returns = [
        (fund.index, "mean"),
        (ticker, "mean"),
        (ticker, "median"),
        (ticker, "5%"),
        (ticker, "95%"),
        ("chance", "of loss"),
        ("ES", "95%"),
    ]
    divergence = [("", "mean"), ("", "median"), ("", "5%"), ("", "95%"), ("chance", "behind")]
    parts = [("", "compounding"), ("+ volatility", "drag"), ("", "+ carry"), ("= mean", "divergence")]
    unfitted = fund.expense_ratio > 0 and fund.swap_spread == fund.swap_half_spread == 0
    return [
        *textwrap.wrap(f"{ticker}, {multiple} {fund.index} daily: {fund.name}", WIDTH),
        *(["Its costs are the stated fee alone; real ones are higher."] if unfitted else []),
        "",
        "Return. 5%: minus the 95% value at risk. ES: mean loss in the worst 5%.",
        *grid(days, returns, [_return_cells(row) for row in rows]),
        "",
        *textwrap.wrap(
            f"Divergence: return of {ticker} minus {multiple} the return of {fund.index}; behind where it is negative.",
            WIDTH,
        ),
        *grid(days, divergence, [_divergence_cells(row) for row in rows]),
        "",
        "Why: the parts of the mean divergence.",
        *grid(days, parts, [_part_cells(row) for row in rows]),
    ]


def _lowest(law: Distribution) -> Cell:
    return float(law.quantile(0.05)), float(law.quantile_stderr(0.05))


def _apart_lines(fund: Fund, title: str, results: Mapping[str, Result]) -> list[str]:
    """The worst 5 % of returns and divergences in each of several results; names too long to head a column are told
    above.
    """
    days = list(next(iter(results.values())).spec.horizons)
    laws = {"Return": Result.fund_return, "Divergence": Result.divergence}
    cells = {
        what: [[_lowest(law(result, fund.ticker, horizon)) for result in results.values()] for horizon in days]
        for what, law in laws.items()
    }

    def under(names: Iterable[str]) -> list[str]:
        titles = [("", name) for name in names]
        return [line for what in laws for line in (f"{what}, 5%:", *grid(days, titles, cells[what])[1:])]

    lines = under(results)
    if max(map(len, lines)) > WIDTH:
        short = {f"({i})": name for i, name in enumerate(results, start=1)}
        legend = [line for number, name in short.items() for line in textwrap.wrap(f"{number} {name}", WIDTH)]
        lines = [*legend, *under(short)]
    return [*textwrap.wrap(title, WIDTH), *lines]


def _members(result: Result) -> dict[str, Result]:
    return {member.spec.market.name: member for member in result.members}


def to_text(result: Result, check: Check | None, starts: Mapping[str, Result] = NO_STARTS) -> str:
    """The table that `letf simulate` prints: percent, each figure with its Monte Carlo standard error.

    `starts` are the results by day 1's regime, of a market that does not know where it stands.
    """
    spec = result.spec
    lines = [
        *labelled("Market", market_line(spec.market)),
        *labelled("Why", why_line(spec.market)),
        *labelled("Start", start_line(spec.market)),
        *labelled("Run", run_line(spec)),
        *labelled("Check", _check_line(check)),
        "",
        *textwrap.wrap(
            "Percent of the money put in, ± one Monte Carlo standard error, rounded up: what more paths would narrow. "
            "How wrong the model and its fitted parameters may be is not in it."
            + (WEIGHTED if result.weighted else ""),
            WIDTH,
        ),
    ]
    rows = result.rows()
    for fund in spec.funds:
        lines += ["", *_fund_lines(fund, [row for row in rows if row["fund"] == fund.ticker])]
        if result.members:
            lines += ["", *_apart_lines(fund, MEMBERS_TITLE, _members(result))]
        if starts:
            paths = next(iter(starts.values())).spec.paths
            lines += ["", *_apart_lines(fund, STARTS_TITLE.format(paths=paths), starts)]
    if result.capped:
        days = spec.paths * spec.horizons[-1]
        lines += ["", f"Volatility was held at its cap on {result.capped:,} of {days:,} days of paths."]
    if said := limit(spec.market):
        lines += ["", *textwrap.wrap(said, WIDTH)]
    return "\n".join(lines) + "\n"


def _check_line(check: Check | None) -> str:
    if check is None:
        return "no exact law is known for this market"
    left_out = f"{check.skipped} of too heavy a tail for so few paths"
    if check.max_abs_z is None:
        return f"no exact moment of growth could be tested, {left_out}"
    verdict = "within" if check.passed else "BEYOND"
    tested = f"{check.moments} exact moments of growth: largest |z| {check.max_abs_z:.1f}, {verdict} {WARN_ABOVE}"
    return f"{tested}, {left_out}" if check.skipped else tested
