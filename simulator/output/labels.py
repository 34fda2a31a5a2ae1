"""The words and numbers on a figure."""

from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10

from simulator.output.heading import limit, market_line, run_line, start_line
from simulator.spec.fund import Fund
from simulator.spec.run import Simulation


def number(value: float, decimals: int | None = None) -> str:
    """A number as text with a real minus sign: 3, -1.5, 2,000; with `decimals` as many of them."""
    text = f"{value:,.6g}" if decimals is None else f"{value:,.{decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def multiple(leverage: float) -> str:
    """3x, -3x."""
    return f"{number(leverage)}x"


def signed(points: float) -> str:
    """Percentage points to three digits with their sign: +0.21, -3.70, +20.5."""
    if not isfinite(points):
        return "beyond"
    decimals = max(2 - max(floor(log10(abs(points))), 0), 0) if points else 2
    points = round(points, decimals) + 0.0  # -0.001 is 0.00
    return ("+" if points > 0 else "") + number(points, decimals)


def chance(share: float, error: float, paths: int) -> str:
    """A counted share in percent, with twice its standard error where a tenth of a point would promise too much."""
    if not isfinite(share):
        return "unknown"
    error = max(error, 1 / paths)
    if error < 0.005:
        return f"{100 * share:.1f}%"
    return f"{100 * share:.0f}" + (f"±{200 * error:.0f}%" if error < 0.1 else "%")


def names(funds: Sequence[Fund]) -> str:
    """The funds in a title: TNA and TZA."""
    tickers = [fund.ticker for fund in funds]
    if len(tickers) > 3:
        return f"these {len(tickers)} funds"
    return " and ".join([", ".join(tickers[:-1]), tickers[-1]] if len(tickers) > 1 else tickers)


def multiples(funds: Sequence[Fund]) -> str:
    """Their leverages in a title: 3x and -3x."""
    leverages = list(dict.fromkeys(multiple(fund.leverage) for fund in funds))
    return " and ".join(leverages) if len(leverages) < 3 else "their multiples of"


def spread(places: Sequence[float], gap: float) -> list[float]:
    """The places, moved as little as it takes until neighbours are `gap` apart (pool adjacent violators)."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    pools: list[tuple[float, int]] = []  # of labels that touch: mean of place less rank times gap, and their number
    for rank, i in enumerate(order):
        mean, count = places[i] - rank * gap, 1
        while pools and pools[-1][0] >= mean:
            before, others = pools.pop()
            mean, count = (before * others + mean * count) / (others + count), others + count
        pools.append((mean, count))
    moved = [mean for mean, count in pools for _ in range(count)]
    spaced = dict(zip(order, (place + rank * gap for rank, place in enumerate(moved)), strict=True))
    return [spaced[i] for i in range(len(places))]


def at_most(errors: Iterable[float]) -> str:
    """The largest standard error in percentage points, and whether some are not known."""
    errors = list(errors)
    known = [error for error in errors if isfinite(error)]
    if not known:
        return "not known"
    some = "" if len(known) == len(errors) else " where known"
    return f"at most {number(float(f'{max(known):.2g}'))} points{some}"


def error_bars(shown: bool) -> str:
    """How the errors of quantiles are drawn; `shown` where some are wider than a line."""
    return "black bars show two either way where they are wider than a line" if shown else "narrower than a line"


def day_count(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"


def run_text(spec: Simulation, funds: Sequence[Fund]) -> str:
    """Which run the figure shows, and how many of its funds: market, last price, start, rate, drift, paths, seed."""
    some = f" {len(funds)} of {len(spec.funds)} funds drawn." if len(funds) < len(spec.funds) else ""
    run = run_line(spec).capitalize()
    return f"Market {market_line(spec.market)}. Start {start_line(spec.market)}. {run}.{some} {limit(spec.market)}"
