"""Looking sentences up in sound without PyTorch, as `core.nets.words.WordSystem` does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from core.arrays import Floats32
from core.find.frames import STEP_S
from core.find.words.sentence import Sentence

FILE = "words.safetensors"
"""The shipped weights, in ``resources``; ``words.yaml`` beside it tells of them."""
CLIP_S = 6.0
"""What a sentence is compared with."""
CLIP_FRAMES = round(CLIP_S / STEP_S)
STEP_FRAMES = 4
"""From one step of what is heard to the next."""
_GELU = np.float32(0.7978845608)
_NORM_EPS = 1e-5
_LEAST = 1e-12
_ATTENDING = ("query", "key", "value")


class WordModel:
    """Scores of a sentence and clips.

    Parameters
    ----------
    weights : mapping of str to ndarray
        As `core.nets.words.WordSystem.weights`; what asks is all tokens of the sentence. Above a
        text encoder of a person's own there is no ear, and no words.
    digest : str
        Of the weights.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.generic]], digest: str = "") -> None:
        self.digest = digest
        told = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}
        self._heads, self._most, self._joined = (
            int(told[name]) for name in ("heads", "most", "joined")
        )
        self._weights = told
        self._mixed = {name: self._of(name) @ self._of(f"heads_{name}") for name in _ATTENDING}

    def text(self, sentence: Sentence) -> Floats32:
        """Tokens of a sentence, shape (L, D), at unit spread."""
        words = self._weights["word.weight"][list(sentence.tokens)]
        return np.asarray(_normal(self._both_ways("text", words[None]))[0])

    @property
    def sounds(self) -> int:
        """How many odds a step has: nothing, or one of the words."""
        return len(self._weights["ear.begins.bias"])

    def said(self, vectors: Floats32) -> Floats32:
        """Tokens of a text from vectors of a text encoder, shape (L, I) to (L, D)."""
        return _normal(vectors @ self._weights["text.weight"].T)

    def begins(self, clips: Floats32) -> Floats32:
        """Which word begins at every step, if any.

        Parameters
        ----------
        clips : ndarray, shape (M, T * STEP_FRAMES, WIDTH)

        Returns
        -------
        ndarray, shape (M, T, 1 + words)
            Probabilities.
        """
        heard, layer = clips, 0
        while f"ear.near.{layer}.weight" in self._weights:
            heard = self._convolved(f"ear.near.{layer}", heard, stride=1 + (layer > 0))
            layer += 1
        layer = 0
        while f"ear.around.{layer}.weight" in self._weights:
            apart = int(self._weights[f"ear.around.{layer}.apart"])
            heard = heard + self._convolved(f"ear.around.{layer}", heard, apart=apart)
            layer += 1
        logits = self._linear("ear.begins", heard)
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=-1, keepdims=True))

    def sound(self, begins: Floats32) -> Floats32:
        """Tokens of clips from what begins in them, shape (M, T, D), at unit spread."""
        here = begins.reshape(len(begins), -1, self._joined, begins.shape[-1]).sum(axis=2)
        before = here[..., 1:].cumsum(axis=1)
        counts = np.concatenate([before, before[:, -1:] - before], axis=-1)
        counts = np.minimum(counts, self._most)[..., None]
        shares = np.maximum(0, 1 - np.abs(counts - np.arange(self._most + 1, dtype=np.float32)))
        told = np.concatenate([here, shares.reshape(*shares.shape[:2], -1)], axis=-1)
        return _normal(self._linear("mix_out", _gelu(self._linear("mix_in", told))))

    def scores(self, text: Floats32, sounds: Floats32) -> Floats32:
        """Mean cosine of what a sentence's tokens are and what each finds in a clip, shape (M,)."""
        query = self._by_head(text[None], "query")
        key = self._by_head(sounds, "key")
        value = self._by_head(sounds, "value")
        logits = query @ key.transpose(0, 1, 3, 2) * np.float32(query.shape[-1] ** -0.5)
        attention = np.exp(logits - logits.max(axis=-1, keepdims=True))
        attention /= attention.sum(axis=-1, keepdims=True)
        taken = (attention @ value).transpose(0, 2, 1, 3).reshape(len(sounds), len(text), -1)
        found = _unit(taken @ self._of("heads_out") @ self._of("out"))
        return np.asarray((found * _unit(text)).sum(axis=-1).mean(axis=-1))

    def _of(self, name: str) -> Floats32:
        return np.asarray(self._weights[f"scorer.{name}.weight"].T)

    def _by_head(self, tokens: Floats32, name: str) -> Floats32:
        """Queries, keys or values, shape (M, heads, T, d)."""
        mixed = tokens @ self._mixed[name]
        return np.asarray(mixed.reshape(*mixed.shape[:2], self._heads, -1).transpose(0, 2, 1, 3))

    def _linear(self, name: str, tokens: Floats32) -> Floats32:
        mixed = tokens @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return np.asarray(mixed)

    def _convolved(self, name: str, steps: Floats32, stride: int = 1, apart: int = 1) -> Floats32:
        """A convolution over steps of shape (M, T, C), then the Gaussian error unit."""
        kernel = self._weights[f"{name}.weight"]
        reach = kernel.shape[2] // 2 * apart
        padded = np.pad(steps, ((0, 0), (reach, reach), (0, 0)))
        count = steps.shape[1]
        mixed = sum(
            padded[:, at * apart : at * apart + count : stride] @ kernel[:, :, at].T
            for at in range(kernel.shape[2])
        )
        return _gelu(mixed + self._weights[f"{name}.bias"])

    def _both_ways(self, name: str, tokens: Floats32) -> Floats32:
        there = self._one_way(name, "l0", tokens)
        back = self._one_way(name, "l0_reverse", tokens[:, ::-1])[:, ::-1]
        return np.concatenate([there, back], axis=2)

    def _one_way(self, name: str, layer: str, tokens: Floats32) -> Floats32:
        """A gated recurrent unit (Cho et al. 2014), as PyTorch has it."""
        w_in, w_hidden, b_in, b_hidden = (
            self._weights[f"{name}.{part}_{layer}"]
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        given = tokens @ w_in.T + b_in
        width = w_hidden.shape[1]
        hidden = np.zeros((len(tokens), width), dtype=np.float32)
        out = np.empty((*tokens.shape[:2], width), dtype=np.float32)
        for at in range(tokens.shape[1]):
            own, held = given[:, at], hidden @ w_hidden.T + b_hidden
            gates = 1 / (1 + np.exp(-(own[:, : 2 * width] + held[:, : 2 * width])))
            reset, kept = gates[:, :width], gates[:, width:]
            fresh = np.tanh(own[:, 2 * width :] + reset * held[:, 2 * width :])
            hidden = (1 - kept) * fresh + kept * hidden
            out[:, at] = hidden
        return out


def shipped_words() -> WordModel:
    """The model that FinchSync ships."""
    content = resources.files("resources").joinpath(FILE).read_bytes()
    return WordModel(load(content), hashlib.blake2b(content, digest_size=8).hexdigest())


def _gelu(mixed: Floats32) -> Floats32:
    """The Gaussian error unit (Hendrycks and Gimpel 2016)."""
    return np.asarray(0.5 * mixed * (1 + np.tanh(_GELU * mixed * (1 + 0.044715 * mixed * mixed))))


def _normal(tokens: Floats32) -> Floats32:
    away = tokens - tokens.mean(axis=-1, keepdims=True)
    spread = np.sqrt((away**2).mean(axis=-1, keepdims=True) + np.float32(_NORM_EPS))
    return np.asarray(away / spread)


def _unit(tokens: Floats32) -> Floats32:
    length = np.sqrt((tokens**2).sum(axis=-1, keepdims=True))
    return np.asarray(tokens / np.maximum(length, _LEAST))
