"""The swing trader's brackets: four stops and targets over holds of two to eight weeks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from simulator.distribution import Estimate
from simulator.result import Result
from simulator.risk.figures import figures, resolved
from simulator.risk.runs import Runs
from simulator.risk.tails import tails_note
from simulator.spec.files import find_funds
from simulator.spec.fund import Fund
from simulator.spec.run import Simulation
from simulator.spec.trade import Trade

TRADES = (
    Trade(stop=0.12, target=0.20),
    Trade(stop=0.12, target=0.40),
    Trade(index_stop=0.06, index_target=0.10),
    Trade(index_stop=0.06, index_target=0.15),
)
HOLDS = (10, 15, 20, 30, 40)  # trading days
HELD = ("mean_return", "prob_loss", "expected_shortfall_95")
SOLD = (
    "prob_stop",
    "prob_target",
    "prob_neither",
    "exit_mean",
    "exit_edge",
    "exit_expected_shortfall_95",
    "stop_fill_mean",
)


class SwingRow(NamedTuple):
    """A trade over one hold, or the hold alone.

    days : int
    figures : dict of str to Estimate
        `SOLD` of a trade, `HELD` of a hold, named as `simulator.risk.figures` does; NaN where nothing is known.
    """

    days: int
    figures: dict[str, Estimate]


@dataclass(frozen=True, kw_only=True, eq=False)
class Swing:
    """The four trades, each over every hold.

    Parameters
    ----------
    spec : Simulation
        The run of one fund that every trade was laid on.
    held : tuple of SwingRow
        What the fund does without a stop or a target.
    trades : dict of Trade to tuple of SwingRow
    note : str
        Which paths expected shortfalls are read from; "" where there is nothing to say.
    """

    spec: Simulation
    held: tuple[SwingRow, ...]
    trades: dict[Trade, tuple[SwingRow, ...]]
    note: str

    @property
    def fund(self) -> Fund:
        return self.spec.funds[0]

    def to_dict(self) -> dict[str, Any]:
        """Every figure with its Monte Carlo error as plain data; NaN where nothing is known."""
        return {
            "fund": self.fund.ticker,
            "leverage": self.fund.leverage,
            "held": [_row(row) for row in self.held],
            "trades": [
                {"trade": trade.to_dict(), "rows": [_row(row) | _resolved(row) for row in rows]}
                for trade, rows in self.trades.items()
            ],
        }


def _row(row: SwingRow) -> dict[str, Any]:
    told = {name: {"mean": value.mean, "stderr": value.stderr} for name, value in row.figures.items()}
    return {"horizon_days": row.days, **told}


def _resolved(row: SwingRow) -> dict[str, bool]:
    return {"resolved": resolved(row.figures["exit_edge"])}


def swing(
    spec: Simulation,
    ticker: str,
    *,
    holds: Sequence[int] = HOLDS,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Swing:
    """The swing trader's trades in one fund: stops at 12 % of the fund or 6 % of the index, held for 10 to 40 days.

    All trades see the same paths. Levels are watched as the run's trade says, by default within the day.

    Parameters
    ----------
    spec : Simulation
        Its horizons are not used, and of its trade only how levels are watched.
    ticker : str
    holds : sequence of int
        Trading days.
    threads : int, optional
    on_progress : callable, optional
        Called with the number of finished paths, of `len(TRADES) * spec.paths`.

    Raises
    ------
    LetfError
        If a hold breaks the rule of horizons or the fund is not the run's.
    """
    watch = spec.trade.watch if spec.trade else "day"
    plain = replace(spec, funds=find_funds((ticker,), spec.funds), horizons=tuple(holds), trade=Trade(watch=watch))
    runs = Runs(threads, on_progress)
    laid = [replace(trade, watch=watch) for trade in TRADES]
    results = {trade: runs.of(replace(plain, trade=trade)) for trade in laid}
    first = next(iter(results.values()))
    return Swing(
        spec=plain,
        held=_rows(first, HELD),
        trades={trade: _rows(result, SOLD) for trade, result in results.items()},
        note=tails_note(first, "ES 95% is"),
    )


def _rows(result: Result, names: Sequence[str]) -> tuple[SwingRow, ...]:
    ticker = result.spec.funds[0].ticker
    found = {days: figures(result, ticker, days) for days in result.spec.horizons}
    return tuple(SwingRow(days, {name: each[name] for name in names}) for days, each in found.items())
