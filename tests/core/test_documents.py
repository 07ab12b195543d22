"""The documents lie beside the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import documents


def test_the_documents_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (documents.documents() / "tutorial.md").is_file()


def test_the_manual_is_there_once_it_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_HOME", tmp_path)
    assert documents.manual() is None
    page = tmp_path / "site" / "index.html"
    page.parent.mkdir()
    page.touch()
    assert documents.manual() == page
