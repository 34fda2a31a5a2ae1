"""What became of a position: drawdowns, wild days, break-even, exits, and the fund given what the index did."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from simulator.distribution import Distribution, Estimate, estimate
from simulator.spec.fund import Fund


@dataclass(frozen=True, eq=False)
class Exits:
    """How a position with a stop or a target was left.

    Returns are fractions since entry; what was sold before the end of the hold earns nothing from then on.

    exit_return : the return when sold, at a fill or at the end of the hold.
    prob_stop, prob_target, prob_neither : chances.
    prob_both : chance that one bar of a past day reached both, which was taken as the stop first.
    edge : mean of the exit's return minus that of holding on, path by path.
    stop_fill, target_fill : returns at which stops and targets were filled; None where none was.
    days : int64 (2, days), paths sold by stops and by targets on each day of the hold.
    """

    exit_return: Distribution
    prob_stop: Estimate
    prob_target: Estimate
    prob_neither: Estimate
    prob_both: Estimate
    edge: Estimate
    stop_fill: Distribution | None
    target_fill: Distribution | None
    days: np.ndarray

    @property
    def mean_day(self) -> Estimate:
        """Mean day of the exits before the end of the hold, from 1; NaN where there are none."""
        counts = self.days.sum(axis=0)
        n = int(counts.sum())
        if n == 0:
            return Estimate(np.nan, np.nan)
        days = np.arange(1, len(counts) + 1)
        mean, sd = estimate(float(counts @ days), float(counts @ days**2), n)
        return Estimate(mean, sd / sqrt(n))


@dataclass(frozen=True, eq=False)
class Position:
    """A fund held over one horizon.

    drawdown : largest fall from the running peak of the closes, entry included, a fraction.
    break_even : the index's return at which the fund, with the path's own drag and carry, would have come out even:
        exp(-(log F - L log I) / L) - 1, F and I the growth of fund and index.
    prob_loss_beyond : chance of a loss greater than `Trade.loss`.
    prob_day_up, prob_day_down, prob_day_beyond : chance of a day on which the fund moves by more than 15 %.
    """

    fund: Fund
    days: int
    paths: int
    fund_return: Distribution
    divergence: Distribution
    drawdown: Distribution
    break_even: Distribution
    prob_loss_beyond: Estimate
    prob_day_up: Estimate
    prob_day_down: Estimate
    prob_day_beyond: Estimate
    exits: Exits | None


@dataclass(frozen=True, eq=False)
class Views:
    """A fund's hold given the index's return and its realised volatility, in V by M cells.

    move_edges : (M - 1,), inner edges of the index's return; the first and the last cell are open.
    vol_edges : (V - 1,), of the realised volatility a year, by log returns about 0.
    count : int64 (V, M), paths.
    index_return, fund_return, divergence : (V, M), means; NaN where there is no path.
    fund_return_stderr, divergence_stderr : (V, M)
    formula : (V, M), mean of (1 + R)^L exp(-(L^2 - L) vol^2 T / 2) - 1, what funds' prospectuses print, without costs.
    break_even, break_even_stderr : (V,), index return at which the fund comes out even, the geometric mean of the paths
        on which it is worth anything; NaN where there is none.
    """

    days: int
    leverage: float
    move_edges: np.ndarray
    vol_edges: np.ndarray
    count: np.ndarray
    index_return: np.ndarray
    fund_return: np.ndarray
    fund_return_stderr: np.ndarray
    divergence: np.ndarray
    divergence_stderr: np.ndarray
    formula: np.ndarray
    break_even: np.ndarray
    break_even_stderr: np.ndarray
