"""What can be asked of a simulated scene, and its independent sources of chance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from core.errors import InputError

KINDS = ("zebra_finch", "aru")
"""Scenes that can be simulated: an aviary with a body-worn transmitter, and field recorders."""

SAMPLE_RATES_HZ = (16000, 48000)
MAX_DRIFT_PPM = 50000.0
LONGEST_S = 4 * 3600.0
"""A scene is made in memory: at 16 kHz, this one takes 8 GB."""


class Chance(IntEnum):
    """Independent random streams of a scene; changing one part leaves the others as they were."""

    DRIFT = 0
    ACTIVITY = 1
    REPERTOIRE = 2
    SCHEDULE = 3
    BUMPS = 4
    ACOUSTICS = 5
    NOISE = 6


def rng_for(seed: int, stream: Chance, *index: int) -> np.random.Generator:
    """Generator of one stream of a scene, or of one numbered part of it."""
    sequence = np.random.SeedSequence(seed, spawn_key=(int(stream), *index))
    return np.random.Generator(np.random.PCG64(sequence))


@dataclass(frozen=True, slots=True)
class DriftSpec:
    """How far the clock of channel 1 wanders from that of channel 0.

    Magnitudes are drawn uniformly from their (low, high) range, signs by a
    coin. Whatever is drawn is shrunk until the offset stays within
    `max_offset_s` over the whole recording, so an hour-long scene needs a
    larger bound to keep its drift.

    Parameters
    ----------
    max_offset_s : float
        Bound on the magnitude of the offset, seconds.
    offset_s : tuple of float
        Offset at the start, seconds.
    drift_ppm : tuple of float
        Linear drift, parts per million.
    bend_s : tuple of float
        Largest departure from the straight line, seconds; less where it would
        add more than 3 % to the drift.
    jumps : int
        Steps of the offset. Half of them are dropped buffers (the offset falls,
        sound is lost), half are gaps filled with silence (the offset rises).
    jump_s : tuple of float
        Size of a step, seconds.

    Raises
    ------
    InputError
        If a range is reversed or negative, or the jumps cannot fit the bound.
    """

    max_offset_s: float = 5.0
    offset_s: tuple[float, float] = (0.2, 4.0)
    drift_ppm: tuple[float, float] = (100.0, 8000.0)
    bend_s: tuple[float, float] = (0.01, 0.25)
    jumps: int = 0
    jump_s: tuple[float, float] = (0.02, 0.3)

    def __post_init__(self) -> None:
        for name in ("offset_s", "drift_ppm", "bend_s", "jump_s"):
            low, high = getattr(self, name)
            if not 0.0 <= low <= high < np.inf:
                raise InputError(
                    f"drift.{name}", f"({low}, {high}) is no range", "give 0 <= low <= high"
                )
        if self.drift_ppm[1] > MAX_DRIFT_PPM:
            raise InputError(
                "drift.drift_ppm", "clocks do not drift that fast", "stay below 50000 ppm"
            )
        if not 0.0 < self.max_offset_s < np.inf:
            raise InputError(
                "drift.max_offset_s", f"{self.max_offset_s} is no bound", "give seconds above 0"
            )
        if self.jumps < 0 or self.jumps * self.jump_s[1] > self.max_offset_s:
            raise InputError(
                "drift.jumps", f"{self.jumps} jumps do not fit the bound", "ask for fewer"
            )

    @classmethod
    def moderate(cls) -> DriftSpec:
        """Offsets to 4 s, drift to 0.8 %, bends to 0.25 s: the aviary regime."""
        return cls()

    @classmethod
    def hard(cls) -> DriftSpec:
        """Drift to 2.5 %, bends to 1 s and two jumps."""
        return cls(drift_ppm=(2000.0, 25000.0), bend_s=(0.25, 1.0), jumps=2)

    @classmethod
    def linear(cls) -> DriftSpec:
        """Constant offset and drift only."""
        return cls(bend_s=(0.0, 0.0))

    @classmethod
    def field(cls) -> DriftSpec:
        """Offsets of 20 to 800 ms and drift to 2000 ppm: two recorders of one make."""
        return cls(offset_s=(0.02, 0.8), drift_ppm=(10.0, 2000.0), bend_s=(0.0, 0.02))

    @classmethod
    def none(cls) -> DriftSpec:
        """Two perfect clocks."""
        return cls(offset_s=(0.0, 0.0), drift_ppm=(0.0, 0.0), bend_s=(0.0, 0.0))


@dataclass(frozen=True, slots=True)
class SceneSpec:
    """Who is there and who hears them.

    Parameters
    ----------
    sources : int or None
        Animals; None: 4 finches or 6 field singers. A single field singer has
        the songs of all and is one coherent source.
    shared_share : float
        Share of vocal events heard by both recorders; the others reach only one.
    density : float
        Rate of vocal events; 1 is a lively scene, 0.05 almost silence.
    bumps : float
        Loudness of what is no voice (hops, wing flaps, seeds; rain), 1 as usual.
    travel_ms : float or None
        Largest difference in acoustic travel time between the two recorders,
        milliseconds, drawn per animal; None: 4 in the aviary, 20 in the field.
        The true time map is that of the animal that wears the transmitter or,
        in the field, of a source midway between the recorders.
    reverb_s : tuple of float
        Range of the reverberation time T60, seconds.

    Raises
    ------
    InputError
        If a value lies outside its range.
    """

    sources: int | None = None
    shared_share: float = 0.6
    density: float = 1.0
    bumps: float = 1.0
    travel_ms: float | None = None
    reverb_s: tuple[float, float] = (0.08, 0.5)

    def __post_init__(self) -> None:
        if self.sources is not None and not 1 <= self.sources <= 64:
            raise InputError("scene.sources", f"{self.sources} animals", "ask for 1 to 64")
        if not 0.0 <= self.shared_share <= 1.0:
            raise InputError(
                "scene.shared_share", f"{self.shared_share} is no share", "give 0 to 1"
            )
        if not 0.0 < self.density <= 10.0:
            raise InputError(
                "scene.density", f"{self.density} is no rate", "give above 0, at most 10"
            )
        if not 0.0 <= self.bumps <= 10.0:
            raise InputError("scene.bumps", f"{self.bumps} is no level", "give 0 to 10")
        if self.travel_ms is not None and not 0.0 <= self.travel_ms <= 1000.0:
            raise InputError("scene.travel_ms", f"{self.travel_ms} ms of travel", "give 0 to 1000")
        low, high = self.reverb_s
        if not 0.0 < low <= high <= 5.0:
            raise InputError(
                "scene.reverb_s", f"({low}, {high}) is no range", "give 0 < low <= high <= 5"
            )
