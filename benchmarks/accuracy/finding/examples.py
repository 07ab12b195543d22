"""Finding sounds by an example, against log-mel cosine and dynamic time warping, in one run.

usage: python -m benchmarks.accuracy.finding [--scenes N] [--queries N] [--only PART]

Truth comes from the event lists of simulated aviaries at 10 dB whose birds nobody trained on. A
query is one event that stands out of its channel's noise. **Relevant** is, for a call (tet,
distance call), every event of the same kind by birds of *other* recordings; for a song, which no
two birds share, every other song of the same bird in its recording. A hit is right if it shares
half of the shorter of both with a relevant event that its recorder heard. Of the first ten hits:
R@10 is the share that is right of as many as there could be, mAP@10 the mean of the precision at
every right one. `across` hears the query in one channel and takes hits of the other only.
`words`: see `benchmarks.accuracy.finding.words`; what is not shipped was judged when it was
trained. What marks bring: `benchmarks.accuracy.finding.marks`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from benchmarks.accuracy.finding.words import Judges, Row, rows_of_chances
from benchmarks.common import store
from benchmarks.making.compact_scenes import log_mel_of
from benchmarks.making.word_clips import held_back
from core.audio.recording import open_recording
from core.audio.spectra.levels import RATE_HZ
from core.find.frames import EVERY, STEP_S, CompactFrames
from core.find.index import RecordingFrames, open_frames, write_frames
from core.find.query import Query, Stretch
from core.find.search import Found, search
from core.find.words.model import shipped_words
from core.simulate import DriftSpec, SceneSpec, render_stems
from core.simulate.aviary import DISTANCE_CALL, SONG, TET
from core.simulate.scene import active_power
from core.steps import result_of
from core.time_map import TimeMap

SEEDS = 9100
SCENE_S = 120.0
SNR_DB = 10.0
CALLS = (TET, DISTANCE_CALL)
WORDS = (*CALLS, SONG)
TOP = 10
RANKED = 150
"""Hits among which those that count for a task are looked for."""
RESULTS = Path(__file__).parents[1] / "results"

Frames = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """An event as one recorder heard it."""

    start_s: float
    end_s: float
    word: str
    bird: int
    above_db: float


@dataclass(frozen=True, eq=False)
class World:
    """Recordings, what is heard in each channel, and their frames of several kinds."""

    time_maps: list[TimeMap]
    heard: list[tuple[list[Heard], list[Heard]]]
    index: list[RecordingFrames]
    log_mel: list[tuple[Frames, Frames]]


Asked = tuple[int, int, Heard]
"""Recording, channel and event of a query."""
Figures = dict[str, list[tuple[float, float]]]
Ranker = Callable[[World, Stretch], list[Found]]


def world(scenes: int, folder: Path, snr_db: float = SNR_DB) -> World:
    """Simulate, write and index recordings."""
    encoder = CompactFrames()
    made = World([], [], [], [])
    for seed in range(SEEDS, SEEDS + scenes):
        stems = render_stems(
            "zebra_finch", seed, SCENE_S, RATE_HZ, DriftSpec.moderate(), SceneSpec()
        )
        samples = stems.mix(snr_db, RATE_HZ)
        path = folder / f"{seed}.wav"
        sf.write(path, samples, RATE_HZ, subtype="PCM_16")
        recording = open_recording(path)
        steps = write_frames(folder, recording, recording.fingerprint(), encoder)
        made.index.append(open_frames(result_of(steps)))
        lists: tuple[list[Heard], list[Heard]] = ([], [])
        for channel, own in enumerate(lists):
            voices = stems.voices[:, channel].astype(np.float64)
            noise = active_power(stems.voices[:, channel], RATE_HZ) * 10 ** (-snr_db / 10)
            for event in stems.events:
                ends_s = np.array([event.start_s, event.end_s])
                start_s, end_s = stems.time_map.to_channel_1(ends_s) if channel else ends_s
                if not event.heard[channel] or start_s < 0.1 or end_s > SCENE_S - 0.1:
                    continue
                power = np.mean(voices[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)] ** 2)
                above_db = float(10 * np.log10(power / noise + 1e-9))
                own.append(Heard(start_s, end_s, event.word, event.source, above_db))
        made.time_maps.append(stems.time_map)
        made.heard.append(lists)
        mel = [log_mel_of(samples[:, channel])[::EVERY] for channel in (0, 1)]
        made.log_mel.append((mel[0] - mel[0].mean(axis=0), mel[1] - mel[1].mean(axis=0)))
    return made


def asked(made: World, each: int, words: Sequence[str] = WORDS) -> list[Asked]:
    """Queries: so many of each word that stand out of the noise."""
    rng = np.random.default_rng(0)
    found: list[Asked] = []
    for word in words:
        could = [
            (number, channel, event)
            for number, lists in enumerate(made.heard)
            for channel in (0, 1)
            for event in lists[channel]
            if event.word == word and event.above_db > 0
        ]
        found += [could[at] for at in rng.choice(len(could), min(each, len(could)), replace=False)]
    return found


def is_relevant(query: Asked, number: int, event: Heard) -> bool:
    """Whether an event of a recording is what was asked for."""
    recording, _, own = query
    if own.word == SONG:
        return number == recording and event.word == SONG and event.bird == own.bird
    return number != recording and event.word == own.word


def is_right(made: World, query: Asked, hit: Stretch) -> bool:
    """Whether a hit holds half of a relevant event, or lies by half within one."""
    for event in made.heard[hit.recording][hit.channel]:
        shared_s = min(hit.end_s, event.end_s) - max(hit.start_s, event.start_s)
        shorter_s = min(hit.end_s - hit.start_s, event.end_s - event.start_s)
        if shared_s >= 0.5 * shorter_s and is_relevant(query, hit.recording, event):
            return True
    return False


def ours(made: World, own: Stretch) -> list[Found]:
    return search(made.index, example(made, own), RANKED)


def cosine(made: World, own: Stretch) -> list[Found]:
    """Cosine of log-mel spectrograms over the whole stretch."""

    def scores(query: Frames, frames: Frames) -> Frames:
        product = query @ frames.T
        down, along = product.strides
        shape = (len(query), len(frames) - len(query) + 1)
        dots = np.lib.stride_tricks.as_strided(product, shape, (down + along, along)).sum(axis=0)
        energy = np.concatenate([[0.0], np.cumsum((frames.astype(np.float64) ** 2).sum(axis=1))])
        spread = np.sqrt(energy[len(query) :] - energy[: -len(query)])
        return np.asarray(dots / (spread * np.linalg.norm(query) + 1e-9), dtype=np.float32)

    return _brute(made, own, scores)


def warping(made: World, own: Stretch) -> list[Found]:
    """Dynamic time warping of log-mel spectrograms, between half and twice the tempo."""

    def scores(query: Frames, frames: Frames) -> Frames:
        unit = [x / (np.linalg.norm(x, axis=1, keepdims=True) + 1e-9) for x in (query, frames)]
        cost = 1 - unit[0] @ unit[1].T
        before, last = np.full(cost.shape[1], np.inf), cost[0]
        starts_before, starts = np.arange(cost.shape[1]), np.arange(cost.shape[1])
        for row in range(1, len(cost)):
            ways = np.full((3, cost.shape[1]), np.inf)
            ways[0, 1:] = last[:-1]
            ways[1, 2:] = last[:-2]
            ways[2, 1:] = before[:-1] + cost[row - 1, 1:]
            froms = np.zeros((3, cost.shape[1]), dtype=np.intp)
            froms[0, 1:], froms[1, 2:], froms[2, 1:] = starts[:-1], starts[:-2], starts_before[:-1]
            best = ways.argmin(axis=0)
            column = np.arange(cost.shape[1])
            before, last = last, cost[row] + ways[best, column]
            starts_before, starts = starts, froms[best, column]
        from_start = np.full(cost.shape[1] - len(cost) + 1, -np.inf)
        inside = np.isfinite(last) & (starts < len(from_start))
        np.maximum.at(from_start, starts[inside], -last[inside] / len(cost))
        return from_start.astype(np.float32)

    return _brute(made, own, scores)


def _brute(made: World, own: Stretch, scores: Callable[[Frames, Frames], Frames]) -> list[Found]:
    """The best of every sound, by scores of log-mel frames."""
    length = max(2, round((own.end_s - own.start_s) / STEP_S))
    first = round(own.start_s / STEP_S)
    query = made.log_mel[own.recording][own.channel][first : first + length]
    ranked: list[Found] = []
    for number, channels in enumerate(made.log_mel):
        for channel in (0, 1):
            score = scores(query, channels[channel])
            for _ in range(3 * TOP):
                at = int(score.argmax())
                where = Stretch(number, channel, at * STEP_S, (at + length) * STEP_S)
                ranked.append(Found(where, float(score[at])))
                score[max(0, at - length // 2) : at + length // 2 + 1] = -np.inf
    ranked.sort(key=lambda each: -each.score)
    return [each for each in ranked if not each.is_same(own)]


def _taken(ranked: Sequence[Found], takes: Callable[[Stretch], bool]) -> list[Found]:
    return [each for each in ranked if takes(each.stretch)][:TOP]


def example(made: World, own: Stretch) -> Query:
    frames = made.index[own.recording].channels[own.channel]
    length = max(2, round((own.end_s - own.start_s) / STEP_S))
    return Query(frames.stretch(round(own.start_s / STEP_S), length), own)


def figures(right: Sequence[bool], could: int) -> tuple[float, float]:
    """R@10 and average precision at 10 of one query."""
    most = min(TOP, could)
    hits = np.asarray(right[:TOP], dtype=float)
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(hits.sum() / most), float((precision * hits).sum() / most)


def judged(made: World, queries: Sequence[Asked], ranker: Ranker) -> dict[str, object]:
    """Figures of one way to search, in all channels and in the other one only."""
    told: dict[str, Figures] = {"example": defaultdict(list), "across": defaultdict(list)}
    for query in queries:
        number, channel, event = query
        ranked = ranker(made, Stretch(number, channel, event.start_s, event.end_s))
        for name, figures_of in told.items():
            takes, could = task(made, query, across=name == "across")
            if could:
                right = [is_right(made, query, hit.stretch) for hit in _taken(ranked, takes)]
                figures_of[event.word].append(figures(right, could))
    return {name: summary(figures_of) for name, figures_of in told.items()}


def task(made: World, query: Asked, *, across: bool) -> tuple[Callable[[Stretch], bool], int]:
    """Which hits count for a query, and how many relevant events there are among them."""
    number, channel, own = query

    def takes(hit: Stretch) -> bool:
        inside = hit.recording == number
        return inside == (own.word == SONG) and not (across and hit.channel == channel)

    could = sum(
        is_relevant(query, other, event)
        for other, lists in enumerate(made.heard)
        for side in (0, 1)
        for event in lists[side]
        if not (across and side == channel)
    )
    return takes, could - (own.word == SONG and not across)


def mean(pairs: Sequence[tuple[float, float]]) -> dict[str, object]:
    recall, precision = np.mean(pairs, axis=0).tolist()
    return {"R@10": round(recall, 3), "mAP@10": round(precision, 3), "queries": len(pairs)}


def summary(told: Figures) -> dict[str, object]:
    calls = [pair for word in CALLS for pair in told[word]]
    return {"calls": mean(calls)} | {word: mean(pairs) for word, pairs in told.items()}


RANKERS: dict[str, Ranker] = {
    "finchsync": ours,
    "log-mel cosine": cosine,
    "log-mel dynamic time warping": warping,
}
BY_WORDS = "words"


def by_words(stored: Path) -> dict[str, Row]:
    """All systems as they were judged when they were trained, and what is shipped judged now."""
    result = store.load(stored, "finding_words") or {"systems": {}}
    with tempfile.TemporaryDirectory() as folder:
        judges, model = Judges(Path(folder)), shipped_words()
        again = {"distilled, judged again": judges.row(judges.by_model(model))}
        taught = Judges(Path(folder), held_back()[1])
        result["systems"] |= again | rows_of_chances(judges, taught, model)
    result.pop("machine", None)
    store.save(stored, "finding_words", result)
    told: dict[str, Row] = result["systems"]
    return told


def parser_of(prog: str, about: str | None) -> argparse.ArgumentParser:
    """Arguments of what is judged on simulated aviaries."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {prog}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scenes", type=int, default=16)
    parser.add_argument("--queries", type=int, default=60, help="of each word")
    parser.add_argument("--out", type=Path, default=RESULTS)
    return parser


def main() -> int:
    parser = parser_of("benchmarks.accuracy.finding", __doc__)
    parser.add_argument("--only", choices=[*RANKERS, BY_WORDS], help="one part; others stay")
    arguments = parser.parse_args()
    result = store.load(arguments.out, "finding") or {}
    result |= {"scenes": arguments.scenes, "snr_db": SNR_DB}
    wanted = [arguments.only] if arguments.only else [*RANKERS, BY_WORDS]
    by_example = [name for name in wanted if name in RANKERS]
    if by_example:
        with tempfile.TemporaryDirectory() as folder:
            made = world(arguments.scenes, Path(folder))
            queries = asked(made, arguments.queries)
            for name in by_example:
                result[name] = part = judged(made, queries, RANKERS[name])
                print(name, part, flush=True)
    if BY_WORDS in wanted:
        for name, row in by_words(arguments.out).items():
            print(BY_WORDS, name, row, flush=True)
    if by_example:
        result.pop("machine", None)
        store.save(arguments.out, "finding", result)
    return 0
