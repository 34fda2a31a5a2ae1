"""What blocks of paths add up to: laws of several numbers over several horizons."""

from collections.abc import Mapping

import numpy as np

from simulator import bins
from simulator.kernels.stats import PARTIAL, Tally
from simulator.sparse import dense, sparse
from simulator.sums import ExactSums

MOST_COUNTED = 2**32 - 1  # paths that 32 bits can count


class Laws:
    """Sums, extremes and histograms. Every sum is exact: order and grouping of the blocks leave no trace.

    Parameters
    ----------
    horizons : int
    observed : int
        Numbers whose law is kept.
    summed : int
        Numbers of which sums are kept, those first.
    """

    def __init__(self, horizons: int, observed: int, summed: int):
        extremes = np.empty((horizons, observed, 2, PARTIAL))
        extremes[:, :, 0], extremes[:, :, 1] = np.inf, -np.inf
        self.sums = ExactSums((horizons, summed, 2))
        self.tally = Tally(
            sums=np.zeros((*self.sums.shape, PARTIAL)),
            extremes=extremes,
            below=np.zeros((horizons, observed), np.int64),
            counts=np.zeros((horizons, observed, bins.COUNT), np.uint32),
            capped=np.zeros(1, np.int64),
        )
        self._counted: np.ndarray | None = None  # int64, once there are more paths than 32 bits count
        self._uncounted = 0  # paths whose counts are in the tally

    def before(self, paths: int) -> None:
        """Make room for a block of `paths`."""
        if self._uncounted + paths > MOST_COUNTED:
            self._empty(np.zeros(1, np.int64))
        self.tally.sums[:] = 0.0
        self._uncounted += paths

    def after(self) -> None:
        """Take up the sums of the block that has run."""
        self.sums.add(fold(self.tally.sums))

    def _empty(self, more: np.ndarray) -> None:
        """Move the tally's 32-bit counts, and `more`, into 64 bits."""
        self._counted = np.add(self.counts(), more, dtype=np.int64)
        self.tally.counts.fill(0)
        self._uncounted = 0

    def counts(self) -> np.ndarray:
        """The histograms, (horizons, observed, bins)."""
        if self._counted is None:
            return self.tally.counts
        return self._counted + self.tally.counts

    def merge(self, other: "Laws", paths: int) -> None:
        """Add those of other blocks, of `paths` paths, of the same run."""
        self.sums.merge(other.sums)
        mine, theirs = self.tally, other.tally
        np.minimum(mine.extremes[:, :, 0], theirs.extremes[:, :, 0], out=mine.extremes[:, :, 0])
        np.maximum(mine.extremes[:, :, 1], theirs.extremes[:, :, 1], out=mine.extremes[:, :, 1])
        np.add(mine.below, theirs.below, out=mine.below)
        np.add(mine.capped, theirs.capped, out=mine.capped)
        counts = other.counts()
        if self._uncounted + paths > MOST_COUNTED:
            self._empty(counts)
            return
        first, last = bins.bin_of(np.moveaxis(other.extremes(), -1, 0))
        for row in np.ndindex(first.shape):  # of each histogram the span that is used; the rest never becomes memory
            span = slice(first[row], last[row] + 1)
            self.tally.counts[row][span] += counts[row][span]
        self._uncounted += paths

    def extremes(self) -> np.ndarray:
        """Least and greatest values, (horizons, observed, 2)."""
        low, high = self.tally.extremes[:, :, 0], self.tally.extremes[:, :, 1]
        return np.stack([low.min(axis=-1), high.max(axis=-1)], axis=-1)

    def state(self) -> dict[str, np.ndarray]:
        """All of it as plain arrays; `restore` takes them back."""
        used, counts = sparse(self.counts())
        return self.sums.state() | {
            "extremes": self.extremes(),
            "below": self.tally.below,
            "capped": self.tally.capped,
            "used": used,
            "counts": counts,
        }

    def restore(self, state: Mapping[str, np.ndarray], paths: int) -> None:
        """Become what `state` told, of `paths` paths; nothing has been added yet.

        Raises
        ------
        KeyError, IndexError, ValueError
            If it is not the state of these laws over that many paths.
        """
        self.sums = ExactSums.from_state(self.sums.shape, state["limbs"], state["special"])
        self.tally.extremes[:] = restored("extremes", state["extremes"], self.extremes())[..., np.newaxis]
        for name in ("below", "capped"):
            mine = getattr(self.tally, name)
            mine[:] = restored(name, state[name], mine)
        if paths > MOST_COUNTED:
            self._counted = np.zeros(self.tally.counts.shape, np.int64)
        else:
            self._uncounted = paths
        dense(self.tally.counts if self._counted is None else self._counted, state["used"], state["counts"])


def restored(name: str, given: np.ndarray, mine: np.ndarray) -> np.ndarray:
    """`given`, if it has the shape and the type of `mine`.

    Raises
    ------
    ValueError
        If it has not.
    """
    if (given.shape, given.dtype) != (mine.shape, mine.dtype):
        raise ValueError(f"{name} of shape {given.shape} and type {given.dtype}, not {mine.shape} and {mine.dtype}")
    return given


def within(part: str, state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays of one part of a state, whose names begin with the part's."""
    return {name.removeprefix(f"{part}."): array for name, array in state.items() if name.startswith(f"{part}.")}


def fold(partial: np.ndarray) -> np.ndarray:
    """Sums along the last axis, halves added to halves: an order that no version of NumPy changes."""
    with np.errstate(over="ignore", invalid="ignore"):  # a sum beyond a float is infinite, as it should be
        while partial.shape[-1] > 1:
            half = partial.shape[-1] // 2
            partial = partial[..., :half] + partial[..., half:]
    return partial[..., 0]
