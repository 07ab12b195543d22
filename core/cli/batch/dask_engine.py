"""The workers of a Dask scheduler, which may come, go and die while a run is at work."""

from __future__ import annotations

import logging
import os
import platform
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import scipy

from core import __version__
from core.errors import InputError
from core.extras import ensure
from core.processes.child_process import deaf_to_ctrl_c

Task = TypeVar("Task")
Result = TypeVar("Result")

_PATIENCE_S = 20
_AHEAD = 256
"""So many tasks at least are with the scheduler; the rest waits here, where it needs no memory."""
_ONE_AT_A_TIME = threading.Lock()
_QUIET = {
    # Dask has each freed array go back to the system at once; to clear its pages anew doubles the
    # time of an alignment.
    "distributed.nanny.pre-spawn-environ": {},
    # Workers and the scheduler look after themselves 60 times a second, beside the work: that
    # costs a sixth of a processor each.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    # A few tasks wait with each worker, and go to another that has none: fewer words are said.
    "distributed.scheduler.worker-saturation": 4.0,
    # What comes of a task is small, and fetched at once.
    "distributed.scheduler.active-memory-manager.start": False,
}
"""How the scheduler and the workers of this machine are set."""
_RESUME = "what is finished is kept: the same command goes on from there"


@contextmanager
def opened_dask(scheduler: str | None, jobs: int) -> Iterator[DaskEngine]:
    """Workers on this machine, or those of a scheduler that is running.

    Raises
    ------
    InputError
        If Dask is not installed, or the scheduler does not answer or has no workers.
    """
    ensure("--engine dask", ("distributed",), "cluster")
    import dask
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        # Versions are compared with every task, and a port that is taken is no matter.
        warnings.simplefilter("ignore")
        # What happens to workers is told by what becomes of their tasks; the second has a level of
        # its own.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if scheduler is None:
            with deaf_to_ctrl_c(), dask.config.set(_QUIET):
                cluster = LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    memory_limit=0,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
                stack.enter_context(cluster)
            client = stack.enter_context(Client(cluster))
        else:
            client = stack.enter_context(_client(scheduler))
        yield DaskEngine(client, scheduler or "the workers of this machine", jobs)


def _client(scheduler: str) -> Any:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=_PATIENCE_S)
    except (OSError, ValueError) as error:
        fix = "check the address, as tcp://node7:8786, and whether it is running"
        raise InputError(f"--scheduler {scheduler}", "does not answer", fix) from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except TimeoutError as error:
        client.close()
        fix = f"start some: dask worker {scheduler} --nthreads 1"
        raise InputError(f"--scheduler {scheduler}", "has no workers", fix) from error
    return client


class DaskEngine:
    """As `core.processes.engine.Engine`; a task whose worker dies goes to another.

    Parameters
    ----------
    client : distributed.Client
    where : str
        What is said of it when it goes away.
    side_by_side : int
    """

    gave_up = "four workers died of it"

    def __init__(self, client: Any, where: str, side_by_side: int) -> None:
        self._client = client
        self._where = where
        self.side_by_side = side_by_side

    def __call__(
        self, work: Callable[[Task], Result], tasks: Sequence[Task]
    ) -> Iterator[tuple[int, Result | None]]:
        """As `Engine`."""
        import cloudpickle
        from distributed import as_completed

        do = partial(_do, Path.cwd(), _versions(), work)
        unpack_and_do = _sent_as_it_is()
        left = iter(enumerate(tasks))
        numbers: dict[Any, int] = {}
        done = as_completed()
        ahead = max(_AHEAD, 4 * sum(self._client.nthreads().values()))

        def give() -> None:
            """Keep workers busy; many tasks at a time, since each time costs milliseconds."""
            if len(numbers) > ahead // 2:
                return
            given = list(islice(left, ahead - len(numbers)))
            packed = [cloudpickle.dumps(partial(do, task)) for _, task in given]
            futures = self._client.map(unpack_and_do, packed, pure=False)
            numbers.update(zip(futures, (number for number, _ in given), strict=True))
            done.update(futures)

        try:
            give()
            for batch in done.batches():
                results = self._results(batch)
                found = [(numbers.pop(future), results[future]) for future in batch]
                give()
                yield from found
        except (OSError, CancelledError) as error:
            raise self._gone() from error
        finally:
            self._client.cancel([*numbers], force=True)

    def _results(self, futures: Sequence[Any]) -> dict[Any, Any]:
        """What came of tasks that are done; None where workers died of one."""
        from distributed import KilledWorker

        finished = [future for future in futures if future.status == "finished"]
        results = dict(zip(finished, self._client.gather(finished), strict=True))
        for future in set(futures) - set(finished):
            try:
                results[future] = future.result()
            except KilledWorker:
                results[future] = None
            except ModuleNotFoundError as error:
                what = f"a worker cannot import {error.name}"
                fix = "install FinchSync there, in the same version"
                raise InputError(self._where, what, fix) from error
        return results

    def _gone(self) -> InputError:
        return InputError(self._where, "the scheduler went away", _RESUME)


def _sent_as_it_is() -> Callable[[bytes], Any]:
    """What unpacks a task and does it, whose code goes along; nothing of it need be installed.

    A scheduler looks at what it hands on, and has no use for FinchSync.
    """

    def unpack_and_do(packed: bytes) -> Any:
        import contextlib
        import pickle
        from importlib import import_module

        with contextlib.suppress(ImportError):
            # Where it is installed, this lets what comes be imported as core.
            import_module("finchsync")
        return pickle.loads(packed)()

    return unpack_and_do


def _versions() -> Mapping[str, str]:
    """What results depend on to the last digit."""
    return {
        "FinchSync": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "NumPy": np.__version__,
        "SciPy": scipy.__version__,
    }


def _do(
    home: Path, wanted: Mapping[str, str], work: Callable[[Task], Result], task: Task
) -> Result:
    """Do a task on a worker: one at a time, as paths go from where the run was started."""
    where = f"worker {platform.node()}"
    for name, version in _versions().items():
        if version != wanted[name]:
            what = f"has {name} {version}, and this run {wanted[name]}"
            raise InputError(where, what, "install the same versions everywhere")
    with _ONE_AT_A_TIME:
        try:
            os.chdir(home)
        except OSError as error:
            fix = "work in a folder that all machines share"
            raise InputError(where, f"has no folder {home}", fix) from error
        return work(task)
