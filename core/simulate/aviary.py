"""What happens in an aviary of zebra finches.

Note types, their durations and fundamentals follow the descriptions of Zann
(1996), "The Zebra Finch", and Elie & Theunissen (2016), "The vocal repertoire
of the domesticated zebra finch", Animal Cognition 19: harmonic stacks on 450
to 700 Hz, down-sweeps, high notes and noisy notes in a motif of 0.5 to 1 s
after introductory notes; short tets in trains; longer distance calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from core.simulate.sounds import Burst, Note, Sound
from core.simulate.spec import Chance, SceneSpec, rng_for

Motif = tuple[tuple[float, Note], ...]
"""Notes with their lag from the start of the motif, seconds."""
Phrase = tuple[tuple[float, Note, str], ...]
"""The same, with their words; a word that is empty goes on with the one before."""

INTRODUCTION, SONG, TET, DISTANCE_CALL = "introductory note", "song", "tet", "distance call"
HOP, FLAP, SEED, RUSTLE = "hop", "flap", "seed", "rustle"

_PACES_S = {
    TET: (0.12, 0.5),
    DISTANCE_CALL: (0.15, 0.5),
    INTRODUCTION: (0.08, 0.2),
    SONG: (0.03, 0.2),
    HOP: (0.2, 0.6),
    FLAP: (0.2, 0.6),
}
"""Silence between one time and the next, where a bird does as it is told."""
BIRDS = 4
WEARER = 0
"""The bird that carries the transmitter."""
QUIET_SHARE = 0.06
"""Share of acts that happen although the colony is quiet."""


@dataclass(frozen=True, slots=True)
class _Bird:
    """What one bird sings: its motif never changes, its renditions hardly do."""

    motif: Motif
    introduction: Note
    tet: Note
    distance_call: Note
    variability: float


def aviary_sounds(
    spec: SceneSpec, seed: int, span_s: tuple[float, float], *, stereotyped: bool
) -> tuple[list[Sound], list[Sound]]:
    """Voices and bumps between two moments.

    Parameters
    ----------
    spec : SceneSpec
    seed : int
    span_s : tuple of float
        First and last moment, channel-0 seconds.
    stereotyped : bool
        One bird repeats identical motifs at equal intervals, and nothing else.

    Returns
    -------
    voices, bumps : list of Sound
    """
    if stereotyped:
        return _isochronous_song(spec, seed, span_s), _bumps(spec, seed, span_s, 1)
    birds = spec.sources or BIRDS
    quiet = _quiet_times(seed, span_s)
    voices: list[Sound] = []
    for number in range(birds):
        bird = _draw_bird(rng_for(seed, Chance.REPERTOIRE, number))
        voices += _acts(bird, number, spec, rng_for(seed, Chance.SCHEDULE, number), span_s, quiet)
    return voices, _bumps(spec, seed, span_s, birds)


def _draw_bird(rng: np.random.Generator) -> _Bird:
    pitch_hz = rng.uniform(480.0, 680.0)
    count = int(rng.integers(4, 8))
    kinds = rng.choice(4, count, p=(0.4, 0.3, 0.12, 0.18))
    lag_s, motif = 0.0, []
    for kind in kinds:
        note = _song_note(rng, int(kind), pitch_hz)
        motif.append((lag_s, note))
        lag_s += note.duration_s + rng.uniform(0.01, 0.045)
    return _Bird(
        motif=tuple(motif),
        introduction=Note(
            rng.uniform(0.04, 0.07),
            (rng.uniform(900, 1500), pitch_hz, 0.9 * pitch_hz),
            rng.uniform(2000, 3200),
            noise=rng.uniform(0.0, 0.06),
            level_db=-6.0,
        ),
        tet=Note(
            rng.uniform(0.045, 0.085),
            (0.95 * pitch_hz, 1.06 * pitch_hz, 0.85 * pitch_hz),
            rng.uniform(1800, 3000),
            rng.uniform(0.8, 1.2),
            level_db=-8.0,
        ),
        distance_call=Note(
            rng.uniform(0.09, 0.22),
            (rng.uniform(1.0, 2.2) * pitch_hz, 1.05 * pitch_hz, pitch_hz, 0.8 * pitch_hz),
            rng.uniform(2500, 3600),
            rng.uniform(0.7, 1.0),
            noise=rng.uniform(0.0, 0.03),
            level_db=1.0,
        ),
        variability=rng.uniform(0.5, 1.5),
    )


def _song_note(rng: np.random.Generator, kind: int, pitch_hz: float) -> Note:
    """Harmonic stack, down-sweep, high note or noisy note."""
    level_db, seed = rng.uniform(-5.0, 3.0), int(rng.integers(2**31))
    if kind == 0:
        f0_hz = pitch_hz * rng.uniform(0.9, 1.15) * np.array([0.95, 1.0, rng.uniform(0.75, 1)])
        duration_s, noise = rng.uniform(0.06, 0.18), rng.uniform(0.0, 0.015)
    elif kind == 1:
        held = [pitch_hz] * int(rng.integers(1, 4))
        f0_hz = np.array([rng.uniform(1200, 2200), rng.uniform(800, 1100), *held])
        duration_s, noise = rng.uniform(0.05, 0.09) + 0.03 * len(held), rng.uniform(0.0, 0.04)
    elif kind == 2:
        f0_hz = rng.uniform(3000, 5500) * np.array([1.0, rng.uniform(0.9, 1.2), 1.1])
        return Note(rng.uniform(0.03, 0.08), _points(f0_hz), 4500, 0.7, 0.01, 0.0, level_db, seed)
    else:
        f0_hz = pitch_hz * rng.uniform(0.7, 1.3) * np.array([1.0, rng.uniform(0.8, 1.3), 0.9])
        duration_s, noise = rng.uniform(0.05, 0.12), rng.uniform(0.08, 0.2)
    flutter_hz = rng.uniform(60.0, 110.0) if rng.uniform() < 0.15 else 0.0
    centre_hz, width_oct = rng.uniform(1800, 3900), rng.uniform(0.5, 0.85)
    return Note(duration_s, _points(f0_hz), centre_hz, width_oct, noise, flutter_hz, level_db, seed)


def _points(f0_hz: np.typing.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(f0_hz.tolist())


def _again(note: Note, rng: np.random.Generator, variability: float) -> Note:
    """The same note, sung once more."""
    pitch = 1.0 + 0.008 * variability * rng.standard_normal()
    return replace(
        note,
        duration_s=note.duration_s * (1.0 + 0.02 * variability * rng.standard_normal()),
        f0_hz=tuple(f * pitch for f in note.f0_hz),
        level_db=note.level_db + variability * rng.standard_normal(),
        seed=int(rng.integers(2**31)),
    )


def _acts(
    bird: _Bird,
    number: int,
    spec: SceneSpec,
    rng: np.random.Generator,
    span_s: tuple[float, float],
    quiet: np.typing.NDArray[np.float64],
) -> list[Sound]:
    """Songs, call trains and single calls of one bird; silences between them."""
    sounds: list[Sound] = []
    now_s = span_s[0] + rng.uniform(0.0, 2.0)
    while now_s < span_s[1]:
        act = rng.choice(3, p=(0.3, 0.4, 0.3))
        phrase = (_song, _train, _single)[act](bird, rng)
        heard = _heard(rng, spec.shared_share)
        is_quiet = bool(np.searchsorted(quiet, now_s) % 2)
        if not is_quiet or rng.uniform() < QUIET_SHARE:
            sounds += [
                Sound(now_s + lag_s, number, note, heard, word or SONG, not word)
                for lag_s, note, word in phrase
            ]
            now_s += phrase[-1][0]
        now_s += 0.3 + rng.exponential(5.0) / spec.density
    return sounds


def _song(bird: _Bird, rng: np.random.Generator) -> Phrase:
    """Introductory notes, then the motif one to four times."""
    lag_s, notes = 0.0, []
    for _ in range(rng.integers(2, 6)):
        note = _again(bird.introduction, rng, bird.variability)
        notes.append((lag_s, note, INTRODUCTION))
        lag_s += rng.uniform(0.12, 0.25)
    for _ in range(rng.integers(1, 5)):
        stretch = 1.0 + 0.015 * bird.variability * rng.standard_normal()
        for place, (note_lag_s, note) in enumerate(bird.motif):
            again = _again(note, rng, bird.variability)
            notes.append((lag_s + note_lag_s * stretch, again, "" if place else SONG))
        lag_s = notes[-1][0] + notes[-1][1].duration_s + rng.uniform(0.03, 0.2)
    return tuple(notes)


def _train(bird: _Bird, rng: np.random.Generator) -> Phrase:
    """Tets, now and then a distance call, at a nearly steady pace."""
    call, word = _call(bird, rng, 0.75)
    pace_s = rng.uniform(0.18, 0.7)
    lags_s = np.cumsum(pace_s * rng.uniform(0.75, 1.25, rng.integers(3, 14)))
    return tuple((float(lag_s), _again(call, rng, 1.5), word) for lag_s in lags_s)


def _single(bird: _Bird, rng: np.random.Generator) -> Phrase:
    call, word = _call(bird, rng, 0.7)
    return ((0.0, _again(call, rng, 2.0), word),)


def _call(bird: _Bird, rng: np.random.Generator, tets: float) -> tuple[Note, str]:
    """A tet, or seldom a distance call."""
    return (bird.tet, TET) if rng.uniform() < tets else (bird.distance_call, DISTANCE_CALL)


def _heard(rng: np.random.Generator, shared_share: float) -> tuple[bool, bool]:
    """Both recorders, or one of them."""
    if rng.uniform() < shared_share:
        return True, True
    only_0 = bool(rng.uniform() < 0.5)
    return only_0, not only_0


def _quiet_times(seed: int, span_s: tuple[float, float]) -> np.typing.NDArray[np.float64]:
    """Moments at which the colony turns quiet, lively, quiet, ...; ascending, seconds."""
    rng = rng_for(seed, Chance.ACTIVITY)
    turns, now_s = [], span_s[0]
    while now_s < span_s[1]:
        lively_s, quiet_s = rng.uniform(6.0, 25.0), rng.uniform(3.0, 12.0)
        turns += [now_s + lively_s, now_s + lively_s + quiet_s]
        now_s = turns[-1]
    return np.array(turns)


def _isochronous_song(spec: SceneSpec, seed: int, span_s: tuple[float, float]) -> list[Sound]:
    """One bird whose motifs are equal to the sample and fall on an even beat."""
    bird = _draw_bird(rng_for(seed, Chance.REPERTOIRE, WEARER))
    rng = rng_for(seed, Chance.SCHEDULE, WEARER)
    last_lag_s, last_note = bird.motif[-1]
    period_s = last_lag_s + last_note.duration_s + rng.uniform(0.05, 0.15)
    beats = int((span_s[1] - span_s[0]) / period_s)
    singing, sounds = True, []
    for beat in range(beats):
        if rng.uniform() < 0.2:
            singing = bool(rng.uniform() < min(1.0, 0.7 * spec.density))
        if singing:
            start_s = span_s[0] + beat * period_s
            heard = _heard(rng, spec.shared_share)
            sounds += [
                Sound(start_s + lag_s, WEARER, note, heard, SONG, place > 0)
                for place, (lag_s, note) in enumerate(bird.motif)
            ]
    return sounds


def _bumps(spec: SceneSpec, seed: int, span_s: tuple[float, float], birds: int) -> list[Sound]:
    """Hops, wing beats, seeds being cracked, and feathers on the transmitter."""
    if spec.bumps == 0:
        return []
    loud_db = 20.0 * np.log10(spec.bumps)
    sounds: list[Sound] = []
    for number in range(birds):
        rng = rng_for(seed, Chance.BUMPS, number)
        on_body = number == WEARER
        now_s = span_s[0] + rng.exponential(2.0)
        while now_s < span_s[1]:
            word = (HOP, FLAP, SEED, RUSTLE)[rng.choice(4, p=(0.45, 0.15, 0.25, 0.15))]
            noise_seed, level_db = int(rng.integers(2**31)), loud_db - rng.exponential(9.0)
            heard = (bool(rng.uniform() < 0.85), on_body)
            what = _burst(word, rng, level_db, noise_seed)
            if word == RUSTLE:
                heard = False, on_body
            sounds.append(Sound(now_s, number, what, heard, word))
            now_s += rng.exponential(0.6 if rng.uniform() < 0.8 else 10.0)
    return sounds


def _burst(word: str, rng: np.random.Generator, level_db: float, seed: int) -> Burst:
    if word == HOP:
        return Burst(0.04, 250, rng.uniform(2500, 7500), 0.006, 0, level_db + 2, seed)
    if word == FLAP:
        length_s, beat_hz = rng.uniform(0.25, 0.9), rng.uniform(18, 27)
        return Burst(length_s, 200, 5000, 0.018, beat_hz, level_db + 8, seed)
    if word == SEED:
        length_s, pace_hz = rng.uniform(0.2, 0.8), rng.uniform(6, 14)
        return Burst(length_s, 1500, 7500, 0.004, pace_hz, level_db - 6, seed)
    return Burst(rng.uniform(0.2, 1.5), 150, 900, 0.05, 9.0, level_db + 6, seed)


def told_sounds(
    told: Iterable[tuple[float, str, int]], seed: int, birds: int = BIRDS
) -> list[Sound]:
    """What is heard if birds do as they are told.

    Parameters
    ----------
    told : iterable of (float, str, int)
        When one of the birds does what, how many times; seconds.
    seed : int
        Of birds and of chance.
    birds : int

    Returns
    -------
    list of Sound
        Heard by both recorders; an event each time.
    """
    rng = rng_for(seed, Chance.SCHEDULE)
    each = [_draw_bird(rng_for(seed, Chance.REPERTOIRE, number)) for number in range(birds)]
    sounds: list[Sound] = []
    for start_s, word, times in told:
        number = int(rng.integers(birds))
        pace_s, now_s = rng.uniform(*_PACES_S[word]), start_s
        for _ in range(times):
            parts = _rendition(each[number], word, rng)
            sounds += [
                Sound(now_s + lag_s, number, what, (True, True), word, place > 0)
                for place, (lag_s, what) in enumerate(parts)
            ]
            now_s += parts[-1][0] + parts[-1][1].duration_s + pace_s * rng.uniform(0.8, 1.2)
    return sounds


def _rendition(
    bird: _Bird, word: str, rng: np.random.Generator
) -> tuple[tuple[float, Note | Burst], ...]:
    """One time of something, with the lags of its parts."""
    if word == SONG:
        return tuple((lag_s, _again(note, rng, bird.variability)) for lag_s, note in bird.motif)
    notes = {TET: bird.tet, DISTANCE_CALL: bird.distance_call, INTRODUCTION: bird.introduction}
    if word in notes:
        return ((0.0, _again(notes[word], rng, 1.5)),)
    level_db = -rng.uniform(0.0, 6.0)
    return ((0.0, _burst(word, rng, level_db, int(rng.integers(2**31)))),)
