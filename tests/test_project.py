"""Promises that no single module can keep."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from core import __version__

REPOSITORY = Path(__file__).resolve().parent.parent
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".txt", ".cfg", ".svg", ".json", ""}


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _texts() -> dict[Path, str]:
    return {p: p.read_text("utf-8") for p in _tracked() if p.suffix in TEXT and p != Path(__file__)}


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    homes = re.compile(r"(?<![\w.])/(home|root|Users|work|mnt)/\w|[A-Z]:\\\\?Users")
    found = [str(path) for path, text in _texts().items() if homes.search(text)]
    assert not found


def test_no_file_ties_the_project_to_a_package_index() -> None:
    index = re.compile(r"py" + r"pi\.|pythonhosted|index-url|download\.pytorch|conda\.anaconda")
    found = [str(path) for path, text in _texts().items() if index.search(text)]
    assert not found


def test_no_audio_and_nothing_big_is_in_the_project() -> None:
    audio = {".wav", ".flac", ".ogg", ".mp3"}
    assert not [path for path in _tracked() if path.suffix.lower() in audio]
    assert not [path for path in _tracked() if path.stat().st_size > 2**21]


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_documents_name_files_that_are_there() -> None:
    """Paths as `core/align/pins.py` or `app/views/*.py`, and dotted names as `core.align.pins`."""
    path = re.compile(r"`((?:app|core|tests|benchmarks|resources|packaging|docs)/[\w./*-]+)`")
    dotted = re.compile(r"`((?:app|core|tests|benchmarks)(?:\.\w+)+)")
    for document in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]:
        text = document.read_text("utf-8")
        missing = [name for name in path.findall(text) if not [*REPOSITORY.glob(name.rstrip("/"))]]
        missing += [name for name in dotted.findall(text) if not _is_defined(name)]
        assert not missing, f"{document.name}: {missing}"


def _is_defined(dotted: str) -> bool:
    """Whether a name is a room or a module, or stands in the module that it begins with."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = REPOSITORY.joinpath(*parts[:length])
        module = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if module.is_file():
            source = module.read_text("utf-8")
            return all(re.search(rf"\b{name}\b", source) for name in parts[length:])
    return False


def _requirements() -> dict[str, list[Requirement]]:
    """What ``pyproject.toml`` asks for, by extra; the empty name is what everybody gets."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return {name: [Requirement(line) for line in lines] for name, lines in extras.items()}


def _tested_versions(python: str) -> dict[str, str]:
    """The exact versions that are installed by ``make`` under one version of Python on Linux."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.1",
        "sys_platform": "linux",
    }
    lines = (REPOSITORY / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        pinned = Requirement(line)
        if pinned.marker is None or pinned.marker.evaluate(environment):
            (exact,) = pinned.specifier
            assert exact.operator == "==", line
            assert pinned.name not in found, line
            found[canonicalize_name(pinned.name)] = exact.version
    return found


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_the_tested_versions_are_those_that_the_project_allows(python: str) -> None:
    versions = _tested_versions(python)
    for extra, requirements in _requirements().items():
        for needed in requirements:
            name = canonicalize_name(needed.name)
            if name != "finchsync":
                assert versions[name] in needed.specifier, f"{extra}: {needed}"


@pytest.mark.parametrize("package", ["torch", "torchaudio", "numpy", "PySide6-Essentials"])
def test_tests_run_with_the_tested_versions(package: str) -> None:
    """Where the environment was made by hand, this says why a result may differ."""
    tested = _tested_versions(f"{sys.version_info.major}.{sys.version_info.minor}")
    assert Version(version(package)).public == tested[canonicalize_name(package)]


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_a_release_is_dated_and_can_be_cited() -> None:
    changes = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    found = re.search(rf"^## \[{re.escape(__version__)}\] - (\d{{4}}-\d\d-\d\d)$", changes, re.M)
    assert found is not None
    citation = (REPOSITORY / "CITATION.cff").read_text("utf-8")
    assert f"version: {__version__}\n" in citation
    assert f'date-released: "{found[1]}"' in citation
    assert f"version = {{{__version__}}}" in (REPOSITORY / "docs" / "citing.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("start", "stays_out"),
    [
        (
            "from core.cli.commands import align, demo, doctor",
            ("PySide6", "app", "torch"),
        ),
        ("import main", ("PySide6", "app", "torch", "numpy")),
        ("import app, app.launch", ("torch", "sounddevice")),
    ],
)
def test_starting_loads_only_what_it_needs(start: str, stays_out: tuple[str, ...]) -> None:
    code = f"import sys; {start}; print([m for m in {stays_out!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert answer.stdout == "[]\n"
