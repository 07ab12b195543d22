"""Finished steps of learning, kept beside its output, so that a run that was ended can go on.

They lie in ``OUT.partial`` under a name made of all that they depend on: with other corrections,
another model in use or another version nothing is found, and learning starts afresh. So it does
where a file is not to the letter what was written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError
from core.formats.files.atomic import write_whole
from core.formats.files.reading import read_whole

_DIGEST_BYTES = 16
_OWN = re.compile(r"[0-9a-f]{32}-[a-z0-9]+\.step|\.finchsync-.*\.tmp")


@dataclass(frozen=True, slots=True)
class KeptSteps:
    """Where finished steps are kept.

    Parameters
    ----------
    folder : Path or None
        Made with the first step; nothing is kept without one.
    key : str
        Of what is learned from, 32 hexadecimal digits.
    """

    folder: Path | None = None
    key: str = ""

    @classmethod
    def beside(cls, out: Path) -> KeptSteps:
        """Where learning keeps its steps until it can write `out`."""
        return cls(out.with_name(f"{out.name}.partial"))

    def of(self, content: object) -> KeptSteps:
        """Those of one run, told from others by all that it depends on, as plain values."""
        digest = hashlib.blake2b(repr(content).encode(), digest_size=_DIGEST_BYTES)
        return replace(self, key=digest.hexdigest())

    def load(self, name: str) -> bytes | None:
        """What was kept under a name, or None if there is nothing of use."""
        if self.folder is None:
            return None
        try:
            content = read_whole(self._file(name))
        except InputError:
            return None
        told, rest = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        return rest if told == _digest(rest) else None

    def save(self, name: str, content: bytes) -> None:
        """Keep a step, and no longer those of another run.

        Where the disk refuses, learning goes on without.
        """
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for path in self._files():
                if not path.name.startswith(self.key):
                    path.unlink(missing_ok=True)
            with write_whole(self._file(name), overwrite=True) as file:
                file.write(_digest(content) + content)
        except (OSError, InputError):
            return

    def clear(self) -> None:
        """Remove what was kept here, and the folder if nothing else is in it."""
        try:
            for path in self._files():
                path.unlink(missing_ok=True)
            if self.folder is not None:
                self.folder.rmdir()
        except OSError:
            return

    def _file(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{self.key}-{name}.step"

    def _files(self) -> Iterator[Path]:
        if self.folder is not None:
            yield from [path for path in self.folder.iterdir() if _OWN.fullmatch(path.name)]


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()
