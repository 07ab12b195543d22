"""Recordings aligned by the workers of a Dask scheduler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

from core.cli.batch import dask_engine
from core.cli.batch.dask_engine import DaskEngine, opened_dask
from core.errors import InputError

REPOSITORY = Path(__file__).resolve().parents[4]

pytestmark = [
    # Dask's own threads and sockets outlive its closing by a moment.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.fixture(scope="module")
def two_workers() -> Iterator[DaskEngine]:
    with opened_dask(None, 2) as engine:
        yield engine


def test_every_task_comes_back_with_its_number(two_workers: DaskEngine) -> None:
    tasks = [*range(300)]
    assert sorted(two_workers(lambda task: task * task, tasks)) == [(n, n * n) for n in tasks]


def test_paths_go_from_where_the_run_was_started(
    two_workers: DaskEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (place,) = {result for _, result in two_workers(lambda _: os.getcwd(), [1])}  # noqa: PTH109
    assert place == str(tmp_path)


def test_a_worker_that_is_killed_costs_nothing_but_time(
    two_workers: DaskEngine, tmp_path: Path
) -> None:
    first = tmp_path / "first"

    def deadly_once(task: int) -> int:
        if task == 5 and not first.exists():
            first.touch()
            os.kill(os.getpid(), signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        return -task

    found = sorted(two_workers(deadly_once, range(20)))
    assert found == [(number, -number) for number in range(20)]
    assert first.exists()


def test_workers_of_other_versions_are_refused(
    two_workers: DaskEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {**dask_engine._versions(), "NumPy": "1.0"}
    monkeypatch.setattr(dask_engine, "_versions", lambda: other)
    with pytest.raises(InputError, match=r"has NumPy [\d.]+, and this run 1\.0; install the same"):
        list(two_workers(lambda task: task, [1]))


@pytest.mark.slow
def test_the_table_is_the_same_to_the_byte(finchsync, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    assert finchsync("simulate", folder, "--files", 3, "--duration", 8).code == 0
    tables = []
    for name, engine in (("one", ()), ("dask", ("--engine", "dask", "--jobs", 2))):
        out = tmp_path / f"{name}.csv"
        assert finchsync("align", folder, "-o", out, *engine).code == 0
        tables.append(out.read_bytes())
    assert tables[0] == tables[1]


def test_a_scheduler_that_is_not_there_is_named(
    finchsync, make_audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_engine, "_PATIENCE_S", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        asked = ("--engine", "dask", "--scheduler", address)
        result = finchsync("align", make_audio(), "-o", tmp_path / "x.csv", *asked)
        assert result.code == 2
        assert result.err.splitlines()[-1].startswith(f"--scheduler {address}: does not answer")


def test_a_scheduler_needs_its_engine(finchsync, make_audio, tmp_path: Path) -> None:
    result = finchsync("align", make_audio(), "-o", tmp_path / "x.csv", "--scheduler", "tcp://a:1")
    assert "of no use without --engine dask" in result.err


def test_a_scheduler_without_workers_says_how_to_start_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(dask_engine, "_PATIENCE_S", 1)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=None) as cluster,
        pytest.raises(InputError, match="has no workers; start some: dask worker"),
        opened_dask(cluster.scheduler_address, 1),
    ):
        pass


@pytest.mark.slow
def test_a_scheduler_that_goes_away_leaves_what_is_done() -> None:
    from distributed import LocalCluster

    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    )
    with opened_dask(cluster.scheduler_address, 1) as engine:
        done = engine(lambda _: time.sleep(0.2), range(1000))
        assert next(done) == (0, None)
        cluster.close()
        with pytest.raises(InputError, match="the scheduler went away; what is finished is kept"):
            list(done)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """Address of a scheduler that knows no FinchSync, with a worker that does, in other folders."""
    place, told = tmp_path / "elsewhere", tmp_path / "scheduler.json"
    place.mkdir()
    ours = os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "packaging")))
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def start(part: str, *words: str, **more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", "--no-dashboard", *words]
        return subprocess.Popen(
            [*command, "--scheduler-file", str(told)],
            cwd=place,
            env=known | more,
            stderr=subprocess.DEVNULL,
        )

    started = [
        start("scheduler", "--port", "0", "--host", "127.0.0.1"),
        start("worker", "--nthreads", "1", "--no-nanny", PYTHONPATH=ours),
    ]
    try:
        until_s = time.monotonic() + 60
        while not told.exists() or not told.read_text("utf-8"):
            assert time.monotonic() < until_s
            time.sleep(0.1)
        yield json.loads(told.read_text("utf-8"))["address"]
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


@pytest.mark.slow
def test_a_scheduler_that_is_running_is_used(finchsync, tmp_path: Path, elsewhere: str) -> None:
    folder = tmp_path / "set"
    assert finchsync("simulate", folder, "--files", 2, "--duration", 8).code == 0
    there, here = tmp_path / "there.csv", tmp_path / "here.csv"
    asked = ("--engine", "dask", "--scheduler", elsewhere)
    assert finchsync("align", folder, "-o", there, *asked).code == 0
    assert finchsync("align", folder, "-o", here).code == 0
    assert there.read_bytes() == here.read_bytes()
