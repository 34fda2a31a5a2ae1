"""How the blocks of a run are shared out as the tasks of a cluster."""

from collections import deque

from simulator.engine.blocks import path_work
from simulator.engine.done import Done

TASK_WORK = 2**31  # path-days, as in `blocks`: half a second to some seconds, by market and trade
RESULT_WORK = 2**21  # the work done in the time that one histogram of a result takes to be sent and merged
SPLIT = 2  # a task is at most this part of what is left for a thread, so that all threads end together


class Todo:
    """The blocks of a run that are neither finished nor given out.

    Parameters
    ----------
    done : Done
    """

    def __init__(self, done: Done):
        plan = done.plan
        self._gaps = deque(done.blocks.gaps(len(plan)))
        self.blocks = sum(end - first for first, end in self._gaps)
        part, _, paths = plan.block(0)
        self._block_work = paths * path_work(plan.parts[part].spec)
        self._result_work = RESULT_WORK * plan.spec.laws

    def size(self, threads: int) -> int:
        """How many blocks the next task has, on a cluster of so many threads.

        About a second of work, halved and halved again when little is left; but never so little that results come
        faster than one process can merge them: with T threads each task lasts at least as long as T mergings.
        """
        least = -(-threads * self._result_work // self._block_work)
        most = max(TASK_WORK // self._block_work, 2 * least)
        return max(1, least, min(most, self.blocks // (SPLIT * threads)))

    def take(self, threads: int) -> tuple[int, int]:
        """Give out the next blocks: the first of them and the one after their last."""
        first, gap_end = self._gaps.popleft()
        end = min(first + self.size(threads), gap_end)
        if end < gap_end:
            self._gaps.appendleft((end, gap_end))
        self.blocks -= end - first
        return first, end

    def put_back(self, first: int, end: int) -> None:
        """Take back blocks that were given out and not run."""
        self._gaps.append((first, end))
        self.blocks += end - first
