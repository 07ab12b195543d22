"""The compact net as it hears one pair of recorders."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from core.arrays import Floats32


@dataclass(frozen=True, slots=True, eq=False)
class Adaptation:
    """What stands in place of the shipped net's weights, and how loud each band is heard.

    Parameters
    ----------
    gain : ndarray of float32, shape (2, BANDS)
        Factor of the levels of each channel's bands, above zero: a band that only one recorder
        hears, or that holds noise alone, counts less.
    weights : mapping of str to ndarray of float32
        By the names and shapes of `core.evidence.compact_net.CompactNet`; values of half precision.
    """

    gain: Floats32
    weights: Mapping[str, Floats32]

    @property
    def digest(self) -> str:
        """Tells adaptations apart, 32 hexadecimal digits."""
        told = hashlib.blake2b(self.gain.tobytes(), digest_size=16)
        for name in sorted(self.weights):
            told.update(name.encode())
            told.update(self.weights[name].tobytes())
        return told.hexdigest()
