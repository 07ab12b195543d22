"""Whether a sound is told to be on the other channel where it is, and only there.

usage: python -m benchmarks.accuracy.finding.other_side [--scenes N]

**Real pairs**: a microphone in the room and a transmitter on a bird's back, on one clock, so that
the true time map is known to a few milliseconds. Places are stretches of 0.3, 0.5 and 1 s in which
both channels are louder than in half of their recording: whatever else is legitimately not there.
Some of them hold two different sounds, a bird's in the room and a rubbing transmitter, so that not
all can be found. The net and its directions have learned from recording D, and never heard A and B.

**Simulated pairs**, of birds that nobody trained on: every event of one recorder that stands out of
its noise, apart by whether the other recorder heard it too, and whether another sound that this
recorder heard lies over it.

A place counts as there from `core.find.across.AGREES` on. **Wrong places** are the same ones
looked for 0.5 to 5 s away, where the other channel is loud too, or in another recording.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.finding.examples import SCENE_S, Heard, World, world
from benchmarks.common import store
from benchmarks.common.places import RESULTS, shared
from benchmarks.making.compact_scenes import log_mel_of
from core.audio.recording import open_recording
from core.evidence.compact_net import band_levels, noise_floor
from core.find.across import AGREES, APART_S, stands_out
from core.find.frames import EVERY, STEP_S, CompactFrames
from core.find.index import RecordingFrames, open_frames, write_frames
from core.steps import result_of

LENGTHS_S = (0.3, 0.5, 1.0)
PLACES = 150
"""Of each length and channel."""
LOUD_SHARE = 0.5
EDGE_S = 6.0
SNRS_DB = (10.0, 0.0)

Frames = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Real:
    """A real pair: frames of both channels, and how loud each frame is over the noise."""

    name: str
    frames: RecordingFrames
    loudness: tuple[Frames, Frames]


@dataclass(frozen=True)
class Place:
    """Frames of a channel that both recorders heard."""

    channel: int
    at: int
    length: int


def real_pairs(folder: Path, kept: Path) -> Iterator[Real]:
    """The real pairs of the development audio."""
    encoder = CompactFrames()
    for path in sorted(folder.glob("*.flac")):
        recording = open_recording(path)
        steps = write_frames(kept, recording, recording.fingerprint(), encoder)
        loudness = []
        for channel in (0, 1):
            samples = np.concatenate(list(recording.blocks(channel, 10.0)))
            log_power = log_mel_of(samples)
            levels = band_levels(log_power, noise_floor(log_power))
            loudness.append(levels[::EVERY].mean(axis=1))
        name = path.stem.removeprefix("zf_birdpark_")
        yield Real(name, open_frames(result_of(steps)), (loudness[0], loudness[1]))


def places(pair: Real, rng: np.random.Generator) -> Iterator[tuple[Place, NDArray[np.intp]]]:
    """Where both channels are loud, and starts at which the other channel is."""
    edge = round(EDGE_S / STEP_S)
    for length in (round(each_s / STEP_S) for each_s in LENGTHS_S):
        loud = [_means(each, length) for each in pair.loudness]
        above = [each > np.quantile(each, LOUD_SHARE) for each in loud]
        both = np.flatnonzero(above[0] & above[1])
        both = both[(both > edge) & (both < len(loud[0]) - edge)]
        for channel in (0, 1):
            for at in rng.choice(both, min(PLACES, len(both)), replace=False).tolist():
                yield Place(channel, at, length), np.flatnonzero(above[1 - channel])


def on_real(pairs: list[Real]) -> dict[str, object]:
    """Shares of true and wrong places that count as there, a recording a row."""
    told: dict[str, object] = {}
    for number, pair in enumerate(pairs):
        rng = np.random.default_rng(number)
        stranger = pairs[(number + 2) % len(pairs)]
        there, shifted, strange = [], [], []
        for place, loud in places(pair, rng):
            own = pair.frames.channels[place.channel]
            other = pair.frames.channels[1 - place.channel]
            there.append(stands_out(own, place.at, other, place.at, place.length))
            away = np.abs(loud - place.at) * STEP_S
            wrong = loud[(away >= APART_S[0]) & (away <= APART_S[1])]
            if len(wrong):
                to = int(rng.choice(wrong))
                shifted.append(stands_out(own, place.at, other, to, place.length))
            other = stranger.frames.channels[1 - place.channel]
            to = int(rng.integers(round(EDGE_S / STEP_S), len(other.rows) - place.length))
            strange.append(stands_out(own, place.at, other, to, place.length))
        told[pair.name] = {
            "there": _share(there),
            "shifted": _share(shifted),
            "in another recording": _share(strange),
            "places": len(there),
        }
    return told


def on_simulated(made: World) -> dict[str, object]:
    """The same of events that both recorders heard, and of those that only one heard."""
    rng = np.random.default_rng(0)
    both: list[float] = []
    one: list[float] = []
    one_clear: list[float] = []
    shifted: list[float] = []
    for lists, frames, time_map in zip(made.heard, made.index, made.time_maps, strict=True):
        for channel, events in enumerate(lists):
            over: Callable[[float], np.ndarray] = (
                time_map.to_channel_0 if channel else time_map.to_channel_1
            )
            others = {(e.bird, e.word, round(e.start_s, 2)) for e in lists[1 - channel]}
            for event in events:
                to_s = float(over(event.start_s))
                if event.above_db <= 0 or not 0.1 < to_s < SCENE_S - 1.0:
                    continue
                own, other = frames.channels[channel], frames.channels[1 - channel]
                at, to = round(event.start_s / STEP_S), round(to_s / STEP_S)
                length = max(2, round((event.end_s - event.start_s) / STEP_S))
                nearby = {round(to_s + step, 2) for step in (-0.01, 0.0, 0.01)}
                is_heard = any((event.bird, event.word, near) in others for near in nearby)
                score = stands_out(own, at, other, to, length)
                (both if is_heard else one).append(score)
                if not is_heard and not any(_overlap(event, x) for x in events if x is not event):
                    one_clear.append(score)
                away = round(rng.uniform(*APART_S) / STEP_S) * int(rng.choice([-1, 1]))
                shifted.append(stands_out(own, at, other, to + away, length))
    return {
        "both heard it": _share(both),
        "only one heard it": _share(one),
        "only one heard it, nothing over it": _share(one_clear),
        "shifted": _share(shifted),
        "events": len(both) + len(one),
        "events that only one heard": len(one),
        "events that only one heard, nothing over them": len(one_clear),
    }


def _overlap(one: Heard, other: Heard) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def _share(scores: list[float]) -> float:
    found = np.asarray(scores)
    return round(float((found[~np.isnan(found)] >= AGREES).mean()), 3)


def _means(values: Frames, length: int) -> Frames:
    upto = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray((upto[length:] - upto[:-length]) / length, dtype=np.float32)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy.finding.other_side",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scenes", type=int, default=16)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    result: dict[str, object] = {"scenes": arguments.scenes}
    source = shared()
    with tempfile.TemporaryDirectory() as folder:
        if source is not None:
            result["real"] = on_real(list(real_pairs(source / "data" / "two_sensor", Path(folder))))
            print(result["real"], flush=True)
        for snr_db in SNRS_DB:
            kept = Path(folder) / f"{snr_db:g}"
            kept.mkdir()
            part = on_simulated(world(arguments.scenes, kept, snr_db))
            result[f"simulated, {snr_db:g} dB"] = part
            print(snr_db, part, flush=True)
    store.save(arguments.out, "other_side", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
