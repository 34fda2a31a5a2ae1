"""The grid of days on which funds move far, as people and machines read it."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from simulator.distribution import Estimate
from simulator.output.document import brief
from simulator.output.heading import market_line, run_line, start_line
from simulator.output.rare_report import with_error
from simulator.output.text import grid, labelled, paragraph
from simulator.result import STREAM
from simulator.risk.flow_figures import FlowGrid
from simulator.risk.flow_history import PastMoves

NONE = "none"
EXPLAINED = (
    "Days a year, ± one Monte Carlo standard error, rounded up, by the impact of $1B on the close and by multiples of "
    "the assets above, which the funds have every day. {none}: no close exists, each push would call for a larger one."
)
ASSUMED = (
    "The market gives what the index would do without the funds' push; but the prices it was fitted to hold the push "
    "of their time, so read the lines as what more impact or larger funds would add. That impact is linear and the "
    "same in calm and crisis, and that the funds keep their assets, are assumptions; only the line of 0% has a history."
)
Past = Mapping[str, PastMoves]


def grid_head(found: FlowGrid) -> list[str]:
    """What was run."""
    reverts = found.feedback.reverts
    back = f"{_percent(reverts)} of a push comes back the next day" if reverts else "no push comes back"
    return [
        *labelled("Market", market_line(found.spec.market)),
        *labelled("Start", start_line(found.spec.market)),
        *labelled("Run", f"{run_line(found.spec)}, a year each; {back}"),
        *labelled("Check", _check_line(found)),
    ]


def grid_lines(found: FlowGrid, past: Past | None = None, source: str = "") -> list[str]:
    """A table a fund, and from where on far moves are common.

    `past`: of each ticker what prices, called `source`, say.
    """
    spec = found.spec
    lines = paragraph(EXPLAINED.format(none=NONE))
    for k, fund in enumerate(spec.funds):
        lines += ["", f"{fund.ticker}, {fund.leverage:g}x: days a year beyond {_percent(found.beyond)}, up or down"]
        lines += grid(_rows(found, k))
        lines += paragraph(_common_words(found, k))
        if past:
            lines += paragraph(_past_words(found, k, past[fund.ticker], source))
    if found.capped:
        days = spec.paths * spec.horizons[-1]
        lines += ["", f"Volatility was held at its cap on {found.capped:,} of {days:,} days of paths."]
    return [*lines, "", *paragraph(ASSUMED)]


def grid_dict(found: FlowGrid, past: Past | None = None, source: str = "") -> dict[str, Any]:
    """The grid and its run as plain data."""
    spec = found.spec
    return {
        "market": brief(spec.market.to_dict()),
        "funds": [fund.to_dict() for fund in spec.funds],
        "rate": spec.rate,
        "seed": spec.seed,
        "paths": spec.paths,
        "stream": STREAM,
        **found.to_dict(),
        "past": [
            {
                "fund": ticker,
                "prices": source,
                "days": one.days,
                "beyond": one.beyond,
                "days_a_year": one.a_year.estimate,
                "interval_95": [one.a_year.low, one.a_year.high],
            }
            for ticker, one in (past or {}).items()
        ],
    }


def _percent(value: float) -> str:
    return f"{100 * value:g}%"


def _check_line(found: FlowGrid) -> str:
    if found.largest_z is None:
        return "no exact law is known for this market"
    return f"against the exact law, where it is known: largest |z| {found.largest_z:.1f}"


def cell(found: FlowGrid, i: int, j: int, k: int) -> str:
    """Days a year and their error."""
    if not isfinite(found.days[i, j, k]):
        return NONE
    return with_error(Estimate(float(found.days[i, j, k]), float(found.stderr[i, j, k])), unit=1.0)


def _rows(found: FlowGrid, k: int) -> list[list[str]]:
    titles = ["impact of $1B", *(f"assets x{multiple:g}" for multiple in found.multiples)]
    columns = range(len(found.multiples))
    lines = [[_percent(impact), *(cell(found, i, j, k) for j in columns)] for i, impact in enumerate(found.impacts)]
    firsts = [found.first_common(j, k) for j in columns]
    told = ["-" if first is None else _percent(first) for first in firsts]
    return [titles, *lines, [f"above {found.common:g} from", *told]]


def _common_words(found: FlowGrid, k: int) -> str:
    """From which impact on moves beyond are common, at the assets stated or those next to them."""
    fund, common = found.spec.funds[k], f"more than {found.common:g} days a year"
    j = min(range(len(found.multiples)), key=lambda column: abs(found.multiples[column] - 1))
    assets = "these assets" if found.multiples[j] == 1 else f"{found.multiples[j]:g} times these assets"
    first = found.first_common(j, k)
    if first is None:
        most = max(impact for i, impact in enumerate(found.impacts) if isfinite(found.days[i, j, k]))
        return f"With {assets} {fund.ticker} does so on {common} at no impact up to {_percent(most)} per $1B."
    i = found.impacts.index(first)
    if i == 0:
        return f"With {assets} {fund.ticker} does so on {common} at {_percent(first)} per $1B already."
    before = found.impacts[i - 1]
    return (
        f"With {assets} {fund.ticker} does so on {common} from an impact between {_percent(before)} and "
        f"{_percent(first)} per $1B on (gain {found.gains[i - 1, j]:.2g} to {found.gains[i, j]:.2g})."
    )


def _past_words(found: FlowGrid, k: int, past: PastMoves, source: str) -> str:
    fund = found.spec.funds[k]
    low, high = (f"{end:.1f}" for end in past.a_year[1:])
    return (
        f"{source}: {fund.leverage:g} times the move was beyond on {past.beyond:,} of {past.days:,} days, "
        f"{past.a_year.estimate:.1f} a year [{low}, {high}] (95%, block bootstrap)."
    )
