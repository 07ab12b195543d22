"""For the site of the documents: nothing in it leads out, to files or to a network."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Turn links out of ``docs/`` into the names of the files that they lead to."""
    folder = PurePosixPath("docs", page.file.src_uri).parent

    def named(link: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (folder / link[2]).parts:
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        inside = parts[:1] == ["docs"] and PurePosixPath(*parts).suffix not in {".py"}
        if inside and len(parts) > 1 and PurePosixPath(*parts).suffix:
            return link[0]
        return f"{link[1]} (`{'/'.join(parts)}`)" if link[1] != "/".join(parts) else f"`{link[1]}`"

    return _LINK.sub(named, markdown)


def on_post_page(output: str, **_: Any) -> str:
    """Put our own script in the place of one that the theme takes from elsewhere for the search."""
    worker = Path(__file__).with_name("worker.js").read_text("utf-8")
    foreign = re.compile(r'<script src="https://unpkg\.com/iframe-worker/shim"></script>')
    return foreign.sub(lambda _: f"<script>\n{worker}</script>", output)


def on_post_template(output_content: str, **_: Any) -> str:
    """The same for a page that is made of no document."""
    return on_post_page(output_content)
