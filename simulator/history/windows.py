"""Realised divergence: how far a real fund ended from L times its index over every hold of so many days."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

from simulator.errors import LetfError
from simulator.history.block_bootstrap import Interval, interval, resampled_quantiles, stationary_counts
from simulator.history.pair import Pair
from simulator.result import QUANTILES
from simulator.spec import check

HOLDS = (5, 10, 21, 42, 63, 126, 252)
LEVEL = 0.95
YEAR, HOLDS_A_BLOCK = 252, 2  # a block holds a year, for volatility comes in spells, or two holds, for these overlap
DRAWS = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class Hold:
    """Divergence over every hold of `days` trading days.

    Parameters
    ----------
    days : int
    divergence : float64 (n,)
        Fund return less L times the index's, of the holds that begin at each close but the last `days`: they overlap.
    quantiles : dict of float to Interval
        By probability, of the overlapping holds.
    mean, behind : Interval
        Of the overlapping holds: mean, and share below 0. Intervals by stationary bootstrap, in blocks of a year or two
        holds in the mean.
    independent : float64 (n // days or so,)
        The holds from the first close on that do not overlap.
    independent_behind : Interval
        Their share below 0, Wilson's interval.
    """

    days: int
    divergence: np.ndarray
    quantiles: dict[float, Interval]
    mean: Interval
    behind: Interval
    independent: np.ndarray
    independent_behind: Interval


def divergences(pair: Pair, days: int) -> np.ndarray:
    """Fund return less L times the index's over `days`, from each close that has as many after it, (T + 1 - days,)."""
    fund, index = pair.fund_prices.close, pair.index.close
    return fund[days:] / fund[:-days] - 1 - pair.fund.leverage * (index[days:] / index[:-days] - 1)


def realised(pairs: Sequence[Pair], holds: Sequence[int] = HOLDS) -> list[list[Hold]]:
    """Each pair's holds, the shortest first; holds longer than half a pair's days are left out.

    Raises
    ------
    LetfError
        If no hold is left.
    """
    wanted = sorted({check.integer("horizon", days, low=1, high=10**6) for days in holds})
    found: list[list[Hold]] = [[] for _ in pairs]
    for days in wanted:  # the outer loop: pairs of one length share a bootstrap
        for row, pair in zip(found, pairs, strict=True):
            if HOLDS_A_BLOCK * days < len(pair.dates):
                row.append(_hold(pair, days))
    for row, pair in zip(found, pairs, strict=True):
        if not row:
            raise LetfError(
                f"{pair.fund_prices.source}: {len(pair.dates)} days hold no two holds of {wanted[0]} days; give more "
                "days or a shorter --horizon"
            )
    return found


def _hold(pair: Pair, days: int) -> Hold:
    gaps = divergences(pair, days)
    counts = _counts(len(gaps), max(YEAR, HOLDS_A_BLOCK * days))
    quantiles = np.quantile(gaps, QUANTILES, method="inverted_cdf").tolist()
    drawn = resampled_quantiles(gaps, counts, np.array(QUANTILES)).T
    behind = (gaps < 0).astype(float)
    apart = gaps[::days]
    return Hold(
        days=days,
        divergence=gaps,
        quantiles={
            p: Interval(value, *interval(samples, LEVEL))
            for p, value, samples in zip(QUANTILES, quantiles, drawn, strict=True)
        },
        mean=Interval(float(gaps.mean()), *interval(counts @ gaps / len(gaps), LEVEL)),
        behind=Interval(float(behind.mean()), *interval(counts @ behind / len(gaps), LEVEL)),
        independent=apart,
        independent_behind=wilson(int((apart < 0).sum()), len(apart)),
    )


@lru_cache(maxsize=1)
def _counts(n: int, mean_block: int) -> np.ndarray:
    return stationary_counts(n, mean_block, DRAWS)


def wilson(hits: int, n: int) -> Interval:
    """A share of independent trials and its 95 % interval (Wilson 1927)."""
    z, share = 1.959963984540054, hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Interval(share, max(centre - half, 0.0), min(centre + half, 1.0))
