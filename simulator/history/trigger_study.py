"""What came after the days of a trigger, against what came after all days."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.history.block_bootstrap import Interval, interval, stationary_counts
from simulator.history.closes import Closes
from simulator.history.trigger_figures import Cell, Figure, Study
from simulator.history.triggers import Trigger
from simulator.spec import check

HOLDS = (5, 10, 21, 42)
LONGEST_HOLD = 63  # days; of longer ones sixteen years have too few that do not overlap
LEVEL = 0.95
DRAWS = 1000
TINY = 1e-12  # a standard error of a mean return; below it there is no difference
LEAST_BLOCK, HOLDS_A_BLOCK = 63, 2  # days: a quarter, for triggers come in spells, or two holds, for these overlap
FAMILY_LEVEL = 0.985  # of the resamples; one history in twenty in which no trigger means anything passes it
FEWEST_APART = 12  # holds after a trigger that do not overlap; with 10 one interval in eight errs


def study(
    closes: Closes,
    triggers: Sequence[Trigger],
    holds: Sequence[int] = HOLDS,
    *,
    draws: int = DRAWS,
    seed: int = 1,
) -> Study:
    """Compare holds entered at the closes of each trigger's days with those entered at any close.

    The days are resampled in blocks (Politis and Romano 1994), each with its triggers and what came after it, so that
    overlapping holds, spells of a trigger and all comparisons stay together. Blocks are a quarter, or two of the
    longest hold. An interval is the middle 95 % of the resampled differences. A difference is resolved together with
    all others where it is more standard errors from 0 than the largest of all resampled deviations is in 98.5 % of the
    resamples (Romano and Wolf 2005, Econometrica 73, the single step of algorithm 4.1): where triggers mean nothing,
    one history in twenty has such a difference, as `scripts/study_triggers.py` finds; at 95 % one in eight has.

    Parameters
    ----------
    closes : Closes
    triggers : sequence of Trigger
        On the days of `closes`.
    holds : sequence of int
        Trading days, 1 to 63.
    draws, seed : int

    Raises
    ------
    LetfError
        If a hold or the seed is out of range, or a hold longer than half the span that all instruments have.
    """
    check.integer("seed", seed, low=0, high=2**64 - 1)
    wanted = tuple(sorted({check.integer("horizon", days, low=1, high=LONGEST_HOLD) for days in holds}))
    first = closes.first
    kept = tuple(trigger.since(first) for trigger in triggers)
    dates = closes.dates[first:]
    if HOLDS_A_BLOCK * wanted[-1] >= len(dates):
        raise LetfError(f"{len(dates):,} days hold no two holds of {wanted[-1]} days; give more days or shorter ones")
    block = max(LEAST_BLOCK, HOLDS_A_BLOCK * wanted[-1])
    counts = _counts(len(dates), block, draws, seed)
    found = [each for days in wanted for each in _hold(closes, kept, days, counts)]
    order = {trigger.name: i for i, trigger in enumerate(kept)}
    found.sort(key=lambda one: (order[one.cell.trigger], closes.instruments.index(one.cell.instrument), one.cell.days))
    critical, scores = _together(np.array([each.differences for each in found]))
    return Study(
        closes=closes,
        triggers=kept,
        dates=dates,
        holds=wanted,
        block=block,
        draws=draws,
        seed=seed,
        cells=tuple(
            replace(one.cell, together=bool(score > critical)) for one, score in zip(found, scores, strict=True)
        ),
        critical=critical,
    )


def _counts(n: int, block: int, draws: int, seed: int) -> np.ndarray:
    """How often each day is in the history as it was, once, and in each resample, (n, 1 + draws)."""
    kind = np.int16 if n < 2**15 else np.int32  # sums of counts are at most n
    as_it_was = np.ones((1, n), kind)
    return np.ascontiguousarray(np.vstack([as_it_was, stationary_counts(n, block, draws, seed).astype(kind)]).T)


class _Found(NamedTuple):
    """A cell looked at alone, and its differences of means in the history as it was and in the resamples."""

    cell: Cell
    differences: np.ndarray


def _hold(closes: Closes, triggers: Sequence[Trigger], days: int, counts: np.ndarray) -> list[_Found]:
    """All triggers and instruments over one hold."""
    returns = closes.returns(days)[closes.first :]
    live = np.isfinite(returns).all(axis=1)
    asked = [mask & live for trigger in triggers for mask in (trigger.days, trigger.known)]
    masks, which = np.unique(np.array(asked).reshape(-1, len(live)), axis=0, return_inverse=True)
    pairs = which.reshape(-1, 2).tolist()  # by trigger: its days among the masks, and those on which it is known
    apart = [_apart(mask, days) for mask in masks]
    sizes = masks.sum(axis=1).tolist()
    found = []
    for k, instrument in enumerate(closes.instruments):
        figures = _resampled(np.where(live, returns[:, k], 0.0), masks, counts)
        for trigger, (then, every) in zip(triggers, pairs, strict=True):
            known = apart[then] >= FEWEST_APART
            mean, median, gains = (_figure(each[then], each[every], known) for each in figures)
            differences = figures[0, then] - figures[0, every] if known else np.full(counts.shape[1], np.nan)
            cell = Cell(
                trigger=trigger.name,
                instrument=instrument,
                days=days,
                entries=sizes[then],
                all_entries=sizes[every],
                apart=apart[then],
                mean=mean,
                median=median,
                gains=gains,
            )
            found.append(_Found(cell, differences))
    return found


def _resampled(values: np.ndarray, masks: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean, median and share above 0 of the values under each mask in each resample, (3, M, 1 + draws).

    NaN where a resample has none of them.
    """
    weights = counts.astype(float)
    held = masks @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, gains = (((masks * column) @ weights) / held for column in (values, values > 0))
    return np.stack([mean, [_medians(values[mask], counts[mask]) for mask in masks], gains])


