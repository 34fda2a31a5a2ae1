"""Stationary block bootstrap: how far an average or a quantile of dependent days may be off."""

from typing import NamedTuple

import numpy as np

from simulator.errors import LetfError
from simulator.spec import check

DRAWS = 1000
SEED = 1


class Interval(NamedTuple):
    """An estimate and its 95 % interval."""

    estimate: float
    low: float
    high: float

    def excludes(self, value: float = 0.0) -> bool:
        """Whether the data resolve the estimate from `value`; an unknown interval resolves nothing."""
        return self.low > value or self.high < value


def stationary_counts(n: int, mean_block: float, draws: int = DRAWS, seed: int = SEED) -> np.ndarray:
    """How often each of `n` consecutive observations stands in each resample, (draws, n); rows sum to `n`.

    A resample is made of blocks that begin anywhere with equal chance, wrap around the end and have geometric lengths
    of mean `mean_block` (Politis and Romano 1994, section 2). Order does not matter to means and quantiles, so the
    counts are all they need: the mean of `values` in each resample is `counts @ values / n`.

    Parameters
    ----------
    n : int
        At least 1.
    mean_block : float
        In observations, at least 1; it should exceed the reach of the dependence.
    draws : int
    seed : int
        The same counts each time.

    Raises
    ------
    LetfError
        If a number is out of its range.
    """
    n, draws = check.integer("n", n, low=1, high=10**8), check.integer("draws", draws, low=1, high=10**6)
    if not mean_block >= 1:
        raise LetfError(f"mean_block must be at least 1 observation, got {mean_block!r}")
    rng = np.random.default_rng(seed)
    change = np.zeros((draws, n + 1), np.int32)  # of the count from one observation to the next
    missing = np.full(draws, n)
    while (open_rows := np.flatnonzero(missing)).size:
        first = rng.integers(n, size=open_rows.size)
        length = np.minimum(rng.geometric(1 / mean_block, open_rows.size), missing[open_rows])
        missing[open_rows] -= length
        stop = first + length
        change[open_rows, first] += 1
        change[open_rows, np.minimum(stop, n)] -= 1
        wrapped = stop > n
        change[open_rows[wrapped], 0] += 1
        change[open_rows[wrapped], stop[wrapped] - n] -= 1
    return np.cumsum(change[:, :n], axis=1, dtype=np.int32)


def stationary_days(n: int, mean_block: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """One resample in its order: the positions of `count` observations out of `n` consecutive ones, (count,).

    Parameters
    ----------
    n, count : int
        At least 1.
    mean_block : float
        As in `stationary_counts`.
    rng : Generator
    """
    begins = rng.random(count) < 1 / mean_block
    begins[0] = True
    heads = np.flatnonzero(begins)
    block = np.cumsum(begins) - 1
    return (rng.integers(n, size=heads.size)[block] + np.arange(count) - heads[block]) % n


def resampled_quantiles(values: np.ndarray, counts: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Quantiles of each resample, (draws, P): its least value with at least a share p of the values at or below it.

    Parameters
    ----------
    values : float64 (n,)
    counts : whole numbers (draws, n)
        Of `stationary_counts`.
    probabilities : (P,)
        In (0, 1].
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[:, order], axis=1, dtype=np.int32)
    wanted = np.ceil(np.asarray(probabilities) * len(values) - 1e-9)
    ranks = np.array([np.searchsorted(row, wanted) for row in reached])
    return values[order][ranks]


def interval(samples: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of resampled figures: a percentile interval (Efron and Tibshirani 1993, section 13.3)."""
    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail])
    return float(low), float(high)
