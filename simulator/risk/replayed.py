"""Real days replayed: what each fund would have done on them, beside what it did."""

from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any, NamedTuple

import numpy as np

from simulator.history.replay import daily_growth
from simulator.history.stretch import Days, Stretch
from simulator.spec.stress import StressTest


class Exit(NamedTuple):
    """How a position ended: "stopped", "target" or "held" to the last day; its return then, and when."""

    end: str
    fill: float
    date: date


class Walk(NamedTuple):
    """What an instrument did over a stretch, bought at the close before.

    worst_day, worst_date : its least daily return.
    lowest : the least return since entry at any close, entry included.
    at_close : sold at the first close at or beyond the stop or target.
    within_day : sold at the stop or target within the day or, where the open lies beyond it, at the open; of a day that
        meets both the stop is taken to come first. None where opens, highs and lows are not known.
    """

    total: float
    worst_day: float
    worst_date: date
    lowest: float
    at_close: Exit
    within_day: Exit | None


class ReplayedRow(NamedTuple):
    """An instrument on real days: of a fund, `model` is what its costs make of the index's days; `real` what it did."""

    instrument: str
    model: Walk | None
    real: Walk | None


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """Real days from `entry`, the close before the first, to `last`.

    rate : mean short rate a year over them.
    own_rate : whether that is the folder's rate, day by day, and not the test's.
    """

    entry: date
    last: date
    days: int
    rate: float
    own_rate: bool
    rows: tuple[ReplayedRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Every figure as plain data."""
        told = {name: getattr(self, name) for name in ("entry", "last", "days", "rate", "own_rate")}
        return _plain(told | {"rows": [row._asdict() for row in self.rows]})


def _plain(value: Any) -> Any:
    """Tables, lists, numbers and text."""
    if isinstance(value, Walk | Exit):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, date) else value


def replayed(test: StressTest, stretch: Stretch) -> Replayed:
    """Each instrument of the test on the real days."""
    own_rate = stretch.rate is not None
    rate = np.full(len(stretch.index.moves), test.rate) if stretch.rate is None else stretch.rate
    index = test.market.index
    rows = [ReplayedRow(index, None, _walk(test, index, stretch.index, stretch.dates))]
    funds = {fund.ticker: fund for fund in test.funds}
    for name in test.instruments[1:]:
        model, real = None, None
        if name in funds:
            moves = daily_growth(funds[name], stretch.index.moves, rate) - 1
            model = _walk(test, name, Days(moves), stretch.dates)
        if name in stretch.others:
            real = _walk(test, name, stretch.others[name], stretch.dates)
        if model is not None or real is not None:
            rows.append(ReplayedRow(name, model, real))
    return Replayed(
        entry=stretch.dates[0].item(),
        last=stretch.dates[-1].item(),
        days=len(stretch.index.moves),
        rate=float(rate.mean()),
        own_rate=own_rate,
        rows=tuple(rows),
    )


def _walk(test: StressTest, instrument: str, days: Days, dates: np.ndarray) -> Walk:
    gains = np.cumprod(1 + days.moves) - 1
    low, high = _levels(test, instrument)
    worst = int(days.moves.argmin())
    within = None
    if days.opens is not None and days.highs is not None and days.lows is not None:
        opens, highs, lows = days.opens - 1, days.highs - 1, days.lows - 1
        stopped, reached = lows <= low, highs >= high
        fills = np.where(stopped, np.minimum(opens, low), np.maximum(opens, high))
        early = (opens >= high) & stopped  # sold at the open, before the fall to the stop
        fills[early], stopped[early] = opens[early], False
        within = _exit(stopped, reached, fills, gains, dates)
    return Walk(
        total=float(gains[-1]),
        worst_day=float(days.moves[worst]),
        worst_date=dates[worst + 1].item(),
        lowest=min(float(gains.min()), 0.0),
        at_close=_exit(gains <= low, gains >= high, gains, gains, dates),
        within_day=within,
    )


def _levels(test: StressTest, instrument: str) -> tuple[float, float]:
    """Returns since entry at which it is sold; infinite where it is not."""
    stop, target = test.levels(instrument)
    return -inf if stop is None else -stop, inf if target is None else target


def _exit(stopped: np.ndarray, reached: np.ndarray, fills: np.ndarray, gains: np.ndarray, dates: np.ndarray) -> Exit:
    """The first day that is stopped or reaches the target, else the last."""
    sold = np.flatnonzero(stopped | reached)
    if not sold.size:
        return Exit("held", float(gains[-1]), dates[-1].item())
    day = int(sold[0])
    return Exit("stopped" if stopped[day] else "target", float(fills[day]), dates[day + 1].item())
