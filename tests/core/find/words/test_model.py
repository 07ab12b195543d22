from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.find.collection import Collection
from core.find.frames import WIDTH
from core.find.indexing import Index
from core.find.words import listening, searching
from core.find.words.model import CLIP_FRAMES, CLIP_S, STEP_FRAMES, WordModel, shipped_words
from core.find.words.searching import search_words
from core.find.words.sentence import TOKENS, parsed
from core.steps import result_of
from tests.core.find.scenes import in_memory, unit


def test_without_torch_it_is_the_same() -> None:
    torch = pytest.importorskip("torch")
    from core.nets.words import WordConfig, WordSystem

    torch.manual_seed(0)
    system = WordSystem(
        WordConfig("all", len(TOKENS), 6, WIDTH, (8, 12, 12), width=16, heads=2)
    ).eval()
    clips = unit(np.random.default_rng(0), 3 * CLIP_FRAMES).reshape(3, CLIP_FRAMES, WIDTH)
    said = [parsed("two tets, then song"), parsed("hop")]
    tokens = torch.tensor([sentence.tokens for sentence in said])
    with torch.no_grad():
        wanted = system(tokens, torch.from_numpy(clips)).numpy()
    model = WordModel(system.weights())
    sounds = model.sound(model.begins(clips))
    found = np.stack([model.scores(model.text(sentence), sounds) for sentence in said])
    assert np.allclose(found, wanted, atol=1e-5)


def test_clips_of_both_channels_are_ranked_and_short_recordings_have_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = in_memory((unit(rng, 700), unit(rng, 650)), (unit(rng, 100), unit(rng, 100)))
    named = [
        replace(each, label=replace(each.label, fingerprint=str(number)))
        for number, each in enumerate(frames)
    ]
    index = Index(Collection(tmp_path, ()), tuple(named), (), tmp_path)
    found = result_of(search_words(index, parsed("two tets"), 10))
    assert {(x.stretch.recording, x.stretch.channel) for x in found} == {(0, 0), (0, 1)}
    assert [x.score for x in found] == sorted((x.score for x in found), reverse=True)
    assert {round(x.stretch.end_s - x.stretch.start_s, 6) for x in found} == {CLIP_S}


def test_a_channel_is_heard_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    model = shipped_words()
    (frames,) = in_memory((unit(np.random.default_rng(1), 901), unit(np.random.default_rng(2), 4)))
    whole = listening.heard(frames.channels[0], model)
    assert len(whole) == 225
    monkeypatch.setattr(listening, "_BLOCK", 40)
    assert np.allclose(listening.heard(frames.channels[0], model), whole, atol=1e-5)
    assert len(listening.heard(frames.channels[1], model)) == 1


def test_clips_begin_where_no_row_is_cut_apart_if_they_can() -> None:
    row = np.zeros((400, 1), dtype=np.float32)
    row[100:109:4] = 1.0
    starts, cuts = searching.clip_starts(row)
    ends = starts + CLIP_FRAMES // STEP_FRAMES
    is_whole = (ends <= 92) | (starts > 116) | ((starts <= 100) & (ends > 108))
    assert cuts[is_whole].max() == 0
    assert (~is_whole).sum() <= 2
    assert np.diff(starts).max() < 2 * searching.HOP
    _, cuts = searching.clip_starts(np.ones_like(row))
    assert cuts.min() == 1
