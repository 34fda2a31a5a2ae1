"""A fund replayed on real days as people read it: text of at most 80 columns."""

from collections.abc import Sequence
from dataclasses import asdict

from simulator.history.block_bootstrap import Interval
from simulator.history.prices import Prices
from simulator.history.rates import Rates
from simulator.history.replay import MEAN_BLOCK, Attribution, Replay
from simulator.history.windows import Hold
from simulator.output.heading import percent
from simulator.output.text import fitted, grid, labelled, paragraph

WHOLE_SPAN = "all"
WHOLE = 0.1  # an interval that reaches so far is shown in whole points
LARGE, HUGE = 1000, 1e5  # percent; from here on without decimals, and with an exponent
LONG = 6  # letters of a ticker that a narrow column has room for
SHOWN = (0.05, 0.5, 0.95)


def report(replays: Sequence[Replay], holds: Sequence[Sequence[Hold]]) -> str:
    """Prices, rates and costs; then fund by fund the daily fit, returns and their parts, and realised divergence."""
    lines = heading(replays)
    for told, row in zip(replays, holds, strict=True):
        lines += ["", *_fund_lines(told), "", *_daily_lines(told), "", *_part_lines(told), "", *_hold_lines(told, row)]
    return "\n".join(lines) + "\n"


def heading(replays: Sequence[Replay]) -> list[str]:
    """The index's prices and the short rate, over the days of the fund that has most."""
    longest = max(replays, key=lambda told: len(told.rate))
    return [*labelled("Index", prices_line(longest.pair.index)), *labelled("Rate", rate_line(longest))]


def prices_line(prices: Prices) -> str:
    """File, column, span and number of returns."""
    first, last = prices.dates[[0, -1]]
    return f"{prices.source}, column {prices.column!r}, {first} to {last}, {len(prices.dates) - 1:,} returns"


def rate_line(told: Replay) -> str:
    """Where the short rate is from, how it accrues, and its mean."""
    if not isinstance(told.rates, Rates):
        return f"{percent(told.rates, 2)} a year on all days"
    mean = percent(float(told.rate.mean()), 2)
    return f"{told.rates.source}, by calendar days over {told.rates.year}, {mean} a year in the mean"


def cost_line(told: Replay) -> str:
    """What the replay charges."""
    fund = told.fund
    return (
        f"fee {percent(fund.expense_ratio, 2)}, swap spread {percent(fund.swap_spread, 3)}, half-spread "
        f"{percent(fund.swap_half_spread, 3)} a year ({fund.source or 'no source given'})"
    )


def points(value: float, decimals: int = 1) -> str:
    """A fraction in percent: 12.3; 1234 or 5.8e5 where it is large."""
    if abs(100 * value) >= HUGE:
        return f"{100 * value:.1e}".replace("e+0", "e").replace("e+", "e")
    decimals = 0 if abs(100 * value) >= LARGE else decimals
    return f"{round(100 * value, decimals) + 0.0:.{decimals}f}"


def _multiple(told: Replay) -> str:
    return f"{told.fund.leverage:g}x {told.fund.index}"


def _fund_lines(told: Replay) -> list[str]:
    return [
        *paragraph(f"{told.fund.ticker}, {_multiple(told)} daily: {told.fund.name}"),
        *labelled("Prices", prices_line(told.pair.fund_prices)),
        *labelled("Costs", cost_line(told)),
    ]


def _daily_lines(told: Replay) -> list[str]:
    fit, index, real = told.daily_fit(), told.pair.index_return, told.pair.fund_return
    rows = [["worst days", told.fund.index, "replay", told.fund.ticker, "gap, points"]]
    for i in told.worst_days():
        values = (index[i], told.replay_return[i], real[i], told.tracking[i])
        rows.append([str(told.pair.dates[i + 1]), *(points(value, 2) for value in values)])
    return [
        *paragraph(
            f"Daily: beta {fit.beta:.3f}±{fit.beta_stderr:.3f}, R2 {fit.r2:.4f}±{fit.r2_stderr:.4f}, tracking error "
            f"against the replay {points(fit.tracking_error, 2)}±{points(fit.tracking_error_stderr, 2)}% a year (± one "
            f"standard error, stationary bootstrap, mean block {MEAN_BLOCK} days)."
        ),
        *grid(rows),
    ]


def _part_lines(told: Replay) -> list[str]:
    ticker, multiple = told.fund.ticker, _multiple(told)
    partial = any(not told.is_full(year) for year in told.years())
    return [
        *paragraph(
            f"Returns by calendar year (%), and why {ticker} did not return {multiple} (points): {multiple}, "
            f"compounding, volatility drag, financing, swap and fee add up to the replay, with tracking to {ticker}."
        ),
        *fitted(lambda decimals: _part_rows(told, decimals), 1),
        *(["* part of the year"] if partial else []),
    ]


def _part_rows(told: Replay, decimals: int) -> list[list[str]]:
    index, ticker = told.fund.index, told.fund.ticker
    last = ticker if len(ticker) <= LONG else "fund"
    rows = [
        ["", "", f"{told.fund.leverage:g}x", "com-", "vol.", "finan-", "", "", "", "track-", ""],
        ["", index, index, "pounding", "drag", "cing", "swap", "fee", "replay", "ing", last],
    ]
    for year, days in told.years().items():
        rows.append([f"{year}{'' if told.is_full(year) else '*'}", *_part_cells(told.attribution(days), decimals)])
    return [*rows, [WHOLE_SPAN, *_part_cells(told.attribution(), decimals)]]


def _part_cells(parts: Attribution, decimals: int) -> list[str]:
    return [points(value, decimals) for value in asdict(parts).values()]


def _hold_lines(told: Replay, holds: Sequence[Hold]) -> list[str]:
    return [
        *paragraph(
            f"Realised divergence: return of {told.fund.ticker} minus {told.fund.leverage:g}x the return of "
            f"{told.fund.index} (points) over every hold of so many days, and how many of them ended behind (%); "
            "beside it those of n holds that do not overlap. In brackets 95% intervals: by stationary bootstrap in "
            "blocks of a year, or of two holds if longer; for the n holds by Wilson's formula."
        ),
        *fitted(lambda decimals: _hold_rows(holds, decimals), 1),
    ]


def _hold_rows(holds: Sequence[Hold], decimals: int) -> list[list[str]]:
    rows = [["days", "5%", "median", "95%", "behind", "n", "behind"]]
    for hold in holds:
        behind, apart = (_interval(cell, 0) for cell in (hold.behind, hold.independent_behind))
        quantiles = (_interval(hold.quantiles[p], decimals) for p in SHOWN)
        rows.append([str(hold.days), *quantiles, behind, str(len(hold.independent)), apart])
    return rows


def _interval(cell: Interval, decimals: int) -> str:
    decimals = 0 if max(map(abs, cell)) >= WHOLE else decimals
    low, high = (points(value, decimals) for value in (cell.low, cell.high))
    return f"{points(cell.estimate, decimals)} [{low},{high}]"
