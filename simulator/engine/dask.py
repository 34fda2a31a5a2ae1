"""A Dask scheduler and its workers, as a run needs them: the one file that imports Dask."""

import asyncio
import gc
import logging
import socket
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from simulator.engine.address import Address
from simulator.engine.local_workers import LocalWorkers
from simulator.engine.task import identity
from simulator.errors import LetfError

try:
    import dask
    from distributed import Client, Future, KilledWorker, LocalCluster
    from distributed.comm import connect
except ImportError:
    raise LetfError('a cluster needs Dask; install it with pip install "letf[cluster]"') from None

CONNECT_SECONDS = 4.0
START_SECONDS = 5.0  # for the first worker to come and for all to tell what they compute with
LOCAL_SECONDS = 30.0  # for the first process of this machine to come
ASK_SECONDS = 1.0  # between two looks at which workers there are
LOST_SECONDS = 12.0  # without word of any worker, before a run gives up
FETCH_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)  # for a result to come over; the last try is for slow lines
CLOSE_SECONDS = 2.0
TICK = 0.05
NOISY = ("distributed", "tornado", "asyncio")  # loggers


class Scheduler:
    """A connection to a scheduler, new or found, with at least one worker that computes what this process would.

    A context; what has not ended by its end is called off.

    Parameters
    ----------
    address : Address
    most : int
        How many workers to start at most, where they are to be started.

    Raises
    ------
    LetfError
        From any method, in one line, when the cluster is not as it should be.
    """

    def __init__(self, address: Address, most: int):
        self._address, self._most = address, most
        self._local: LocalWorkers | None = None
        self._threads, self._asked, self._seen = 0, -inf, inf

    def __enter__(self) -> "Scheduler":
        with ExitStack() as stack:
            stack.enter_context(_quiet())
            self._client = self._connect(self._start(stack) if self._address.workers else self._knock())
            stack.callback(self._client.close, CLOSE_SECONDS)
            self._await_worker()
            self.check_workers()
            self._seen = monotonic()
            self._stack = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> str:
        folder = stack.enter_context(TemporaryDirectory(prefix="letf-cluster-", ignore_cleanup_errors=True))
        quietly = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
        with dask.config.set({"temporary-directory": folder}):  # Dask puts it on sys.path, so it must be ours alone
            try:
                cluster = LocalCluster(n_workers=0, host="127.0.0.1", silence_logs=False, scheduler_kwargs=quietly)
            except (OSError, RuntimeError, ValueError) as error:
                raise self.error(f"no scheduler can be started: {error}") from None
        stack.callback(cluster.close, CLOSE_SECONDS)
        count = min(self._address.workers, self._most)
        self._local = stack.enter_context(LocalWorkers(cluster.scheduler_address, count, Path(folder)))
        return cluster.scheduler_address

    def _knock(self) -> str:
        """See that a scheduler is there; where none is, Dask's client tries for long and fails with noise."""
        host, port = self._address.host, self._address.port
        try:
            socket.create_connection((host, port), CONNECT_SECONDS).close()
        except UnicodeError:  # of a name that no host can have
            raise self.error("no host can be called so; give the scheduler's address") from None
        except OSError as error:
            raise self.error(f"nobody answers there ({error.strerror or error}); is the scheduler up?") from None
        found = f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
        with ThreadPoolExecutor(1) as pool:  # a notebook has a loop of its own on this thread
            if pool.submit(asyncio.run, _type_of(found)).result() != "Scheduler":
                raise self.error("no Dask scheduler answers there; is it up, without TLS, and is this its port?")
        return found

    def _connect(self, found: str) -> Client:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of libraries that differ; those that matter are looked at
                return Client(found, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ImportError, ValueError) as error:
            raise self.error(f"the scheduler there is of another Dask ({type(error).__name__})") from None

    def _await_worker(self) -> None:
        deadline = monotonic() + (LOCAL_SECONDS if self._local else START_SECONDS)
        while not self._count():
            if self._local:
                self._local.replenish()
            if monotonic() > deadline:
                raise self.error("it has no worker" + ("" if self._local else "; start some with: dask worker ADDRESS"))
            sleep(TICK)

    def check_workers(self) -> None:
        """See that all workers compute with what this process does."""
        mine, found = identity(), self._ask(lambda: self._client.run(identity, on_error="return"))
        for worker, theirs in sorted(found.items()):
            if isinstance(theirs, OSError):  # it has just gone
                continue
            if not isinstance(theirs, dict):
                raise self.error(f"worker {worker} has no letf {mine['letf']} to import ({theirs}); install it there")
            if differing := [name for name in mine if theirs.get(name) != mine[name]]:
                has, needed = (", ".join(f"{name} {of.get(name)}" for name in differing) for of in (theirs, mine))
                raise self.error(f"worker {worker} has {has}, the run needs {needed}; install the same on all")

    def _count(self) -> int:
        return sum(self._ask(self._client.nthreads).values())

    def threads(self) -> int:
        """How many tasks the workers run at once; 0 for a while where all were lost and new ones may come."""
        if monotonic() - self._asked < ASK_SECONDS:
            return self._threads
        if self._local:
            self._local.replenish()
        trouble: LetfError | None = None
        try:
            self._threads = self._count()
            if not self._threads:
                trouble = self.error("all workers are lost, and no other has come")
        except LetfError as error:  # a scheduler may be busy for a while
            trouble = error
        self._asked = monotonic()
        if not trouble:
            self._seen = self._asked
        elif self._asked - self._seen > (LOCAL_SECONDS if self._local else LOST_SECONDS):
            raise trouble
        return self._threads

    def submit(self, heard: Callable[[Future], object], function: Callable, *arguments) -> Future:
        """Have a worker call the function; `heard` is called, on a thread, when it has."""
        task = self._client.submit(function, *arguments, pure=False)
        task.add_done_callback(heard)
        return task

    def result(self, task: Future) -> bytes | None:
        """What an ended task gave; None if nothing came over: its worker died too early, or several died at it."""
        for patience in FETCH_SECONDS:
            try:
                return task.result(patience)
            except TimeoutError:
                if task.status != "finished":
                    return None
            except KilledWorker:
                return None
            except Exception as error:
                if task.cancelled():
                    raise self.error("the scheduler is lost") from None
                self.check_workers()
                raise self.error(f"a worker failed: {type(error).__name__}: {error}") from None
        return None

    def _ask(self, question: Callable):
        try:
            return self._client.sync(question, callback_timeout=START_SECONDS)
        except Exception as error:
            raise self.error(f"the scheduler or a worker does not answer ({type(error).__name__})") from None

    def error(self, what: str) -> LetfError:
        """`what` is wrong with this cluster, in one line."""
        return LetfError(" ".join(f"cluster {self._address.text}: {what}".split()))

    def __exit__(self, *exception) -> None:
        self._stack.close()


async def _type_of(address: str) -> str | None:
    """What a Dask server there says that it is; None if there is none."""

    async def ask() -> str:
        line = await connect(address, timeout=CONNECT_SECONDS)
        try:
            await line.write({"op": "identity", "reply": True})
            return (await line.read())["type"]
        finally:
            line.abort()

    try:
        return await asyncio.wait_for(ask(), CONNECT_SECONDS)
    except Exception:  # what other servers' words end in has no common class
        return None


@contextmanager
def _quiet() -> Iterator[None]:
    """No log lines on stderr: what matters becomes an error."""
    names = [name for name in (*NOISY, *logging.root.manager.loggerDict) if name.partition(".")[0] in NOISY]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        gc.collect()  # what Dask's tasks left behind complains when it is collected
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
