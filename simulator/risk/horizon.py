"""How long is too long: the longest hold that stays within what a trader tolerates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.errors import LetfError
from simulator.risk.error_bars import REFIT_RANGE
from simulator.risk.figures import RESOLVED_ERRORS
from simulator.risk.hold_curve import HoldCurve, curve_of
from simulator.risk.runs import Runs
from simulator.spec import check
from simulator.spec.fund import Fund


@dataclass(frozen=True, kw_only=True)
class Span:
    """From the least to the greatest number of days."""

    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class LongestHold:
    """The longest hold such that it and every shorter one is within a tolerance.

    curve : the measure of holds up to the last that was looked at.
    most : the tolerance: what the measure may be.
    days : 0 where not even one day is within it, the curve's last day where every hold is.
    monte_carlo : where the curve plus and minus 1.96 Monte Carlo standard errors crosses the tolerance.
    parameters : 5 and 95 % quantiles over the refits, which are read between the curve's days; None without.
    models : each model's, read so too; empty without.
    """

    curve: HoldCurve
    most: float
    days: int
    monte_carlo: Span
    parameters: Span | None
    models: dict[str, int]

    @property
    def last(self) -> int:
        """The longest hold that was looked at."""
        return int(self.curve.days[-1])

    @property
    def model_range(self) -> Span | None:
        """The least and the greatest of the models."""
        found = self.models.values()
        return Span(low=min(found), high=max(found)) if found else None

    @property
    def verdict(self) -> str:
        """ "never within", "always within", or the number of days."""
        if self.days == 0:
            return "never within"
        if self.days == self.last:
            return "always within"
        return "1 day" if self.days == 1 else f"{self.days} days"


def longest_hold(
    curve: HoldCurve,
    most: float,
    *,
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> LongestHold:
    """The longest hold within a tolerance, to the day.

    The run is done again with every day around the crossings of the curve and of its Monte Carlo band, on the same
    random numbers, so that the two agree. A curve that leaves the tolerance between two of its days and is back at the
    second is not seen to do so.

    Parameters
    ----------
    curve : HoldCurve
        From one day on.
    most : float
        What the measure may be, in (0, 1).
    threads : int, optional
        As in `simulate`.
    on_progress : callable, optional
        Called with the number of finished paths, of as many as the run had.

    Raises
    ------
    LetfError
        If the tolerance is outside (0, 1), the curve begins after one day, or the measure or its error is not known.
    """
    most = check.number(
        f"tolerance (0.12 is 12%) of the {curve.measure.text}", most, low=0, high=1, open_low=True, open_high=True
    )
    _check_known(curve)
    days, value, stderr = _refined(curve, most, Runs(threads, on_progress))
    low, middle, high = (longest(days, line, most) for line in _lines(value, stderr))
    refits = [longest(curve.days, line, most) for line in curve.refits]
    return LongestHold(
        curve=curve,
        most=most,
        days=middle,
        monte_carlo=Span(low=low, high=high),
        parameters=_span(refits) if len(refits) > 1 else None,
        models={name: longest(curve.days, line, most) for name, line in curve.models.items()},
    )


def _check_known(curve: HoldCurve) -> None:
    if curve.days[0] != 1:
        raise LetfError(f"holds must be looked at from 1 day on to know the longest, got {curve.days[0]} days as first")
    unknown = ~np.isfinite(curve.monte_carlo).all(axis=0)
    if unknown.any():
        raise LetfError(
            f"the {curve.measure.text} and its error are not known from {curve.spec.paths:,} paths for a hold of "
            f"{curve.days[unknown][0]} days; simulate more paths"
        )


def _refined(curve: HoldCurve, most: float, runs: Runs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days, values and errors of the curve and of every day around its crossings."""
    lines = _lines(curve.value, curve.stderr)
    between = sorted({day for line in lines for day in _around(curve.days, line, most)})
    if not between:
        return curve.days, curve.value, curve.stderr
    fine = runs.of(replace(curve.spec, horizons=tuple(between)))
    days = np.concatenate([curve.days, between])
    found = np.concatenate([[curve.value, curve.stderr], curve_of(fine, curve.measure)], axis=1)
    order = np.argsort(days)
    return days[order], *found[:, order]


def longest(days: np.ndarray, values: np.ndarray, most: float) -> int:
    """The longest hold with which every shorter one is within `most`; between the days the values lie on lines."""
    every = np.arange(days[0], days[-1] + 1)
    beyond = np.interp(every, days, values) > most
    return int(every[beyond.argmax()] - 1 if beyond.any() else every[-1])


def _lines(value: np.ndarray, stderr: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is worse than the estimate by its error, the estimate, what is better: shortest hold first."""
    return value + RESOLVED_ERRORS * stderr, value, value - RESOLVED_ERRORS * stderr


def _around(days: np.ndarray, values: np.ndarray, most: float) -> range:
    """The days between the last of the first days within `most` and the next."""
    beyond = values > most
    first = int(beyond.argmax())
    return range(int(days[first - 1]) + 1, int(days[first])) if beyond.any() and first else range(0)


def _span(found: Sequence[int]) -> Span:
    low, high = np.quantile(found, REFIT_RANGE)
    return Span(low=int(np.floor(low)), high=int(np.ceil(high)))


def opposite_leg(fund: Fund, known: Sequence[Fund]) -> Fund | None:
    """The fund on the same index with minus the multiple; of several the one whose fee is nearest, an issuer's pair."""
    legs = [other for other in known if other.index == fund.index and other.leverage == -fund.leverage]
    return min(legs, key=lambda other: abs(other.expense_ratio - fund.expense_ratio), default=None)
