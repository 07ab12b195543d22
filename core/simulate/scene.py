"""A scene heard by two recorders with a known, non-linear drift between their clocks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.keypoints import KeypointSet, keypoint_grid, machine_keypoints
from core.simulate.aviary import aviary_sounds
from core.simulate.drift import draw_time_map
from core.simulate.events import Event, events_of
from core.simulate.field import field_sounds
from core.simulate.recorders import Path, Samples, draw_noise, draw_paths, hear, retime
from core.simulate.sounds import Sound
from core.simulate.spec import KINDS, LONGEST_S, SAMPLE_RATES_HZ, DriftSpec, SceneSpec
from core.time_map import TimeMap

PEAK = 0.9
FRAME_S = 0.02
ACTIVE_DB = 30.0
MARGIN_S = 2.0
"""The world goes on this long before and after what either recorder hears."""
Happening = Callable[[tuple[float, float]], tuple[list[Sound], list[Sound]]]


@dataclass(frozen=True, slots=True, eq=False)
class Stems:
    """What a scene is mixed from; arrays of shape (frames, 2), float32, channel 1 on its own clock.

    Parameters
    ----------
    voices, bumps : ndarray
        Animals, and what else makes a sound in the world, as each recorder hears them.
    noise : ndarray
        What each recorder adds, at unit power.
    time_map : TimeMap
        Channel 0 to channel 1.
    events : tuple of Event
        What happens, on the clock of channel 0.
    """

    voices: Samples
    bumps: Samples
    noise: Samples
    time_map: TimeMap
    events: tuple[Event, ...]

    def mix(self, snr_db: float, sample_rate_hz: int) -> Samples:
        """Sum at a signal-to-noise ratio, each channel to a peak of 0.9; float32, (frames, 2).

        Parameters
        ----------
        snr_db : float
            As in `simulate_scene`.
        sample_rate_hz : int
        """
        power = [active_power(self.voices[:, channel], sample_rate_hz) for channel in (0, 1)]
        gain = np.sqrt(power) * 10.0 ** (-snr_db / 20.0)
        samples = self.voices + self.bumps + self.noise * gain.astype(np.float32)
        peak = np.maximum(np.abs(samples).max(axis=0), np.float32(1e-9))
        return np.asarray(samples * (np.float32(PEAK) / peak), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A simulated recording and its truth.

    Parameters
    ----------
    samples : ndarray, shape (frames, 2), float32
        Peak 0.9 in each channel.
    sample_rate_hz : int
    time_map : TimeMap
        True map from channel 0 to channel 1.
    events : tuple of Event
        What happens, on the clock of channel 0.
    kind : str
    seed : int
    metadata : dict
        How to make the scene again, as plain values.
    """

    samples: Samples
    sample_rate_hz: int
    time_map: TimeMap
    events: tuple[Event, ...]
    kind: str
    seed: int
    metadata: dict[str, object]

    @property
    def duration_s(self) -> float:
        """Length of either channel, seconds."""
        return len(self.samples) / self.sample_rate_hz

    def keypoints(self, step_s: float = 1.0) -> KeypointSet:
        """True keypoints; channel-1 times clipped to the recording, as in the challenge.

        Parameters
        ----------
        step_s : float
            Spacing on channel 0, seconds.
        """
        time_0_s = keypoint_grid(self.duration_s, step_s)
        time_1_s = np.clip(self.time_map.to_channel_1(time_0_s), 0.0, self.duration_s)
        return machine_keypoints(time_0_s, time_1_s, np.ones(len(time_0_s)))


