"""Sentences and sounds in one space, to be trained: towers below a retrieval head.

Calvet and Toledano 2025: tokens of a sentence ask (Q), tokens of a clip answer (K and V). Their
towers are RoBERTa and PaSST; these are two small nets, of words and of the frames of
`core.find.frames`. `core.find.words.model.WordModel` gives the same numbers without PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from core.nets.heads.names import System
from core.nets.heads.retrieval import RetrievalConfig, RetrievalScorer

KERNEL = 5
_LOST_SHARE = 0.2
"""Of what is heard, which is kept from later layers in training."""


@dataclass(frozen=True, slots=True)
class WordConfig:
    """Sizes of a system.

    Parameters
    ----------
    system : {"pooled", "one", "all"}
        What asks: see `core.nets.heads.retrieval`.
    tokens : int
        Tokens of sentences.
    words : int
        Kinds of sounds that are counted.
    frame : int
        Numbers of a frame.
    channels : tuple of int
        Of the convolutions that listen; all but the first halve the rate.
    around : tuple of int
        Steps between what is heard together, a convolution each.
    most : int
        What is counted up to.
    joined : int
        Steps of sound that become one token.
    width : int
        Of tokens and of the space.
    heads : int
    vectors : int
        Numbers of a token where a text encoder tells what a sentence says; zero where tokens are
        words of a table.
    """

    system: System
    tokens: int
    words: int
    frame: int
    channels: tuple[int, ...] = (64, 96, 96)
    around: tuple[int, ...] = (1, 3)
    most: int = 5
    joined: int = 3
    width: int = 128
    heads: int = 4
    vectors: int = 0


class Ear(nn.Module):
    """Convolutions that hear at every step which word begins, if any."""

    def __init__(self, config: WordConfig) -> None:
        super().__init__()
        sizes = (config.frame, *config.channels)
        self.near = nn.ModuleList(
            nn.Conv1d(a, b, KERNEL, stride=1 + (at > 0), padding=KERNEL // 2)
            for at, (a, b) in enumerate(pairwise(sizes))
        )
        self.around = nn.ModuleList(
            nn.Conv1d(sizes[-1], sizes[-1], KERNEL, dilation=apart, padding=KERNEL // 2 * apart)
            for apart in config.around
        )
        self.begins = nn.Linear(sizes[-1], 1 + config.words)
        self.lost = nn.Dropout(_LOST_SHARE)

    def forward(self, clips: Tensor) -> Tensor:
        """Log odds, shape (M, T, 1 + words), from clips of shape (M, frames, frame)."""
        heard = clips.mT
        for layer in self.near:
            heard = functional.gelu(layer(heard), approximate="tanh")
        for layer in self.around:
            heard = heard + functional.gelu(layer(self.lost(heard)), approximate="tanh")
        told: Tensor = self.begins(self.lost(heard.mT))
        return told


class WordSystem(nn.Module):
    """One of the three systems.

    What a clip answers with is, at every few steps, what begins there, and how often each word
    began before and will begin after: counts become shares of the two whole numbers next to them.

    Parameters
    ----------
    config : WordConfig
    """

    def __init__(self, config: WordConfig) -> None:
        super().__init__()
        self.config = config
        width, counted = config.width, 2 * config.words * (config.most + 1)
        self.ear = Ear(config)
        self.mix_in, self.mix_out = (
            nn.Linear(1 + config.words + counted, width),
            nn.Linear(width, width),
        )
        if config.vectors:
            self.text: nn.Module = nn.Linear(config.vectors, width, bias=False)
        else:
            self.word = nn.Embedding(config.tokens, width)
            self.text = nn.GRU(width, width // 2, batch_first=True, bidirectional=True)
        self.scorer = RetrievalScorer(RetrievalConfig(width, width, config.heads, config.system))

    def forward(self, sentences: Tensor, clips: Tensor) -> Tensor:
        """How alike every sentence and every clip are.

        Parameters
        ----------
        sentences : Tensor of int, shape (N, L), or of float, shape (N, L, vectors)
            Vectors are zero after the end of a sentence.
        clips : Tensor, shape (M, frames, frame)

        Returns
        -------
        Tensor, shape (N, M)
        """
        return self.compared(sentences, torch.softmax(self.ear(clips), dim=-1))

    def compared(self, sentences: Tensor, begins: Tensor) -> Tensor:
        """The same for what begins at every step, as the ear hears it."""
        heard = self.scorer.keys(self._tokens(begins))
        if not self.config.vectors:
            words, _ = self.text(self.word(sentences))
            return self.scorer.asked(self.scorer.keys(words), heard)
        scores = self.scorer.asked(self.scorer.keys(self.text(sentences)), heard)
        if self.config.system != "all":
            return scores
        # What fills a sentence up finds nothing, and counts for nothing in the mean.
        share = sentences.any(dim=-1).float().mean(dim=1, keepdim=True)
        return scores / share

    def _tokens(self, begins: Tensor) -> Tensor:
        config = self.config
        here = begins.view(len(begins), -1, config.joined, begins.shape[-1]).sum(dim=2)
        before = here[..., 1:].cumsum(dim=1)
        after = before[:, -1:] - before
        counts = torch.cat([before, after], dim=-1).clamp(max=config.most)[..., None]
        whole = torch.arange(config.most + 1.0)
        shares = (1 - (counts - whole).abs()).clamp(min=0).flatten(-2)
        mixed: Tensor = self.mix_in(torch.cat([here, shares], dim=-1))
        out: Tensor = self.mix_out(functional.gelu(mixed, approximate="tanh"))
        return out

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """All weights by their names here, without those that one direction leaves unused.

        Also how many heads there are, up to what is counted, and how many steps are one token.
        """
        config = self.config
        sizes = {"heads": config.heads, "most": config.most, "joined": config.joined}
        sizes |= {f"ear.around.{at}.apart": apart for at, apart in enumerate(config.around)}
        # Whoever has a text encoder listens with the ear that is shipped.
        unused = ("scorer.slope", "scorer.zero", *(("ear.",) if config.vectors else ()))
        with torch.no_grad():
            return {name: np.array(size, dtype=np.float32) for name, size in sizes.items()} | {
                name: value.numpy().copy()
                for name, value in self.state_dict().items()
                if not name.startswith(unused)
            }
