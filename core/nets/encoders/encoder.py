"""What every encoder offers: a clip of sound in, tokens out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor, nn

from core.nets.encoders.config import SAMPLE_RATE_HZ

Grid = tuple[int, int]
"""Places of a clip: how many in time and in frequency; time is the outer one."""


class Encoder(nn.Module, ABC):
    """Turns clips at `sample_rate_hz` into tokens; every clip by itself, all of one length.

    Attributes
    ----------
    width, layer_width : int
        Numbers of a token: of the last ones, and of those of the layers.
    depth : int
        Outputs that `layers` gives.
    context_samples : int
        Samples that are heard along on both sides of a clip.
    filterbank : Module
        What comes before the weights and stays in single precision.
    quantisable : set of str
        Last parts of the names of the large matrices, which can be in 8 bits.
    """

    sample_rate_hz: ClassVar[int] = SAMPLE_RATE_HZ
    context_samples: ClassVar[int] = 0
    quantisable: ClassVar[frozenset[str]] = frozenset()
    filterbank: nn.Module
    width: int
    layer_width: int
    depth: int

    @abstractmethod
    def forward(self, samples: Tensor) -> Tensor:
        """Last tokens of clips.

        Parameters
        ----------
        samples : Tensor of float32, shape (B, S)
            Full scale 1; each with `context_samples` more on both sides.

        Returns
        -------
        Tensor, shape (B, T, D)
            As many as `grid` has places, in its order; in the precision of the weights.
        """

    @abstractmethod
    def layers(self, samples: Tensor) -> Tensor:
        """What every layer says, shape (depth, B, T, layer_width); clips as for `forward`."""

    @abstractmethod
    def grid(self, samples: int) -> Grid:
        """Places of a clip of so many samples, without its context."""

    @abstractmethod
    def last(self, count: int) -> Sequence[nn.Module]:
        """The last layers, as many as asked for, and what follows them: to train them along."""

    def tokens(self, samples: Tensor) -> Tensor:
        """As `forward`, by the name that tells it from `layers`."""
        found: Tensor = self(samples)
        return found
