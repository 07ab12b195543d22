"""Any words about known sounds: a text encoder of a person's own below a head trained for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from safetensors import SafetensorError, safe_open

from core.arrays import Floats32
from core.errors import InputError
from core.find.indexing import Index
from core.find.search import Found
from core.find.words.listening import listened
from core.find.words.model import FILE, WordModel, shipped_words
from core.find.words.searching import STEPS, Starts, best_clips
from core.steps import Steps

ENCODER = "text_encoder"
"""In what the file of a head says of itself: the digest of the encoder that it stands above."""
_CLIPS_A_BATCH = 256


@runtime_checkable
class Encoder(Protocol):
    """Vectors of the tokens of texts; see `core.nets.text_encoder.TextEncoder`."""

    digest: str

    def vectors(self, text: str) -> Floats32:
        """Vectors of the tokens of a text, shape (L, I)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TextTower:
    """A text encoder and the head above it."""

    encoder: Encoder
    head: WordModel


def open_tower(folder: Path, encoder: Encoder) -> TextTower:
    """The head that lies in the folder of an encoder, with the encoder.

    Raises
    ------
    InputError
        If there is none, or it belongs to another encoder.
    """
    path = folder / FILE
    train = f"python -m benchmarks.making.fit_words --text-encoder {folder} --out {folder}"
    fix = f"train one, in a copy of FinchSync's repository: {train}"
    try:
        with safe_open(path, framework="numpy") as file:
            made_for = (file.metadata() or {}).get(ENCODER)
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        tower = TextTower(encoder, WordModel(weights))
        tower.head.scores(
            tower.head.said(encoder.vectors("song")),
            tower.head.sound(np.zeros((1, STEPS, shipped_words().sounds), dtype=np.float32)),
        )
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        what = "holds no head that finds sounds by its words"
        raise InputError(path, what, fix) from error
    if made_for != encoder.digest:
        raise InputError(path, "was trained with another text encoder", fix)
    return tower


def search_by_tower(index: Index, text: str, tower: TextTower, top: int) -> Steps[list[Found]]:
    """The clips most like a text, best first, none twice.

    Parameters
    ----------
    index : Index
    text : str
    tower : TextTower
    top : int
        As many at most.

    Yields, returns and raises as `core.find.words.searching.search_words`; scores are cosines.
    """
    begins = yield from listened(index, shipped_words())
    head = tower.head
    said = head.said(tower.encoder.vectors(text))

    def scores(heard: Floats32, starts: Starts) -> Floats32:
        nothing = np.maximum(1 - heard.sum(axis=1, keepdims=True), 0)
        whole = np.hstack([nothing, heard])
        clips = np.lib.stride_tricks.sliding_window_view(whole, STEPS, axis=0).swapaxes(1, 2)
        parts = np.array_split(starts, -(-len(starts) // _CLIPS_A_BATCH))
        return np.concatenate([head.scores(said, head.sound(clips[part])) for part in parts])

    return best_clips(begins, scores, top)
