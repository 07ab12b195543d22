"""Sentences as what a net takes: numbers of their tokens, or vectors of a text encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.find.words.sentence import TOKENS
from core.find.words.text_tower import Encoder

_SAID = {
    "any": ("{}s", "some {}s", "{}"),
    "one": ("one {}", "a {}", "a single {}"),
    "two": ("two {}s", "a pair of {}s"),
    "three": ("three {}s",),
    "many": ("many {}s", "several {}s"),
}
"""How a count of a sound may be said."""
_THEN = ("{}, then {}", "{} followed by {}", "{} before {}", "first {}, and after that {}")


def phrase(tokens: Sequence[int], rng: np.random.Generator | None = None) -> str:
    """What a sentence may be in words; always the same without a generator."""
    words = [TOKENS[token] for token in tokens if TOKENS[token] not in ("", "then")]

    def one_of(said: Sequence[str]) -> str:
        return said[0 if rng is None else rng.integers(len(said))]

    pairs = zip(words[::2], words[1::2], strict=True)
    runs = [one_of(_SAID[count]).format(sound) for count, sound in pairs]
    return runs[0] if len(runs) == 1 else one_of(_THEN).format(*runs)


class Said:
    """Makes of sentences what a net takes.

    Parameters
    ----------
    encoder : Encoder or None
        Without one, sentences stay the numbers of their tokens.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder
        self._rng = np.random.default_rng(0)
        self._known: dict[str, NDArray[np.float32]] = {}

    @property
    def width(self) -> int:
        """Numbers of a vector; zero without an encoder."""
        return 0 if self._encoder is None else self._encoder.vectors("song").shape[1]

    def __call__(self, tokens: NDArray[np.intp], *, varies: bool = False) -> Tensor:
        """Sentences of one batch, in other words every time if they may vary."""
        if self._encoder is None:
            return torch.from_numpy(tokens)
        texts = [phrase(each, self._rng if varies else None) for each in tokens.tolist()]
        for text in {*texts} - self._known.keys():
            self._known[text] = self._encoder.vectors(text)
        found = [self._known[text] for text in texts]
        longest = max(map(len, found))
        return torch.from_numpy(
            np.stack([np.pad(each, ((0, longest - len(each)), (0, 0))) for each in found])
        )
