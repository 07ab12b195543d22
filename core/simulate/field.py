"""What happens in a field soundscape: several species of song birds, rain drips.

Whistles, trills, sweeps and warbles on 1.5 to 7 kHz, as the common song types
of temperate passerines (Catchpole & Slater 2008, "Bird Song").
"""

from __future__ import annotations

import numpy as np

from core.simulate.sounds import Burst, Note, Sound
from core.simulate.spec import Chance, SceneSpec, rng_for

Song = tuple[tuple[float, Note], ...]

SONG, DRIP = "song", "drip"
SINGERS = 6
SONGS_PER_SINGER = 2


def field_sounds(
    spec: SceneSpec, seed: int, span_s: tuple[float, float]
) -> tuple[list[Sound], list[Sound]]:
    """Voices and bumps between two moments.

    Parameters
    ----------
    spec : SceneSpec
        With a single source, that singer has the songs of all.
    seed : int
    span_s : tuple of float
        First and last moment, channel-0 seconds.

    Returns
    -------
    voices, bumps : list of Sound
    """
    singers = spec.sources or SINGERS
    songs_each = SONGS_PER_SINGER * (SINGERS if singers == 1 else 1)
    voices: list[Sound] = []
    for number in range(singers):
        repertoire_rng = rng_for(seed, Chance.REPERTOIRE, number)
        songs = [_draw_song(repertoire_rng) for _ in range(songs_each)]
        rng = rng_for(seed, Chance.SCHEDULE, number)
        pause_s = (1.5 if singers == 1 else 6.0) / spec.density
        voices += _sing(songs, number, pause_s, spec.shared_share, rng, span_s)
    return voices, _drips(spec, seed, span_s)


def _draw_song(rng: np.random.Generator) -> Song:
    """Parts of repeated elements: a trill, a row of whistles, or a warble."""
    lag_s, notes = 0.0, []
    for _ in range(rng.integers(1, 4)):
        style = rng.choice(3, p=(0.4, 0.3, 0.3))
        base_hz, loud_db = rng.uniform(1800, 6000), rng.uniform(-4.0, 2.0)
        sweep = (1.0, rng.uniform(0.7, 1.35), rng.uniform(0.7, 1.35))
        if style == 0:
            count, pace_s, fill = int(rng.integers(6, 24)), rng.uniform(0.04, 0.11), 0.6
        elif style == 1:
            count, pace_s, fill = int(rng.integers(2, 6)), rng.uniform(0.18, 0.45), 0.65
            sweep = (1.0, rng.uniform(0.95, 1.05), rng.uniform(0.93, 1.05))
        else:
            count, pace_s, fill = int(rng.integers(4, 12)), rng.uniform(0.07, 0.18), 0.7
        for _ in range(count):
            if style == 2:
                base_hz = rng.uniform(2000, 6000)
                sweep = (1.0, rng.uniform(0.7, 1.4), rng.uniform(0.7, 1.4))
            f0_hz = tuple(min(7500.0, base_hz * s) for s in sweep)
            note_seed = int(rng.integers(2**31))
            note = Note(pace_s * fill, f0_hz, base_hz, 0.5, 0.01, 0.0, loud_db, note_seed)
            notes.append((lag_s, note))
            lag_s += pace_s
        lag_s += rng.uniform(0.02, 0.12)
    return tuple(notes)


def _sing(
    songs: list[Song],
    number: int,
    pause_s: float,
    shared_share: float,
    rng: np.random.Generator,
    span_s: tuple[float, float],
) -> list[Sound]:
    sounds: list[Sound] = []
    now_s = span_s[0] + rng.uniform(0.0, pause_s)
    while now_s < span_s[1]:
        song = songs[int(rng.integers(len(songs)))]
        only_0, shared = bool(rng.uniform() < 0.5), bool(rng.uniform() < shared_share)
        heard = (shared or only_0, shared or not only_0)
        stretch = 1.0 + 0.02 * rng.standard_normal()
        sounds += [
            Sound(now_s + lag_s * stretch, number, note, heard, SONG, place > 0)
            for place, (lag_s, note) in enumerate(song)
        ]
        now_s += song[-1][0] + 0.5 + rng.exponential(pause_s)
    return sounds


def _drips(spec: SceneSpec, seed: int, span_s: tuple[float, float]) -> list[Sound]:
    """Drops on the housing of one recorder or the other."""
    if spec.bumps == 0:
        return []
    rng = rng_for(seed, Chance.BUMPS)
    sounds: list[Sound] = []
    now_s = span_s[0]
    while now_s < span_s[1]:
        now_s += rng.exponential(1.5)
        low_hz, high_hz = rng.uniform(200, 600), rng.uniform(1500, 6000)
        level_db = 20.0 * np.log10(spec.bumps) + rng.uniform(-16.0, 0.0)
        drop = Burst(0.05, low_hz, high_hz, 0.005, 0.0, level_db, int(rng.integers(2**31)))
        on_0 = bool(rng.uniform() < 0.5)
        sounds.append(Sound(now_s, 0, drop, (on_0, not on_0), DRIP))
    return sounds
