"""What a person gets who installs FinchSync: one package that holds all it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core import __version__

builder = pytest.importorskip("hatchling.build", reason="hatchling builds the wheel")

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _built(tmp_path_factory.mktemp("first"))


def _built(folder: Path) -> Path:
    code = f"import hatchling.build as b; b.build_wheel({str(folder)!r})"
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_all_lies_under_one_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        tops = {name.split("/")[0] for name in packed.namelist()}
    assert tops == {"finchsync", f"finchsync-{__version__}.dist-info"}


def test_it_holds_what_the_program_reads_and_what_others_ask_to_be_told(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        held = set(packed.namelist())
    info = f"finchsync-{__version__}.dist-info"
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/resources/LICENSES.md"} <= held
    for folder in ("app", "core", "resources", "docs"):
        for path in (REPOSITORY / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"finchsync/{path.relative_to(REPOSITORY).as_posix()}" in held


def test_built_again_it_is_the_same_to_the_byte(wheel: Path, tmp_path: Path) -> None:
    assert _built(tmp_path).read_bytes() == wheel.read_bytes()


def test_it_runs_beside_others_who_use_the_same_names(
    wheel: Path, tmp_path: Path, make_audio: Callable[..., Path]
) -> None:
    """Children of the program among them: those of ``--jobs``, and what doctor asks."""
    for name in ("app", "core", "resources", "main"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not FinchSync')")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    for number in (1, 2):
        make_audio(f"recordings/{number}.wav", seed=number)
    start = "from finchsync import main; raise SystemExit(main())"
    script = tmp_path / "finchsync-script"
    script.write_text(f"if __name__ == '__main__':\n    {start}\n")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    for arguments in (
        ("align", "recordings", "--jobs", "2", "--out", "found.csv"),
        ("doctor", "--part", "screen"),
    ):
        subprocess.run(
            [sys.executable, str(script), *arguments],
            cwd=tmp_path,
            env=environment,
            check=True,
            capture_output=True,
        )
    assert (tmp_path / "found.csv").is_file()
