"""Figures of a result, by name."""

from collections.abc import Callable, Sequence

from matplotlib.figure import Figure

from simulator.errors import LetfError
from simulator.output import style
from simulator.output.fan import draw_fan
from simulator.output.horizon_curves import draw_horizon
from simulator.output.ridges import draw_ridges
from simulator.result import Result
from simulator.spec.files import find_funds
from simulator.spec.fund import Fund

DRAWINGS: dict[str, Callable[[Result, Sequence[Fund]], Figure]] = {
    "ridges": draw_ridges,
    "fan": draw_fan,
    "horizon": draw_horizon,
}
KINDS = tuple(DRAWINGS)


def draw(result: Result, kind: str = "ridges", funds: Sequence[str] | None = None) -> Figure:
    """A figure of `result`.

    Parameters
    ----------
    result : Result
    kind : str
        "ridges": divergence from L times the index; "fan": fund return beside L times the index; "horizon": chance of
        being behind and expected shortfall against the holding period.
    funds : sequence of str, optional
        Tickers, at most eight; by default the result's first eight.

    Raises
    ------
    LetfError
        If the kind or a fund is unknown, or the funds are too many.
    """
    if kind not in DRAWINGS:
        raise LetfError(f"unknown kind of figure {kind!r}; known: {', '.join(KINDS)}")
    chosen = find_funds(tuple(funds), result.spec.funds) if funds else result.spec.funds[: style.MAX_FUNDS]
    if len(chosen) > style.MAX_FUNDS:
        raise LetfError(f"a figure holds at most {style.MAX_FUNDS} funds, got {len(chosen)}; name fewer with --fund")
    with style.context():
        return DRAWINGS[kind](result, chosen)
