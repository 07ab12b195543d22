"""What may happen to a recording: each effect is one cause of trouble, drawn with its own chance.

Effects on a take return its samples anew; effects on a world change what there is to hear.
Levels are those of loud frames, the 99th percentile of 20 ms, as in ``make_drift_set.py``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.signal import butter, fftconvolve, sosfilt

from benchmarks.accuracy.stress.takes import Take
from benchmarks.accuracy.stress.worlds import FRAME, RATE_HZ, World, loudness
from core.arrays import Floats, Floats32

Rng = np.random.Generator
Shape = Literal["lowpass", "highpass"]

CALL_S = 0.4
FADE_S = 0.01
PINK_FROM_HZ = 50.0
"""Pink noise falls by 3 dB an octave above, and is level below."""
ROOM_TONE_DB = 35.0
"""How far below the loud frames a room lies in which nobody calls."""


def untouched(take: Take, _rng: Rng) -> Floats32:
    """Nothing happens."""
    return take.samples


def noise(take: Take, rng: Rng, *, db: float, pink: bool = False) -> Floats32:
    """Noise in both channels, so many dB below the loud frames."""
    return np.stack(
        [sound + _noise(rng, sound, -db, pink=pink) for sound in take.samples.T], axis=1
    )


def radio_hiss(take: Take, rng: Rng, *, db: float | None = None) -> Floats32:
    """As the drift tool: white noise 15 to 40 dB below the mean power of channel 1, and more."""
    power = float(np.mean(take.samples[:, 1] ** 2))
    hiss = rng.standard_normal(len(take.samples)) * np.sqrt(power) * _gain(-rng.uniform(15, 40))
    hissing = take.with_channel(1, take.samples[:, 1] + hiss.astype(np.float32))
    if db is None:
        return hissing
    return noise(Take(hissing, take.clock, take.stranger), rng, db=db)


def hum_and_dc(take: Take, rng: Rng) -> Floats32:
    """Mains hum with overtones, 10 dB above the loud frames, and a constant, in one channel."""
    channel, mains_hz = int(rng.integers(2)), float(rng.choice((50.0, 60.0)))
    sound = take.samples[:, channel]
    time_s = np.arange(len(sound)) / RATE_HZ
    overtones = [
        rng.uniform(0.3, 1.0) / k * np.sin(2 * np.pi * k * mains_hz * time_s + rng.uniform(0, 6.28))
        for k in range(1, 20)
    ]
    hum = _at_level(np.sum(overtones, axis=0), loudness(sound), 10.0)
    return take.with_channel(channel, sound + hum + np.float32(3 * loudness(sound)))


def other_bird(take: Take, _rng: Rng, *, db: float) -> Floats32:
    """Channel 1 hears what channel 0 hears so many dB below a bird of another cage."""
    sound, other = take.samples[:, 1], take.stranger(0)[:, 1]
    return take.with_channel(1, sound + _at_level(other, loudness(sound), db, of=other))


def babble(take: Take, rng: Rng, *, db: float = 0.0) -> Floats32:
    """Many voices of another place in either channel, each channel's place its own."""
    samples = take.samples.copy()
    for channel, number in enumerate((0, 2)):
        voices = take.stranger(number)
        shifts = rng.integers(len(voices), size=3).tolist()
        crowd = np.sum([np.roll(voices[:, k % 2], shift) for k, shift in enumerate(shifts)], axis=0)
        samples[:, channel] += _at_level(crowd, loudness(samples[:, channel]), -db)
    return samples


def reverberation(take: Take, rng: Rng) -> Floats32:
    """An echo that takes 1 s to fall by 60 dB, as strong as the direct sound, in channel 0."""
    time_s = np.arange(RATE_HZ) / RATE_HZ
    tail = rng.standard_normal(RATE_HZ) * 10.0 ** (-3.0 * time_s)
    tail[: round(0.002 * RATE_HZ)] = 0.0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    wet = fftconvolve(take.samples[:, 0], tail.astype(np.float32))[: len(take.samples)]
    return take.with_channel(0, wet)


