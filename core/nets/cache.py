"""Embeddings kept: each distinct clip goes through the encoder once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from core.nets.clips import Clips, Starts
from core.nets.embed import ClipEncoder
from core.nets.token_store import TokenStore

MEMORY_BYTES = 1 << 29
ClipKey = tuple[str, str, int, int]
"""Model, recording's fingerprint, channel and first sample."""


class EmbeddingCache:
    """Tokens of clips: in memory up to a limit, and on disk where a store is given.

    Parameters
    ----------
    memory_bytes : int
        The clips used longest ago are forgotten beyond it.
    store : TokenStore, optional
        Where embeddings outlast the process.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES, store: TokenStore | None = None) -> None:
        self._most = memory_bytes
        self._store = store
        self._kept: OrderedDict[ClipKey, Tensor] = OrderedDict()
        self._held = 0

    @property
    def held_bytes(self) -> int:
        """Memory taken by the embeddings held."""
        return self._held

    def __len__(self) -> int:
        return len(self._kept)

    def batches(
        self, encoder: ClipEncoder, clips: Clips, start: Starts
    ) -> Iterator[tuple[Starts, Tensor]]:
        """Tokens of clips, a batch at a time; nothing is embedded twice.

        Parameters
        ----------
        encoder : ClipEncoder
        clips : Clips
        start : ndarray of int, shape (N,)
            First samples; repeated ones count once.

        Yields
        ------
        start : ndarray of int, shape (B,)
            Ascending, and no first sample twice over all batches.
        tokens : Tensor of float32, shape (B, T, D)
            On the encoder's device.
        """
        distinct = np.unique(start)
        while len(distinct):
            # Asked every time: the encoder makes it smaller where memory is short.
            part, distinct = np.split(distinct, [encoder.batch])
            yield part, self._tokens(encoder, clips, part)

    def _tokens(self, encoder: ClipEncoder, clips: Clips, start: Starts) -> Tensor:
        keys = [(encoder.model_id, clips.fingerprint, clips.channel, int(s)) for s in start]
        found = {n: self._kept[key] for n, key in enumerate(keys) if key in self._kept}
        for n in found:
            self._kept.move_to_end(keys[n])
        missing = [n for n in range(len(keys)) if n not in found]
        if missing and self._store is not None:
            read = self._store.read(keys[0][:3], [keys[n][3] for n in missing])
            found |= {n: read[keys[n][3]] for n in missing if keys[n][3] in read}
            self._keep({keys[n]: found[n] for n in missing if n in found})
            missing = [n for n in missing if n not in found]
        if missing:
            new = encoder.embed(clips.cut(start[missing], encoder.around)).cpu()
            found |= dict(zip(missing, new, strict=True))
            self._keep({keys[n]: found[n] for n in missing})
            if self._store is not None:
                self._store.write(keys[0][:3], start[missing], new)
        return torch.stack([found[n] for n in range(len(keys))]).to(encoder.device)

    def _keep(self, new: dict[ClipKey, Tensor]) -> None:
        for key, tokens in new.items():
            # A copy: a view would hold its whole batch in memory.
            self._kept[key] = tokens.clone()
            self._held += tokens.nbytes
        while self._held > self._most and self._kept:
            _, forgotten = self._kept.popitem(last=False)
            self._held -= forgotten.nbytes
