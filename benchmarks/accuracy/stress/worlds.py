"""What two recorders with one clock would have heard: the material that conditions are made of.

A world lasts longer than the recording that is cut from it, so that channel 1 has real sound
before channel 0 began and after it ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import soundfile as sf
from scipy.signal import resample_poly

from benchmarks.common.places import shared
from core.arrays import Floats32
from core.simulate import DriftSpec, SceneSpec, simulate_scene

RATE_HZ = 16000
RECORDINGS = ("A", "B", "D")
"""The two-sensor recordings that may be used; D trained the compact net."""
PAIRS = tuple(f"{recording}_daq_vs_radio{radio}" for recording in RECORDINGS for radio in (1, 2))
LOUD = 0.1
"""Level of the loud frames of either channel of a real recording, of full scale."""
LOUD_PERCENTILE = 99
FRAME = 320
SEEDS = 1000
"""Seeds of one purpose begin at a multiple of this."""
USUAL = SceneSpec()
STRANGER_SEEDS = (250, 500, 750)
"""How far the seeds of other scenes lie from that of a scene."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Two channels in step, and where channel 0 is cut from them.

    Parameters
    ----------
    samples : ndarray of float32, shape (frames, 2)
        At 16 kHz.
    start_s : float
        First moment of channel 0 in `samples`, seconds.
    duration_s : float
        Length of the recording to be cut, seconds.
    """

    samples: Floats32
    start_s: float
    duration_s: float

    @property
    def inside(self) -> slice:
        """The frames of channel 0."""
        first = round(self.start_s * RATE_HZ)
        return slice(first, first + round(self.duration_s * RATE_HZ))

    def with_samples(self, samples: Floats32) -> World:
        """The same cut of other sound."""
        return replace(self, samples=samples)


@dataclass(frozen=True, slots=True)
class Real:
    """A room microphone and a transmitter on a zebra finch, offset 0 but for 1 to 2 ms of travel.

    Before and after it lie two other recordings.

    Parameters
    ----------
    number : int
        Index of one of `PAIRS`.
    """

    number: int

    @property
    def name(self) -> str:
        """For file names."""
        return PAIRS[self.number].replace("_daq_vs", "")

    @property
    def is_here(self) -> bool:
        """Whether the development recordings are."""
        return shared() is not None

    def world(self, seed: int, duration_s: float, margin_s: float) -> World:
        """Cut somewhere; as long as the recording if it is asked for more than that."""
        before, own, after = (_pair((self.number + k) % len(PAIRS)) for k in (-2, 0, 2))
        duration_s = min(duration_s, len(own) / RATE_HZ)
        spare_s = len(own) / RATE_HZ - duration_s
        start_s = len(before) / RATE_HZ + np.random.default_rng(seed).uniform(0.0, spare_s)
        ends = (round(s * RATE_HZ) for s in (start_s - margin_s, start_s + duration_s + margin_s))
        return World(np.concatenate([before, own, after])[slice(*ends)], margin_s, duration_s)

    def stranger(self, number: int, seed: int, duration_s: float) -> Floats32:
        """Sound of another cage, shape (frames, 2)."""
        del seed
        own = _pair((self.number + 2 + number) % len(PAIRS))
        return own[: round(duration_s * RATE_HZ)]


@dataclass(frozen=True, slots=True)
class Simulated:
    """A scene of `core.simulate`.

    Parameters
    ----------
    kind : str
        One of `core.simulate.KINDS`.
    snr_db : float
    spec : SceneSpec
    """

    kind: str
    snr_db: float = 20.0
    spec: SceneSpec = USUAL

    @property
    def name(self) -> str:
        """For file names."""
        return self.kind

    @property
    def is_here(self) -> bool:
        """Always."""
        return True

    def world(self, seed: int, duration_s: float, margin_s: float) -> World:
        """Simulate it with a margin on either side."""
        return World(self._heard(seed, duration_s + 2 * margin_s), margin_s, duration_s)

    def stranger(self, number: int, seed: int, duration_s: float) -> Floats32:
        """Another scene of the kind, shape (frames, 2)."""
        return self._heard(same_thousand(seed, STRANGER_SEEDS[number]), duration_s)

    def _heard(self, seed: int, duration_s: float) -> Floats32:
        scene = simulate_scene(
            self.kind,
            seed,
            duration_s,
            snr_db=self.snr_db,
            drift=DriftSpec.none(),
            spec=self.spec,
        )
        return scene.samples


Source = Real | Simulated


def same_thousand(seed: int, add: int) -> int:
    """Another seed of the same purpose."""
    return seed // SEEDS * SEEDS + (seed + add) % SEEDS


def loudness(sound: Floats32) -> float:
    """Root mean square of a loud 20-ms frame: its 99th percentile, shape (frames,) in."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    return float(np.percentile(np.sqrt(np.mean(frames**2, axis=1)), LOUD_PERCENTILE)) + 1e-9


@lru_cache(maxsize=len(PAIRS))
def _pair(number: int) -> Floats32:
    """One recording, loud frames of both channels at one level."""
    source = shared()
    assert source is not None
    path = next((source / "data" / "two_sensor").glob(f"*_{PAIRS[number]}.*"))
    samples, rate_hz = sf.read(path, dtype="float32")
    if rate_hz != RATE_HZ:
        samples = resample_poly(samples, RATE_HZ, rate_hz)
    gain = [LOUD / loudness(samples[:, channel]) for channel in (0, 1)]
    return np.asarray(samples * np.array(gain, dtype=np.float32))
