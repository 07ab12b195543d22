"""A recording made from a world and a clock: what both recorders wrote before anything ails it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.stress.clocks import Clock
from benchmarks.accuracy.stress.worlds import RATE_HZ, Source, World
from core.arrays import Floats32
from core.simulate.recorders import retime

PEAK = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Two channels, channel 1 on its own clock.

    Parameters
    ----------
    samples : ndarray of float32, shape (frames, 2)
        At 16 kHz.
    clock : Clock
    stranger : callable
        Number -> sound that nothing of this take is heard in, shape (frames, 2).
    """

    samples: Floats32
    clock: Clock
    stranger: Callable[[int], Floats32]

    @property
    def duration_s(self) -> float:
        """Length of either channel, seconds."""
        return len(self.samples) / RATE_HZ

    def with_channel(self, channel: int, sound: Floats32) -> Floats32:
        """The samples with one channel exchanged."""
        samples = self.samples.copy()
        samples[:, channel] = sound
        return samples


def recorded(world: World, clock: Clock, source: Source, seed: int) -> Take:
    """Cut channel 0 from a world, and read channel 1 with its clock."""
    inside = world.inside
    count = inside.stop - inside.start
    channel_1 = retime(world.samples[:, 1], -inside.start / RATE_HZ, clock.time_map, count, RATE_HZ)
    samples = np.stack([world.samples[inside, 0], channel_1], axis=1)

    def stranger(number: int) -> Floats32:
        sound = source.stranger(number, seed, count / RATE_HZ)
        return np.resize(sound, (count, 2))

    return Take(samples, clock, stranger)


def levelled(samples: Floats32) -> Floats32:
    """Each channel to a peak of 0.9; a silent one stays silent."""
    peak = np.maximum(np.abs(samples).max(axis=0), np.float32(1e-9))
    return np.asarray(samples * (np.float32(PEAK) / peak), dtype=np.float32)