def gain_control(take: Take, rng: Rng) -> Floats32:
    """A gain that holds one channel at one level, up by 30 dB within a second, down at once."""
    channel = int(rng.integers(2))
    sound = take.samples[:, channel]
    frames = np.abs(np.resize(sound, (-(-len(sound) // FRAME), FRAME))).max(axis=1)
    level_db = 20 * np.log10(frames / loudness(sound) + 1e-9)
    held_db, fall_db = np.empty(len(level_db)), 30.0 * FRAME / RATE_HZ
    now_db = -30.0
    for k, frame_db in enumerate(level_db):
        now_db = max(frame_db, now_db - fall_db, -30.0)
        held_db[k] = now_db
    at = (np.arange(len(sound)) - FRAME / 2) / FRAME
    gain = 10.0 ** (-np.interp(at, np.arange(len(held_db)), held_db) / 20.0)
    return take.with_channel(channel, sound * gain.astype(np.float32))


def inverted(take: Take, _rng: Rng) -> Floats32:
    """The polarity of channel 1 reversed."""
    return take.with_channel(1, -take.samples[:, 1])


def clipping(take: Take, rng: Rng) -> Floats32:
    """One channel cut off at a third of the level of its loud frames."""
    channel = int(rng.integers(2))
    limit = np.float32(loudness(take.samples[:, channel]) / 3)
    return take.with_channel(channel, np.clip(take.samples[:, channel], -limit, limit))


def one_band(take: Take, rng: Rng, *, shape: Shape) -> Floats32:
    """One channel without what lies above ("lowpass") or below ("highpass") 3 kHz."""
    channel = int(rng.integers(2))
    sos = butter(8, 3000.0, shape, fs=RATE_HZ, output="sos")
    return take.with_channel(channel, _floats32(sosfilt(sos, take.samples[:, channel])))


def muted_stretch(take: Take, rng: Rng) -> Floats32:
    """Channel 1 without a signal for 2 to 5 s, twice; its clock goes on."""
    sound = take.samples[:, 1].copy()
    for part in (0, 1):
        first_s = take.duration_s * (0.1 + 0.4 * part + rng.uniform(0.0, 0.3))
        sound[_frames(first_s, first_s + rng.uniform(2.0, 5.0))] = 0.0
    return take.with_channel(1, sound)


def long_silence(take: Take, rng: Rng) -> Floats32:
    """Nobody makes a sound for 25 to 40 s; the recorders' own noise goes on."""
    first_s = take.duration_s * rng.uniform(0.1, 0.5)
    ends_s = np.array([first_s, first_s + rng.uniform(25.0, 40.0)])
    samples = np.empty_like(take.samples)
    for channel, span_s in enumerate((ends_s, take.clock.time_map.to_channel_1(ends_s))):
        sound = take.samples[:, channel]
        gate = np.ones(len(sound), dtype=np.float32)
        gate[_frames(*span_s)] = 0.0
        samples[:, channel] = sound * gate + _noise(rng, sound, -50.0, pink=True)
    return samples


def half_unrelated(take: Take, rng: Rng) -> Floats32:
    """In the first or in the second half, channel 1 hears another place."""
    sound, other = take.samples[:, 1].copy(), take.stranger(0)[:, 1]
    middle_s, is_second = take.duration_s / 2, bool(rng.integers(2))
    elsewhere = _frames(middle_s, take.duration_s) if is_second else _frames(0.0, middle_s)
    sound[elsewhere] = _at_level(other, loudness(sound))[elsewhere]
    return take.with_channel(1, sound)


def blind_tail(take: Take, rng: Rng) -> Floats32:
    """In its last third channel 1 is noise."""
    sound = take.samples[:, 1].copy()
    tail = _frames(take.duration_s * 2 / 3, take.duration_s)
    sound[tail] = _noise(rng, sound, -10.0, pink=True)[tail]
    return take.with_channel(1, sound)


def all_gap(take: Take, rng: Rng) -> Floats32:
    """Channel 1 heard nothing from start to end but its own noise."""
    return take.with_channel(1, _noise(rng, take.samples[:, 1], -20.0, pink=True))


def unrelated(take: Take, _rng: Rng) -> Floats32:
    """Channel 1 is of another place."""
    return take.with_channel(1, take.stranger(0)[:, 1])


def same_channel(world: World, _rng: Rng) -> World:
    """Channel 1 hears what channel 0 hears, to the sample."""
    return world.with_samples(np.repeat(world.samples[:, :1], 2, axis=1))


def padded_ends(world: World, _rng: Rng) -> World:
    """Both recorders ran only while channel 0 did: elsewhere there is nothing, as in the tool."""
    samples = np.zeros_like(world.samples)
    samples[world.inside] = world.samples[world.inside]
    return world.with_samples(samples)


def few_calls(world: World, rng: Rng, *, count: int) -> World:
    """Of all sounds, `count` calls of 0.4 s are left, the clearest of as many stretches."""
    gate = np.zeros(len(world.samples), dtype=np.float32)
    clear = _heard_by_both(world.samples)
    edges = np.linspace(world.inside.start, world.inside.stop, count + 1).astype(int)
    length = round(CALL_S * RATE_HZ)
    for first, last in pairwise(edges.tolist()):
        at = _clearest(clear, slice(first, last), length)
        gate[at : at + length] = 1.0
    return _in_a_quiet_room(world, world.samples * _faded(gate)[:, None], rng)


def one_motif(world: World, rng: Rng, *, endless: bool) -> World:
    """The clearest 0.6 to 1 s again and again, equal to the sample: in bouts, or without end."""
    length, pause = (round(rng.uniform(*s) * RATE_HZ) for s in ((0.6, 1.0), (0.05, 0.2)))
    at = _clearest(_heard_by_both(world.samples), world.inside, length)
    fade = _faded(np.ones(length, dtype=np.float32), closed=True)
    motif = world.samples[at : at + length] * fade[:, None]
    song = np.zeros_like(world.samples)
    now, left = 0, _bout(rng)
    while now + length < len(song):
        song[now : now + length] = motif
        now, left = now + length + pause, left - 1
        if left == 0 and not endless:
            now, left = now + round(rng.uniform(1.0, 6.0) * RATE_HZ), _bout(rng)
    return _in_a_quiet_room(world, song, rng)


def _bout(rng: Rng) -> int:
    return int(rng.integers(3, 9))


def _heard_by_both(samples: Floats32) -> Floats:
    """How loud the voices of each 20-ms frame are in the channel that hears them less."""
    high = sosfilt(butter(2, 500.0, "highpass", fs=RATE_HZ, output="sos"), samples, axis=0)
    frames = high[: len(high) // FRAME * FRAME].reshape(-1, FRAME, 2)
    power = np.mean(frames**2, axis=1)
    power = np.minimum(power / np.percentile(power, 99, axis=0), 1.0)
    return np.asarray(power.min(axis=1))


def _clearest(clear: Floats, among: slice, length: int) -> int:
    """Where the `length` samples begin that are clearest within a stretch of samples."""
    here = clear[among.start // FRAME : among.stop // FRAME]
    best = np.convolve(here, np.ones(length // FRAME), "valid").argmax()
    return int(among.start + FRAME * best)


def _in_a_quiet_room(world: World, sounds: Floats32, rng: Rng) -> World:
    tone = [_noise(rng, sound, -ROOM_TONE_DB, pink=True) for sound in world.samples.T]
    return world.with_samples(sounds + np.stack(tone, axis=1))


def _faded(gate: Floats32, *, closed: bool = False) -> Floats32:
    """A gate with soft edges; `closed`: at its ends as well."""
    length = round(FADE_S * RATE_HZ)
    window = np.hanning(length + 2)[1:-1]
    if closed:
        gate = gate.copy()
        gate[:length] = gate[-length:] = 0.0
    return fftconvolve(gate, window / window.sum(), "same").astype(np.float32)


def _frames(first_s: float, last_s: float) -> slice:
    return slice(max(0, round(first_s * RATE_HZ)), max(0, round(last_s * RATE_HZ)))


def _gain(db: float) -> float:
    return float(10.0 ** (db / 20.0))


def _at_level(
    sound: Floats | Floats32, level: float, db: float = 0.0, *, of: Floats | Floats32 | None = None
) -> Floats32:
    """A sound scaled until its own loud frames, or those `of` another, lie so far above a level."""
    own = loudness(_floats32(sound if of is None else of))
    return _floats32(sound * (level * _gain(db) / own))


def _noise(rng: Rng, beside: Floats32, db: float, *, pink: bool) -> Floats32:
    """White or pink noise as long as a sound, `db` above its loud frames."""
    white = rng.standard_normal(len(beside), dtype=np.float32)
    if pink:
        size = next_fast_len(len(white), real=True)
        tilt = np.sqrt(np.maximum(rfftfreq(size, 1 / RATE_HZ), PINK_FROM_HZ)).astype(np.float32)
        white = irfft(rfft(white, size) / tilt, size)[: len(white)]
    return _floats32(white * (loudness(beside) * _gain(db) / np.std(white)))


def _floats32(sound: Floats | Floats32) -> Floats32:
    return np.asarray(sound, dtype=np.float32)
