"""A score as people read it: text of at most 80 columns."""

from collections.abc import Iterator
from math import isnan

from simulator.history.block_bootstrap import Interval
from simulator.history.coverage import LEVELS
from simulator.history.forecasters import BASELINES, DEFAULT_FORECASTER
from simulator.history.forecasts import QUANTITIES
from simulator.history.rates import Rates
from simulator.history.skill import MEAN_BLOCK
from simulator.history.verdict import Pooled, Verdict
from simulator.output.heading import percent
from simulator.output.text import WIDTH, grid, labelled, paragraph

NAMES = {"fund_return": "Fund return", "divergence": "Divergence"}
UNRESOLVED = "~"
FEW = 3 * MEAN_BLOCK  # origins; fewer are fewer than three blocks of the bootstrap
NARROW, WIDE = 0.9, 0.98  # the levels that the cells show


def report(verdict: Verdict) -> str:
    """What was scored, skill over the baselines, how it holds up, coverage, and each cell of the lead model."""
    lines = [
        *_heading(verdict),
        "",
        *paragraph(
            f"Skill: 1 - summed CRPS over the baseline's, %, {_cells_text(verdict)}, with its 95% interval; "
            f"{UNRESOLVED} where that includes 0: not resolved."
        ),
        *_skills(verdict),
        "",
        *paragraph(
            f"The same over {BASELINES[0]} without the origins of a wild year, and where the index has no drift."
        ),
        *_variants(verdict),
        "",
        *paragraph(
            "Coverage: % of outcomes inside the central forecast intervals, both quantities, the same cells together, "
            "with the 95% interval; then the least and the most of one cell."
        ),
        *_coverage(verdict),
        "",
        *paragraph(f"Each cell of {_lead(verdict)}: skill over {BASELINES[0]}, %; % inside the 90% and 98% intervals."),
        *_cells(verdict),
        "",
        *paragraph(_overlap_text(verdict)),
        *paragraph(_luck_text(verdict)),
    ]
    return "\n".join(lines) + "\n"


def _heading(verdict: Verdict) -> Iterator[str]:
    score = verdict.score
    record, run, origins = score.record, score.template, score.origins
    funds = ", ".join(f"{fund.ticker} ({fund.leverage:g}x)" for fund in record.funds)
    yield from labelled(
        "Score",
        f"{funds} on {record.funds[0].index}: {_origins_text(len(origins.at))}, the close before each month's first "
        f"trading day, {origins.months[0]} to {origins.months[-1]}",
    )
    files = ", ".join(f"{prices.source} from {prices.dates[0]}" for prices in (record.index, *record.fund_prices))
    vol_index = f"; {record.vol_index.source}" if record.vol_index else ""
    yield from labelled("Prices", f"{files}, to {record.dates[-1]}{vol_index}")
    rate = (
        f"the rate of {record.rates.source} at the origin"
        if isinstance(record.rates, Rates)
        else f"a constant rate of {percent(record.rates, 2)} (no --rates)"
    )
    yield from labelled("Carry", f"(1 - L) times {rate}, less {percent(run.funds[0].expense_ratio, 2)} a year")
    yield from labelled(
        "Run", f"drift {percent(score.drift, 2)} a year, {run.paths:,} paths an origin, seed {run.seed}"
    )
    yield from labelled("Models", "fitted each January on earlier days, started from what each origin's close knew")
    for name, about in score.models.items():
        yield from labelled("", f"{name}: {about}")


def _origins_text(count: int) -> str:
    return f"{count} origin{'s' if count > 1 else ''}"


def _cells_text(verdict: Verdict) -> str:
    days = ", ".join(map(str, verdict.pooled_horizons))
    count = len(verdict.pooled_horizons) * len(verdict.score.record.funds)
    return f"mean of {count} cells, {days} days by fund" if count > 1 else f"{days} days"


def _skills(verdict: Verdict) -> Iterator[str]:
    names = [name for name in BASELINES if name in verdict.models]
    rows = {(row.model, row.quantity): row for row in verdict.pooled if row.variant == "all"}
    for quantity in QUANTITIES:
        table = [[NAMES[quantity], *(f"over {name}" for name in names)]]
        for model in verdict.models:
            found = rows[model, quantity].skill
            if found:
                table.append([f"  {model}", *(_skill(found.get(name)) for name in names)])
        yield from grid(table)


