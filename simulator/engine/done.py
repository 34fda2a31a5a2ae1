"""What has been done of a run: which of its blocks, and what they added up to."""

import io

import numpy as np

from simulator.engine.blocks import Plan
from simulator.engine.laws import within
from simulator.engine.ranges import Ranges
from simulator.engine.statistics import Statistics


class Done:
    """The finished blocks of a run and their statistics; runs of other blocks merge to the same whole in any order.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    blocks : Ranges
        Numbers of the finished blocks.
    statistics : list of Statistics
        One a part.
    is_whole : bool
        False once a block or a merge failed halfway: the statistics then hold paths of no finished block, and are of
        no use.
    """

    def __init__(self, plan: Plan):
        self.plan = plan
        self.blocks = Ranges()
        self.is_whole = True
        self.statistics = [Statistics(part.spec) for part in plan.parts]

    @property
    def paths(self) -> int:
        """How many paths are finished."""
        return sum(part.paths for part in self.statistics)

    def run(self, number: int) -> None:
        """Simulate the block of that number, which is not finished yet."""
        part, first, paths = self.plan.block(number)
        self.is_whole = False
        self.statistics[part].run(self.plan.parts[part].lowered, first, paths)
        self.blocks.add(number)
        self.is_whole = True

    def merge(self, other: "Done") -> None:
        """Add what was done elsewhere of the same run: other blocks.

        Raises
        ------
        ValueError
            If a block was done by both.
        """
        whole = self.is_whole and other.is_whole
        self.is_whole = False
        self.blocks.merge(other.blocks)
        for mine, theirs in zip(self.statistics, other.statistics, strict=True):
            mine.merge(theirs)
        self.is_whole = whole

    def take(self, other: "Done") -> None:
        """The same of one that nobody uses any more: where nothing is done here yet, what it holds need not be copied.

        Raises
        ------
        ValueError
            As `merge`.
        """
        if self.blocks:
            self.merge(other)
        else:
            self.blocks, self.statistics, self.is_whole = other.blocks, other.statistics, other.is_whole

    def to_bytes(self) -> bytes:
        """All of it as the bytes of an .npz file without compression or pickles; `from_bytes` gives it back."""
        buffer = io.BytesIO()
        arrays = {"key": np.array(self.plan.key()), "blocks": np.array(self.blocks.pairs, np.int64).reshape(-1, 2)}
        for number, part in enumerate(self.statistics):
            arrays |= {f"{number}.{name}": array for name, array in part.state().items()}
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, plan: Plan, content: bytes) -> "Done":
        """What `to_bytes` told of the same run.

        Raises
        ------
        ValueError
            If it is another run's, or not whole.
        """
        done = cls(plan)
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            key, pairs = str(arrays["key"]), arrays["blocks"]
        except MemoryError:
            raise
        except Exception:  # what zip and NumPy raise on damaged bytes has no common class
            raise ValueError("damaged") from None
        if key != plan.key():
            raise ValueError("of another run")
        try:
            done._restore(pairs, arrays)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"damaged: {error}") from None
        return done

    def _restore(self, pairs, arrays):
        self.blocks = Ranges(pairs)
        if self.blocks.pairs and not 0 <= self.blocks.pairs[0][0] <= self.blocks.pairs[-1][1] <= len(self.plan):
            raise ValueError("blocks that the run does not have")
        for number, part in enumerate(self.statistics):
            part.restore(within(str(number), arrays))
        count = self.plan.paths_before
        if self.paths != sum(count(end) - count(first) for first, end in self.blocks.pairs):
            raise ValueError("blocks and paths that contradict each other")
