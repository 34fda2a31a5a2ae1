"""What of a hold a trader bounds: a figure that is worse the greater it is."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from simulator.distribution import Estimate
from simulator.result import RISK_LEVEL, Result
from simulator.risk.levels import fund_over_hold
from simulator.risk.tails import tails, tails_note
from simulator.spec.trade import Trade


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A figure of each hold.

    name : what machines call it.
    text : what people do.
    of : its estimate from a result, for a ticker and a number of days.
    trade : what the run must hold for it.
    least : of its range, which ends at 1: no hold loses more than all.
    note : which of a result's paths it is read from, where there is something to say.
    """

    name: str
    text: str
    of: Callable[[Result, str, int], Estimate]
    trade: Trade | None = None
    least: float = -inf
    note: Callable[[Result], str] = lambda result: ""


def _shortfall(result: Result, ticker: str, days: int) -> Estimate:
    return tails(result).fund_return(ticker, days).expected_shortfall(RISK_LEVEL)


def _loss_beyond(result: Result, ticker: str, days: int) -> Estimate:
    return result.position(ticker, days).prob_loss_beyond


def _decay(result: Result, ticker: str, days: int) -> Estimate:
    position = result.position(ticker, days)
    even, error = (float(of(0.5)) for of in (position.break_even.quantile, position.break_even.quantile_stderr))
    growth = 1 + fund_over_hold(position.fund, even, 0.0)
    return Estimate(1 - growth, abs(position.fund.leverage) * growth / (1 + even) * error)


SHORTFALL = Measure(
    name="expected_shortfall_95",
    text=f"mean loss in the worst {100 * (1 - RISK_LEVEL):.0f}% of the holds",
    of=_shortfall,
    note=lambda result: tails_note(result, "ES 95% is"),
)
"""Expected shortfall at 95 %, of the paths that `tails` reads worst cases from."""

DECAY = Measure(name="decay", text="loss of the middle hold if the index ends where it began", of=_decay, trade=Trade())
"""Decay: 1 - F / I^L in the middle hold, F the growth of the fund and I that of the index.

It is what daily resets and costs take, and would be the loss were the index to end where it began; which way the index
went, and so the drift, leaves no trace in it. Half of the holds decay more.
"""


def chance_of_loss(loss: float) -> Measure:
    """The chance of losing more than `loss`, counted.

    Raises
    ------
    LetfError
        If the loss is not in [0, 1).
    """
    trade = Trade(loss=loss)
    text = f"chance of losing more than {100 * trade.loss:g}%"
    return Measure(name="prob_loss_beyond", text=text, of=_loss_beyond, trade=trade, least=0.0)