def _medians(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Least value with half of the days of each resample at or below it, (1 + draws,); NaN where it has none."""
    if not len(values):
        return np.full(counts.shape[1], np.nan)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[order], axis=0, dtype=counts.dtype)
    total = reached[-1]
    rank = np.count_nonzero(reached < total - total // 2, axis=0)
    return np.where(total > 0, values[order][rank], np.nan)


def _figure(then: np.ndarray, all_days: np.ndarray, known: bool) -> Figure:
    gaps = then - all_days
    drawn = gaps[1:][np.isfinite(gaps[1:])]
    low, high = interval(drawn, LEVEL) if known and len(drawn) else (np.nan, np.nan)
    return Figure(float(then[0]), float(all_days[0]), Interval(float(gaps[0]), low, high))


def _apart(days: np.ndarray, hold: int) -> int:
    """How many holds begun on these days do not overlap, taken from the first on."""
    count, free = 0, 0
    for day in np.flatnonzero(days).tolist():
        if day >= free:
            count, free = count + 1, day + hold
    return count


def _together(differences: np.ndarray) -> tuple[float, np.ndarray]:
    """How far the largest deviation goes in standard errors, and how far each difference is from 0.

    Parameters
    ----------
    differences : float64 (cells, 1 + draws)
        NaN where a cell has none.
    """
    scores = np.full(len(differences), np.nan)
    known = np.isfinite(differences[:, 0])
    if not known.any():
        return np.nan, scores
    as_it_was, drawn = differences[known, :1], differences[known, 1:]
    deviations = np.abs(drawn - as_it_was)
    errors = np.maximum(np.sqrt(np.nanmean(deviations**2, axis=1)), TINY)
    scores[known] = np.abs(as_it_was[:, 0]) / errors
    return float(np.quantile(np.nan_to_num(deviations / errors[:, None]).max(axis=0), FAMILY_LEVEL)), scores