def _variants(verdict: Verdict) -> Iterator[str]:
    base = BASELINES[0]
    variants = list(dict.fromkeys(row.variant for row in verdict.pooled if row.variant != "all"))
    rows: dict[tuple[str, str, str], Pooled] = {(row.model, row.quantity, row.variant): row for row in verdict.pooled}
    for quantity in QUANTITIES:
        table = [[NAMES[quantity], *variants]]
        for model in verdict.models:
            if base != model and base in verdict.models:
                table.append([f"  {model}", *(_skill(rows[model, quantity, name].skill[base]) for name in variants)])
        yield from grid(table)


def _coverage(verdict: Verdict) -> Iterator[str]:
    rows = {(row.model, row.level): row for row in verdict.covered}
    table = [["", *("" for _ in LEVELS), "cells", "cells"], ["", *(map(percent, LEVELS)), "at 90%", "at 98%"]]
    for model in verdict.models:
        narrow, wide = rows[model, NARROW], rows[model, WIDE]
        shares = [_share(rows[model, level].share) for level in LEVELS]
        cells = [f"{_points(row.lowest, 0)}-{_points(row.highest, 0)}" for row in (narrow, wide)]
        table.append([model, *shares, *cells])
    return iter(grid(table))


def _lead(verdict: Verdict) -> str:
    return f"{verdict.lead}, the default with prices" if verdict.lead == DEFAULT_FORECASTER else verdict.lead


def _cells(verdict: Verdict) -> list[str]:
    """The table, without decimals of skills where it would be too wide with them."""
    fine, coarse = (grid(_cell_rows(verdict, decimals)) for decimals in (1, 0))
    return fine if max(map(len, fine)) <= WIDTH else coarse


def _cell_rows(verdict: Verdict, decimals: int) -> list[list[str]]:
    base = BASELINES[0]
    rows = {(row.fund, row.horizon, row.quantity): row for row in verdict.cells if row.model == verdict.lead}
    table = [
        ["", "", "", "return", "divergence", "return", "divergence"],
        ["fund", "days", "origins", "skill", "skill", "90% 98%", "90% 98%"],
    ]
    for fund in verdict.score.record.funds:
        for days in verdict.score.horizons:
            pair = [rows[fund.ticker, days, quantity] for quantity in QUANTITIES]
            skills = [_skill(row.skill.get(base), decimals) for row in pair]
            shares = [" ".join(_points(row.coverage[level].estimate, 1) for level in (NARROW, WIDE)) for row in pair]
            table.append([fund.ticker, str(days), str(pair[0].origins), *skills, *shares])
    return table


def _overlap_text(verdict: Verdict) -> str:
    score = verdict.score
    count, span = len(score.origins.at), int(score.origins.at[-1] - score.origins.at[0])
    apart = {days: round(span / days) + 1 for days in score.horizons}
    fewer = ", ".join(f"{rooms} of {days} days" for days, rooms in apart.items() if rooms < count)
    overlap = (
        f"Holds overlap: of the {count} monthly ones the span has room side by side for only {fewer}. " if fewer else ""
    )
    few = "So few origins say little: the intervals are too narrow. " if count < FEW else ""
    if count < MEAN_BLOCK:
        few = f"So few origins say little: fewer than {MEAN_BLOCK:g} have no intervals. "
    left_out = count - min(cell.origins for cell in verdict.cells)
    late = f"{left_out} of the longest holds end after the last price and are left out. " if left_out else ""
    return (
        f"{overlap}{late}{few}Intervals: stationary bootstrap of origins in blocks of {MEAN_BLOCK:g} months on "
        "average, all models, funds and holds jointly. They hold the luck of these years and Monte Carlo noise, not a "
        "market that changes for good."
    )


def _luck_text(verdict: Verdict) -> str:
    at = LEVELS.index(NARROW)
    ranges = ", ".join(
        f"{_points(found.coverage[0, at], 0)}-{_points(found.coverage[1, at], 0)} at {days} days"
        for days, found in verdict.luck.items()
    )
    return f"A perfect forecaster's 90% intervals hold, in 95 of 100 such histories, {ranges} (% of one cell)."


def _skill(found: Interval | None, decimals: int = 1) -> str:
    if found is None or isnan(found.estimate):
        return "-"
    mark = "" if found.excludes(0.0) else UNRESOLVED
    estimate, low, high = (_points(value, decimals) for value in found)
    return f"{mark}{estimate}" if isnan(found.low) else f"{mark}{estimate} [{low}, {high}]"


def _share(found: Interval) -> str:
    if isnan(found.low):
        return _points(found.estimate, 1)
    return f"{_points(found.estimate, 1)} {_points(found.low, 0)}-{_points(found.high, 0)}"


def _points(value: float, decimals: int) -> str:
    return "-" if isnan(value) else f"{round(100 * value, decimals) + 0.0:.{decimals}f}"
