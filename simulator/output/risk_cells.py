"""Figures with three error bars, as cells of a table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import floor, isfinite, log10

from simulator.distribution import Estimate
from simulator.output.table import with_error
from simulator.output.text import WIDTH, grid
from simulator.output.trade_lines import money
from simulator.risk.error_bars import Figure, Spread
from simulator.risk.figures import COMPARED, RESOLVED_ERRORS, in_money, resolved

UNRESOLVED = "~"
UNRESOLVED_TEXT = (
    f"{UNRESOLVED} not resolved: within {RESOLVED_ERRORS} Monte Carlo errors of 0, a Kelly share also of all."
)
MOST_DECIMALS = 2
LARGE, HUGE = 1000, 1e5  # percent; from here on without decimals, and with an exponent
UNIT = {"exit_day_mean": 0.01}  # of figures that are no percentages

Row = tuple[str, str]  # a label and the figure's name


def figure_table(figures: Mapping[str, Figure], rows: Iterable[Row], amount: float | None) -> list[str]:
    """A figure a row: value, Monte Carlo error, both other ranges, money; columns that nothing is in are left out."""
    cells = [[label, *_cells(name, figures[name], amount)] for label, name in rows if name in figures]
    titles = ["", "%", "±MC", "parameters", "models", "money"]
    used = [i for i in range(len(titles)) if i < 3 or any(row[i] for row in cells)]
    return grid([[row[i] for i in used] for row in [titles, *cells]])


def _cells(name: str, figure: Figure, amount: float | None) -> list[str]:
    unit = UNIT.get(name, 1.0)
    value, _, error = with_error(unit * figure.value, unit * figure.stderr, MOST_DECIMALS).partition("±")
    if not is_resolved(name, figure):
        value = UNRESOLVED + value
    paid = money(amount * figure.value) if amount is not None and in_money(name) and isfinite(figure.value) else ""
    return [value, error, span(figure.parameters, unit), span(figure.models, unit), paid]


def is_resolved(name: str, figure: Figure) -> bool:
    """False of a difference that the paths do not tell from 0."""
    return name not in COMPARED or resolved(Estimate(figure.value, figure.stderr))


def span(spread: Spread | None, unit: float = 1.0) -> str:
    """Both ends in percent, to as many digits as their distance deserves."""
    if spread is None:
        return ""
    low, high = 100 * unit * spread.low, 100 * unit * spread.high
    if not (isfinite(low) and isfinite(high)):
        return "beyond"
    decimals = min(max(1 - floor(log10(high - low)), 1), MOST_DECIMALS) if high > low else MOST_DECIMALS
    return f"[{_points(low, decimals)},{_points(high, decimals)}]"


def _points(value: float, decimals: int) -> str:
    if abs(value) >= HUGE:
        return f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    decimals = 0 if abs(value) >= LARGE else decimals
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def fitting(titles: Sequence[Sequence[str]], rows: Callable[[int], list[list[str]]]) -> list[str]:
    """The table of the rows with as many decimals as fit the width."""
    lines: list[str] = []
    for decimals in range(MOST_DECIMALS, -1, -1):
        lines = grid([*titles, *rows(decimals)])
        if max(map(len, lines)) <= WIDTH:
            break
    return lines