def simulate_scene(
    kind: str = "zebra_finch",
    seed: int = 0,
    duration_s: float = 120.0,
    *,
    sample_rate_hz: int = 16000,
    snr_db: float = 20.0,
    drift: DriftSpec | None = None,
    stereotyped: bool = False,
    spec: SceneSpec | None = None,
) -> Scene:
    """Simulate a scene heard by two recorders.

    The same arguments give the same samples, bit for bit with the same numpy,
    scipy and processor. Everything is held in memory,
    about 50 bytes a frame: an hour at 16 kHz takes some 3 GB.

    Parameters
    ----------
    kind : str
        "zebra_finch": an aviary; channel 0 is a microphone in the room,
        channel 1 a transmitter worn by one of the birds. "aru": a field
        soundscape; two recorders some tens of metres apart.
    seed : int
        Not negative.
    duration_s : float
        Length of both channels, seconds.
    sample_rate_hz : int
        16000 or 48000.
    snr_db : float
        In each channel, the median power of the voices over active 20-ms
        frames against the mean power of the recorder's noise, full band, dB.
        Active are frames in which the voices lie within 30 dB of their
        loudest frame. Hops, wing beats and drips count on neither side.
        Infinity: no noise.
    drift : DriftSpec or None
        None: `DriftSpec.moderate()` in the aviary, `DriftSpec.field()` in the field.
    stereotyped : bool
        One finch repeats one motif, equal to the sample, on an even beat:
        the scene in which an alignment can be wrong by a motif. It is the
        only bird, whatever `spec.sources` says.
    spec : SceneSpec or None
        Who is there and who hears them; None: the defaults.

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    drift = drift or (DriftSpec.field() if kind == "aru" else DriftSpec.moderate())
    spec = spec or SceneSpec()
    _check(kind, seed, duration_s, sample_rate_hz, snr_db, stereotyped=stereotyped)
    stems = render_stems(
        kind, seed, duration_s, sample_rate_hz, drift, spec, stereotyped=stereotyped
    )
    metadata: dict[str, object] = {
        "kind": kind,
        "seed": seed,
        "duration_s": duration_s,
        "sample_rate_hz": sample_rate_hz,
        "snr_db": snr_db,
        "stereotyped": stereotyped,
    }
    for prefix, part in (("drift", drift), ("spec", spec)):
        metadata |= {f"{prefix}.{name}": getattr(part, name) for name in part.__slots__}
    samples = stems.mix(snr_db, sample_rate_hz)
    return Scene(samples, sample_rate_hz, stems.time_map, stems.events, kind, seed, metadata)


def render_stems(
    kind: str,
    seed: int,
    duration_s: float,
    sample_rate_hz: int,
    drift: DriftSpec,
    spec: SceneSpec,
    *,
    stereotyped: bool = False,
    happening: Happening | None = None,
) -> Stems:
    """Render the parts of a scene unmixed; parameters as for `simulate_scene`.

    `happening` says what is heard instead of simulated animals: voices and bumps between
    two moments, channel-0 seconds.
    """
    time_map = draw_time_map(drift, seed, duration_s)
    count = round(duration_s * sample_rate_hz)
    ends_s = time_map.to_channel_0(np.array([0.0, duration_s]))
    world_s = (float(min(ends_s[0], 0.0)) - MARGIN_S, float(max(ends_s[1], duration_s)) + MARGIN_S)
    if happening is not None:
        voices, bumps = happening(world_s)
    elif kind == "aru":
        voices, bumps = field_sounds(spec, seed, world_s)
    else:
        voices, bumps = aviary_sounds(spec, seed, world_s, stereotyped=stereotyped)
    sources = 1 + max((sound.source for sound in [*voices, *bumps]), default=0)
    paths = draw_paths(kind, spec, seed, sources, sample_rate_hz)

    def heard(sounds: list[Sound]) -> Samples:
        return _both_channels(
            sounds, paths, time_map, (float(ends_s[0]), float(ends_s[1])), count, sample_rate_hz
        )

    noise = np.stack(
        [draw_noise(kind, seed, channel, count, sample_rate_hz) for channel in (0, 1)], axis=1
    )
    noise /= np.sqrt(np.mean(noise**2, axis=0, dtype=np.float64)).astype(np.float32)
    return Stems(heard(voices), heard(bumps), noise, time_map, events_of([*voices, *bumps]))


def active_power(voices: Samples, sample_rate_hz: int) -> float:
    """Median power of the active 20-ms frames of one channel; 1e-4 if all is silent."""
    length = min(len(voices), round(FRAME_S * sample_rate_hz))
    frames = voices[: len(voices) // length * length].reshape(-1, length)
    power = np.asarray(np.mean(frames**2, axis=1, dtype=np.float64))
    loudest = float(power.max())
    if loudest <= 0:
        return 1e-4
    return float(np.median(power[power > loudest * 10.0 ** (-ACTIVE_DB / 10.0)]))


def _both_channels(
    sounds: list[Sound],
    paths: list[tuple[Path, Path]],
    time_map: TimeMap,
    span_s: tuple[float, float],
    count: int,
    sample_rate_hz: int,
) -> Samples:
    """What both recorders hear of `sounds`; `span_s`: world times of the ends of channel 1."""
    start_s = span_s[0] - MARGIN_S / 2
    world_count = round((span_s[1] - span_s[0] + MARGIN_S) * sample_rate_hz)
    spans = ((0.0, count), (start_s, world_count))
    heard_0, world = hear(sounds, paths, spans, sample_rate_hz)
    return np.stack([heard_0, retime(world, start_s, time_map, count, sample_rate_hz)], axis=1)


def _check(
    kind: str,
    seed: int,
    duration_s: float,
    sample_rate_hz: int,
    snr_db: float,
    *,
    stereotyped: bool,
) -> None:
    if kind not in KINDS:
        raise InputError("kind", f"no scene is called {kind!r}", f"choose {' or '.join(KINDS)}")
    if seed < 0:
        raise InputError("seed", f"{seed} is negative", "give 0 or more")
    if not math.isfinite(duration_s) or round(duration_s * SAMPLE_RATES_HZ[0]) < 1:
        raise InputError("duration", f"{duration_s} s is no duration", "give seconds above 0")
    if duration_s > LONGEST_S:
        what = f"{duration_s:g} s is longer than {LONGEST_S:g} s, {LONGEST_S / 3600:g} hours"
        raise InputError("duration", what, "ask for less, in several files")
    if sample_rate_hz not in SAMPLE_RATES_HZ:
        raise InputError("sample rate", f"{sample_rate_hz} Hz", "choose 16000 or 48000")
    if math.isnan(snr_db) or snr_db == -math.inf:
        raise InputError("snr", f"{snr_db} dB", "give a number, or inf for no noise")
    if stereotyped and kind != "zebra_finch":
        raise InputError("stereotyped", "only zebra finches repeat a motif", "use kind zebra_finch")
