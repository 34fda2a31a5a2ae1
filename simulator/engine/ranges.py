"""A set of whole numbers, kept as the ranges that they fill."""

from collections.abc import Iterable, Iterator


class Ranges:
    """A growing set of whole numbers from 0 on, such as the blocks of a run that are finished.

    Parameters
    ----------
    pairs : iterable of (int, int)
        First number of each range and the one after its last; rising and apart.

    Raises
    ------
    ValueError
        If they are not.
    """

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()):
        self.pairs = [(int(first), int(end)) for first, end in pairs]
        reached = -1
        for first, end in self.pairs:
            if not reached < first < end:
                raise ValueError("ranges out of order")
            reached = end

    def add(self, number: int) -> None:
        """Add one number, higher than all that are in."""
        first, end = self.pairs.pop() if self.pairs and self.pairs[-1][1] == number else (number, number)
        self.pairs.append((first, end + 1))

    def merge(self, other: "Ranges") -> None:
        """Add the numbers of a set that shares none with this.

        Raises
        ------
        ValueError
            If it does.
        """
        joined: list[tuple[int, int]] = []
        for first, end in sorted(self.pairs + other.pairs):
            if joined and first < joined[-1][1]:
                raise ValueError(f"{first} is in twice")
            if joined and first == joined[-1][1]:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((first, end))
        self.pairs = joined

    def gaps(self, count: int) -> Iterator[tuple[int, int]]:
        """The ranges of the numbers below `count` that are not in, rising."""
        reached = 0
        for first, end in [*self.pairs, (count, count)]:
            if reached < first:
                yield reached, first
            reached = end

    def missing(self, count: int) -> Iterator[int]:
        """The numbers below `count` that are not in, rising."""
        for first, end in self.gaps(count):
            yield from range(first, end)

    def __len__(self) -> int:
        return sum(end - first for first, end in self.pairs)
