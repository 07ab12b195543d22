"""The manual: what stands in it is so, and it needs no network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.arguments.reference import as_markdown

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = REPOSITORY / "docs"


def test_the_command_line_is_that_of_the_program() -> None:
    """``python -m core.cli.arguments.reference > docs/commands.md`` renews it."""
    told = (DOCUMENTS / "commands.md").read_text("utf-8").strip()
    assert told == as_markdown().strip()


def test_every_document_has_a_place_in_the_manual() -> None:
    listed = set(re.findall(r"[\w/]+\.md", (REPOSITORY / "mkdocs.yml").read_text("utf-8")))
    assert {path.name for path in DOCUMENTS.glob("*.md")} == listed


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="the extra 'manual' is not installed")
    pytest.importorskip("material", reason="the extra 'manual' is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(
        [*command, "--quiet"],
        cwd=REPOSITORY,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_no_link_is_broken(site: Path) -> None:
    assert (site / "index.html").is_file()
    assert "align_steps" in (site / "scripts.html").read_text("utf-8")


def test_it_is_read_and_searched_without_a_network(site: Path) -> None:
    loads = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
    for page in site.rglob("*.html"):
        foreign = [tag for tag in loads.findall(page.read_text("utf-8")) if "canonical" not in tag]
        assert not foreign, page.name
    assert not [*site.rglob("*.woff*")]
    # A page that is opened from a disk may read a script, and no other file.
    assert (site / "search" / "search_index.js").is_file()
