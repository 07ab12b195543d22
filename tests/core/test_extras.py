"""What a person is told who lacks an extra, and where the bundled program looks for PyTorch."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from core.errors import InputError
from core.extras import ensure, learning_pack, use_learning_pack


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The bundled program, and the place of its learning pack."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("FINCHSYNC_LEARNING_PACK", str(tmp_path))
    return tmp_path


def test_what_is_there_is_not_asked_for() -> None:
    ensure("counting", ("math", "json"), "nets")


def test_a_missing_extra_is_installed_by_name() -> None:
    with pytest.raises(InputError) as refused:
        ensure("counting", ("math", "no_such_package"), "cluster")
    assert str(refused.value) == (
        "counting: needs no_such_package, not installed here; "
        'install FinchSync with its extra: pip install "finchsync[cluster]".'
    )


def test_the_bundled_program_cannot_be_told_to_install(frozen: Path) -> None:
    with pytest.raises(InputError, match="put the learning pack into") as refused:
        ensure("BEATs", ("no_such_package",), "nets")
    assert str(frozen) in str(refused.value)
    with pytest.raises(InputError, match="bundled program does without"):
        ensure("--engine dask", ("no_such_package",), "cluster")


def test_the_bundled_program_takes_from_its_pack_what_it_lacks(frozen: Path) -> None:
    (frozen / "found_in_the_pack.py").touch()
    (frozen / "json.py").write_text("raise SystemExit('hides what the program holds')")
    use_learning_pack()
    ensure("BEATs", ("found_in_the_pack",), "nets")
    assert sys.path[-1] == str(frozen)


def test_only_the_bundled_program_has_a_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [*sys.path]
    use_learning_pack()
    assert sys.path == before


@pytest.mark.parametrize(
    ("platform", "environment", "place"),
    [
        ("win32", {"LOCALAPPDATA": "local"}, Path("local")),
        ("darwin", {}, Path.home() / "Library" / "Application Support"),
        ("linux", {"XDG_DATA_HOME": "data"}, Path("data")),
        ("linux", {}, Path.home() / ".local" / "share"),
    ],
)
def test_the_pack_lies_where_the_window_keeps_its_sessions(
    platform: str, environment: dict[str, str], place: Path
) -> None:
    assert learning_pack(environment, platform) == place / "FinchSync/FinchSync/learning-pack"
