"""Embeddings on disk: one safetensors file a batch, whole or not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.errors import InputError, system_reason
from core.formats.files.atomic import write_whole
from core.nets.clips import Starts

DISK_BYTES = 1 << 32
_SUFFIX = ".safetensors"

Source = tuple[str, str, int]
"""Model, recording's fingerprint and channel."""
_Place = tuple[Path, int]


class TokenStore:
    """A folder of embeddings.

    What cannot be read is embedded again; a disk that refuses to take more is left
    alone, and `refusal` says why.

    Parameters
    ----------
    folder : Path
        Made where missing; nothing else should be in it.
    disk_bytes : int
        The files written longest ago are removed beyond it.

    Attributes
    ----------
    refusal : InputError or None
        Why nothing more is written.
    """

    def __init__(self, folder: Path, disk_bytes: int = DISK_BYTES) -> None:
        self._folder, self._most = folder, disk_bytes
        self._index: dict[Source, dict[int, _Place]] = {}
        self._held: int | None = None
        self.refusal: InputError | None = None

    def read(self, source: Source, start: Iterable[int]) -> dict[int, Tensor]:
        """Those of the clips that are there, by first sample; tokens of shape (T, D)."""
        known = self._known(source)
        wanted: dict[Path, list[tuple[int, int]]] = {}
        for first in start:
            if first in known:
                path, row = known[first]
                wanted.setdefault(path, []).append((first, row))
        found: dict[int, Tensor] = {}
        for path, rows in wanted.items():
            try:
                with safe_open(path, framework="pt") as file:
                    tokens = file.get_tensor("tokens")
                found |= {first: tokens[row] for first, row in rows}
            except (SafetensorError, OSError, IndexError):
                for first, _ in rows:
                    known.pop(first, None)
        return found

    def write(self, source: Source, start: Starts, tokens: Tensor) -> None:
        """Add clips.

        Parameters
        ----------
        source : Source
        start : ndarray of int, shape (N,)
        tokens : Tensor, shape (N, T, D)
        """
        if self.refusal is not None:
            return
        firsts = torch.from_numpy(start.copy())
        digest = hashlib.blake2b(start.tobytes(), digest_size=8).hexdigest()
        path = self._folder / f"{_stem(source)}-{digest}{_SUFFIX}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with write_whole(path, overwrite=True) as file:
                content = save({"start": firsts, "tokens": tokens.contiguous()})
                file.write(content)
        except InputError as error:
            self.refusal = error
            return
        except OSError as error:
            reason = system_reason(error)
            self.refusal = InputError(self._folder, f"cannot be written ({reason})", "free it")
            return
        self._known(source).update({int(s): (path, row) for row, s in enumerate(start)})
        self._tidy(len(content))

    def _known(self, source: Source) -> dict[int, _Place]:
        """Where the clips of a source are, read from the folder the first time."""
        if source not in self._index:
            known: dict[int, _Place] = {}
            for path in sorted(self._folder.glob(f"{_stem(source)}-*{_SUFFIX}")):
                with suppress(SafetensorError, OSError), safe_open(path, framework="pt") as file:
                    starts = file.get_tensor("start").tolist()
                    known.update({int(s): (path, row) for row, s in enumerate(starts)})
            self._index[source] = known
        return self._index[source]

    def _tidy(self, added: int) -> None:
        """Remove the oldest files beyond the limit; the folder is only looked through near it."""
        if self._held is not None and self._held + added <= self._most:
            self._held += added
            return
        files = []
        for path in self._folder.glob(f"*{_SUFFIX}"):
            with suppress(OSError):
                status = path.stat()
                files.append((status.st_mtime_ns, status.st_size, path))
        size = sum(entry[1] for entry in files)
        for _, bytes_, path in sorted(files):
            if size <= self._most:
                break
            with suppress(OSError):
                path.unlink()
                size -= bytes_
        self._held = size


def _stem(source: Source) -> str:
    model, fingerprint, channel = source
    name = hashlib.blake2b(model.encode(), digest_size=8).hexdigest()
    return f"{name}-{fingerprint}-{channel}"
