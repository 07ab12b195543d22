"""Clips with sentences that are true of them: simulated birds do as they are told.

A scene is clip after clip, each a row of one kind of sound ("three tets"), then of another, and
sometimes a third. More clips are put together of the frames of rows from different scenes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from core.audio.recording import open_recording
from core.audio.spectra.levels import RATE_HZ
from core.find.frames import STEP_S, CompactFrames
from core.find.index import SCALE
from core.find.words.model import CLIP_FRAMES, CLIP_S
from core.find.words.sentence import COUNTS, WORDS, Sentence
from core.simulate import DriftSpec, SceneSpec, render_stems
from core.simulate.aviary import told_sounds
from core.simulate.events import Event

Order = tuple[str, ...]
Told = list[tuple[float, str, int]]

TAUGHT, JUDGED = range(20000, 20099), range(30000, 30042)
"""Seeds of scenes."""
JUDGED_SNR_DB = 10.0
UNTAUGHT_SHARE = 0.2
SCENE_S = 120.0
_SHIFTS_S = (0.0, 2.0, 4.0)
"""Clips to learn from begin so long after a row does."""
MOST_TIMES = 5
_ROWS_SHARES = (0.1, 0.45, 0.45)
"""Of clips to learn from, with one row, two and three."""
_MARGIN_S = 0.1
_LONGEST_S = {"tet": 0.45, "distance call": 0.5, "introductory note": 0.25, "song": 0.95}
_LONGEST_S |= {"hop": 0.5, "flap": 0.9}
"""How long a time of each takes at most, with the silence after it."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames of some seconds, and what happens in them in order.

    Parameters
    ----------
    frames : ndarray of int8, shape (CLIP_FRAMES, WIDTH)
        As in an index: `core.find.index.SCALE` is one.
    words : ndarray of int, shape (E,)
        Places in `WORDS`.
    spans_s : ndarray, shape (E, 2)
    """

    frames: NDArray[np.int8]
    words: NDArray[np.intp]
    spans_s: NDArray[np.float64]

    @property
    def events(self) -> tuple[str, ...]:
        """What happens."""
        return tuple(WORDS[word] for word in self.words)


@dataclass(frozen=True, eq=False)
class Heard:
    """A scene at some levels of noise: frames (levels, T, WIDTH), and its events in order."""

    frames: NDArray[np.int8]
    words: NDArray[np.intp]
    spans_s: NDArray[np.float64]

    def clips(self, shift_s: float = 0.0) -> Iterator[Clip]:
        """Whole clips, without those in which a sound is cut off."""
        for start_s in _clip_starts_s():
            first_s = start_s + shift_s
            spans_s = self.spans_s - first_s
            inside = (spans_s[:, 0] < CLIP_S) & (spans_s[:, 1] > 0)
            is_whole = (spans_s[inside] >= 0).all() and (spans_s[inside] < CLIP_S).all()
            first = round(first_s / STEP_S)
            if is_whole and first + CLIP_FRAMES <= self.frames.shape[1]:
                for frames in self.frames[:, first : first + CLIP_FRAMES]:
                    yield Clip(frames, self.words[inside], spans_s[inside])


def told_scene(seed: int, orders: Sequence[Order]) -> Told:
    """What birds are told to do: in every clip the words of one of the orders."""
    rng, told = np.random.default_rng(seed), []
    for start_s in _clip_starts_s():
        words = orders[rng.integers(len(orders))]
        at_s = start_s + rng.uniform(0.2, 0.6)
        for word in words:
            times = int(rng.integers(1, MOST_TIMES + 1))
            told.append((float(at_s), word, times))
            at_s += _LONGEST_S[word] * times + rng.uniform(0.2, 0.6)
    return told


def heard(seed: int, told: Told, snrs_db: Sequence[float], folder: Path) -> Heard:
    """A scene as the microphone in the room hears it."""

    def happening(_span_s: tuple[float, float]) -> tuple[list, list]:
        return [replace(each, heard=(True, False)) for each in told_sounds(told, seed)], []

    spec = ("zebra_finch", seed, SCENE_S, RATE_HZ, DriftSpec.none(), SceneSpec())
    stems = render_stems(*spec, happening=happening)
    encoder, path, levels = CompactFrames(), folder / f"scene-{seed}.wav", []
    for snr_db in snrs_db:
        sf.write(path, stems.mix(snr_db, RATE_HZ), RATE_HZ, subtype="PCM_16")
        parts = encoder.frames(open_recording(path), 0)
        frames = np.concatenate([part.kinds for part in parts])
        levels.append(np.rint(frames * SCALE).astype(np.int8))
    path.unlink()
    events: list[Event] = sorted(stems.events, key=lambda e: e.start_s)
    words = np.array([WORDS.index(event.word) for event in events])
    return Heard(np.stack(levels), words, np.array([(e.start_s, e.end_s) for e in events]))


def kept_scene(seed: int, orders: Sequence[Order], snrs_db: Sequence[float], work: Path) -> Heard:
    """The same, from an earlier run if it is there."""
    path = work / f"scene-{seed}.npz"
    if not path.exists():
        made = heard(seed, told_scene(seed, orders), snrs_db, work)
        part = work / f"part-{seed}.npz"
        np.savez(part, frames=made.frames, words=made.words, spans_s=made.spans_s)
        part.rename(path)
    with np.load(path) as told:
        return Heard(told["frames"], told["words"], told["spans_s"])


def held_back(seed: int = 0) -> tuple[list[Order], list[Order]]:
    """Orders of two words that are never taught, a fifth of all, and the others."""
    orders = list(permutations(WORDS, 2))
    at = np.random.default_rng(seed).permutation(len(orders))
    never = {orders[n] for n in at[: round(UNTAUGHT_SHARE * len(orders))]}
    return [o for o in orders if o in never], [o for o in orders if o not in never]


def taught_orders(never: Collection[tuple[str, str]], seed: int) -> list[Order]:
    """Orders of one to three words without any pair of `never`, as often as drawn."""
    rng, orders = np.random.default_rng(seed), []
    while len(orders) < 2000:
        count = int(rng.choice((1, 2, 3), p=_ROWS_SHARES))
        order = tuple(str(word) for word in rng.choice(WORDS, count, replace=False))
        if not any(pair in never for pair in combinations(order, 2)):
            orders.append(order)
    return orders


def judged_orders(seed: int) -> list[Order]:
    """Any two words, in half of all with a third before, between or after."""
    rng, pairs, orders = np.random.default_rng(seed), list(permutations(WORDS, 2)), []
    for _ in range(2000):
        words = [*pairs[rng.integers(len(pairs))]]
        if rng.random() < 0.5:
            other = str(rng.choice([word for word in WORDS if word not in words]))
            words.insert(int(rng.integers(3)), other)
        orders.append(tuple(words))
    return orders


def taught_clips(scenes: int, never: Collection[Order], work: Path) -> list[Clip]:
    """Clips to learn from, in none of which an order of `never` is heard."""
    orders, clips = taught_orders(never, 0), []
    for seed in TAUGHT[:scenes]:
        snrs_db = np.random.default_rng([seed, 1]).uniform((5, 12), (12, 22)).tolist()
        scene = kept_scene(seed, orders, snrs_db, work)
        for shift_s in _SHIFTS_S:
            clips += [
                clip
                for clip in scene.clips(shift_s)
                if not any(pair in never for pair in combinations(clip.events, 2))
            ]
    return clips


def judged_clips(work: Path) -> list[Clip]:
    """Clips to judge by, of other birds, in all orders."""
    orders = judged_orders(1)
    scenes = (kept_scene(seed, orders, [JUDGED_SNR_DB], work) for seed in JUDGED)
    return [clip for scene in scenes for clip in scene.clips()]


def _clip_starts_s() -> list[float]:
    return np.arange(0.0, SCENE_S - CLIP_S + 0.1, CLIP_S).tolist()


def sentences(pairs: Sequence[tuple[str, str]]) -> list[Sentence]:
    """All that can be said of pairs, with every number."""
    return [
        Sentence(((one, first), (two, second)))
        for first, second in pairs
        for one in COUNTS
        for two in COUNTS
    ]
