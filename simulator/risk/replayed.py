"""Real days replayed: what each fund would have done on them, beside what it did."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from simulator.history.replay import daily_growth
from simulator.history.stretch import Stretch
from simulator.spec.stress import StressTest


class Walk(NamedTuple):
    """What an instrument did over a stretch, bought at the close before.

    worst_day, worst_date : its least daily return.
    lowest : the least return since entry at any close, entry included.
    end : "held", or "stopped" or "target" at the first close that reaches the stop or target.
    fill, fill_date : its return there.
    """

    total: float
    worst_day: float
    worst_date: date
    lowest: float
    end: str
    fill: float
    fill_date: date

    def to_dict(self) -> dict[str, Any]:
        return {key: str(value) if isinstance(value, date) else value for key, value in self._asdict().items()}


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
        data = asdict(self) | {"entry": str(self.entry), "last": str(self.last)}
        return data | {
            "rows": [
                {
                    "instrument": row.instrument,
                    "model": None if row.model is None else row.model.to_dict(),
                    "real": None if row.real is None else row.real.to_dict(),
                }
                for row in self.rows
            ]
        }


def replayed(test: StressTest, stretch: Stretch) -> Replayed:
    """Each instrument of the test on the real days."""
    own_rate = stretch.rate is not None
    rate = np.full(len(stretch.index), test.rate) if stretch.rate is None else stretch.rate
    index = test.market.index
    rows = [ReplayedRow(index, None, _walk(test, index, stretch.index, stretch.dates))]
    funds = {fund.ticker: fund for fund in test.funds}
    for name in test.instruments[1:]:
        model, real = None, None
        if name in funds:
            moves = daily_growth(funds[name], stretch.index, rate) - 1
            model = _walk(test, name, moves, stretch.dates)
        if name in stretch.others:
            real = _walk(test, name, stretch.others[name], stretch.dates)
        if model is not None or real is not None:
            rows.append(ReplayedRow(name, model, real))
    return Replayed(
        entry=stretch.dates[0].item(),
        last=stretch.dates[-1].item(),
        days=len(stretch.index),
        rate=float(rate.mean()),
        own_rate=own_rate,
        rows=tuple(rows),
    )


def _walk(test: StressTest, instrument: str, moves: np.ndarray, dates: np.ndarray) -> Walk:
    gains = np.cumprod(1 + moves) - 1
    stop, target = test.levels(instrument)
    stopped = np.zeros(len(gains), bool) if stop is None else gains <= -stop
    reached = np.zeros(len(gains), bool) if target is None else gains >= target
    sold = np.flatnonzero(stopped | reached)
    last = int(sold[0]) if sold.size else len(gains) - 1
    worst = int(moves.argmin())
    return Walk(
        total=float(gains[-1]),
        worst_day=float(moves[worst]),
        worst_date=dates[worst + 1].item(),
        lowest=min(float(gains.min()), 0.0),
        end="stopped" if stopped[last] else "target" if reached[last] else "held",
        fill=float(gains[last]),
        fill_date=dates[last + 1].item(),
    )
