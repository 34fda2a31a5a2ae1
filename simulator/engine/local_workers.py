"""Worker processes of a cluster on this machine."""

import os
import subprocess
import sys
from pathlib import Path

from simulator.errors import LetfError

COMMAND = (sys.executable, "-P", "-m", "distributed.cli.dask_worker")
OPTIONS = ("--no-nanny", "--no-dashboard", "--nthreads=1", "--memory-limit=0", "--host=127.0.0.1", "--death-timeout=30")


class LocalWorkers:
    """Processes of one thread each that work for a scheduler on this machine; a context, at whose end they are gone.

    They are of a session of their own, so that Ctrl-C on a terminal does not reach them. Should this process be killed,
    they end when they miss its scheduler.

    Parameters
    ----------
    scheduler : str
        Its address.
    count : int
    folder : Path
        Where they may write.
    """

    def __init__(self, scheduler: str, count: int, folder: Path):
        self._command = [*COMMAND, scheduler, *OPTIONS, f"--local-directory={folder}"]
        self._count, self._log = count, folder / "log"
        self._processes: list[subprocess.Popen] = []

    def __enter__(self) -> "LocalWorkers":
        try:
            self.replenish()
        except BaseException:
            self.__exit__()
            raise
        return self

    def replenish(self) -> None:
        """Start as many as are missing: at first all, later those that were killed.

        Raises
        ------
        LetfError
            If one has ended by itself.
        """
        for process in self._processes:
            if (process.poll() or 0) > 0:
                word = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
                raise LetfError(
                    f"cluster: a worker process of this machine failed with exit code {process.returncode}: {word}"
                )
        self._processes = [process for process in self._processes if process.returncode is None]
        while len(self._processes) < self._count:
            self._processes.append(self._start())

    def _start(self) -> subprocess.Popen:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __exit__(self, *exception) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
