"""A run that outlives its process: what is done of it goes to a file, from which another process takes it up."""

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic, thread_time

from simulator.engine import checkpoint_file
from simulator.engine.blocks import Plan
from simulator.engine.done import Done
from simulator.errors import LetfError
from simulator.files import check_writable, write_atomically
from simulator.lock import locked

SAVE_SECONDS = 10.0  # between two saves ...
MOST_COST = 0.01  # ... or as many more as keep saving below this share of the time


class Checkpoint:
    """The file that keeps what is done of a run. It is whole at every moment, and stays once the run is finished.

    Parameters
    ----------
    path : Path or str
    resume : bool
        Go on with what the file keeps of the same run; where there is no file yet, begin one. Without it a file that
        exists is refused.
    on_failure : callable, optional
        Called with one line when the file cannot be written while the run goes on without it; a RuntimeWarning
        unless given.

    Attributes
    ----------
    resumed : int
        Paths that were done when the run was taken up.
    paths : int or None
        Paths that the file keeps; None before this process knows.
    """

    def __init__(self, path: Path | str, *, resume: bool = False, on_failure: Callable[[str], object] | None = None):
        self.path = Path(path)
        self.resume = resume
        self.resumed = 0
        self.paths: int | None = None
        self._tell = on_failure or (lambda line: warnings.warn(line, RuntimeWarning, stacklevel=2))
        self._failing = False
        self._due = 0.0

    @contextmanager
    def keeping(self, plan: Plan) -> Iterator[Done]:
        """What is done of the run, for the caller to add to; written when the context ends, by an interrupt too.

        Raises
        ------
        LetfError
            If the file cannot be written, is in use, is not asked to be resumed, or keeps nothing of this run.
        """
        check_writable(self.path)
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(f"{self._beside()}.lock"))
            except BlockingIOError:
                raise LetfError(f"{self.path}: in use by another process; wait for it, or name another file") from None
            is_new = not os.path.exists(self.path)
            done = self._begin(plan)
            try:
                yield done
            finally:
                if done.is_whole and done.paths > (self.paths or 0):
                    self._failing = False  # to be told once more in the end
                    self._try(lambda: done)
                if is_new and done.paths == 0:  # nothing that another run would have to be told to take up
                    self._forget()

    def save_if_due(self, stock: Callable[[], Done]) -> None:
        """Write what is done so far, as `stock` tells it, if the last time is long enough ago."""
        if monotonic() >= self._due:
            self._try(stock)

    def _beside(self) -> str:
        """A name for what lies beside the file while it is in use: always the same, and never too long."""
        folder, name = os.path.split(os.path.realpath(self.path))
        return os.path.join(folder, f".letf-{hashlib.sha256(os.fsencode(name)).hexdigest()[:16]}")

    def _begin(self, plan: Plan) -> Done:
        self._due = monotonic() + SAVE_SECONDS
        if not os.path.exists(self.path):
            done = Done(plan)
            self._write(done)  # what forbids it is better known now than in ten seconds
            return done
        done = checkpoint_file.restored(self.path, checkpoint_file.read(self.path), plan)
        if not self.resume:
            share = f"keeps this run, {100 * done.paths // plan.spec.paths} % done"
            raise LetfError(f"{self.path}: {share}; add --resume to go on with it, or name another file")
        self.resumed = self.paths = done.paths
        return done

    def _try(self, stock: Callable[[], Done]) -> None:
        begun = thread_time()  # to wait for the disk, or for others at work here, costs the run nothing
        try:
            done = stock()
            if done.is_whole:
                self._write(done)
                self._failing = False
        except (LetfError, MemoryError) as error:  # the run is worth more
            if not self._failing:
                reason = str(error) if isinstance(error, LetfError) else f"{self.path}: out of memory"
                self._tell(f"{reason}; it keeps {self.paths:,} paths")
            self._failing = True
        self._due = monotonic() + max(SAVE_SECONDS, (thread_time() - begun) / MOST_COST)

    def _forget(self) -> None:
        self.paths = None
        with suppress(OSError):
            os.unlink(self.path)

    def _write(self, done: Done) -> None:
        write_atomically(self.path, checkpoint_file.to_bytes(done), draft=self._beside())
        self.paths = done.paths
