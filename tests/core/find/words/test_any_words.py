"""A model of a person's own looks up any words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.find.collection import collection_of
from core.find.indexing import Index, indexed
from core.find.words.any_words import clips_of
from core.find.words.asking import AnyWords, answered
from core.steps import result_of
from tests.core.find.scenes import RATE_HZ, Noise, call, write


class Loud:
    """Knows one thing of a sound, how loud it is, and hears at a rate of its own."""

    def __init__(self) -> None:
        self.digest, self.rate_hz, self.heard = "1" * 16, 24_000, 0

    def text(self, text: str) -> np.ndarray:
        return np.array([1.0, 0.0] if text == "loud" else [0.0, 1.0], dtype=np.float32)

    def sounds(self, clips: list[np.ndarray]) -> np.ndarray:
        self.heard += len(clips)
        angle = [np.arctan(20 * float(np.sqrt(np.mean(clip**2)))) for clip in clips]
        return np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    write(tmp_path / "a.wav", ([(13.0, call(2000, 4000, 1.0))], []), duration_s=20.0)
    write(tmp_path / "b.wav", ([], []), duration_s=4.0, seed=1)
    return result_of(indexed(collection_of(tmp_path), Noise()))


def test_the_clip_is_found_and_sound_is_heard_once(index: Index) -> None:
    model = Loud()
    asked = AnyWords("loud", model)
    best, *_ = result_of(answered(index, asked, 3))
    assert best.stretch[:2] == (0, 0)
    assert best.stretch.start_s <= 13.0 < 14.0 <= best.stretch.end_s
    heard = model.heard
    last = result_of(answered(index, AnyWords("quiet", model), 50))[-1]
    assert model.heard == heard
    assert last.stretch.start_s <= 13.0 < last.stretch.end_s
    damaged = next(index.folder.glob("*.clips"))
    damaged.write_bytes(damaged.read_bytes()[:-3])
    assert result_of(answered(index, asked, 3))[0] == best
    assert model.heard > heard


def test_clips_reach_the_end(index: Index) -> None:
    long, short = (each.recording for each in index.collection.recordings)
    assert {len(clip) for clip in clips_of(long, 0, 24_000)} == {6 * 24_000}
    assert len(list(clips_of(long, 0, RATE_HZ))) == 6
    (only,) = clips_of(short, 1, RATE_HZ)
    assert np.count_nonzero(only) == pytest.approx(4 * RATE_HZ, rel=0.01)
