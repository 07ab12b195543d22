"""Where the documents are: in a clone, in an installed wheel and in the bundle alike."""

from __future__ import annotations

from pathlib import Path

_HOME = Path(__file__).parents[1]


def documents() -> Path:
    """The folder of the documents, as Markdown with its pictures."""
    return _HOME / "docs"


def manual() -> Path | None:
    """The first page of the documents as a site, where it was built; it needs no network."""
    page = _HOME / "site" / "index.html"
    return page if page.is_file() else None
