"""The shipped model finds what simulated birds were told to do."""

from __future__ import annotations

import pytest

from benchmarks.making.word_clips import heard
from core.find.collection import Collection
from core.find.frames import MOMENT_WIDTH
from core.find.index import ChannelFrames, Label, RecordingFrames
from core.find.indexing import Index
from core.find.words.model import WordModel
from core.find.words.searching import search_words
from core.find.words.sentence import parsed
from core.steps import result_of

TOLD = [
    *((5.0, "distance call", 2), (8.0, "song", 1), (20.0, "hop", 4)),
    *((30.0, "tet", 3), (50.0, "song", 2), (53.0, "distance call", 2)),
    *((66.0, "introductory note", 4), (68.0, "song", 2)),
    *((80.0, "distance call", 3), (84.0, "song", 1), (100.0, "flap", 2)),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    place = tmp_path_factory.mktemp("told")
    rows = heard(77, TOLD, [15.0], place).frames[0]
    moments = rows[:, :MOMENT_WIDTH] * 0
    channel = ChannelFrames(rows[::2, :16] * 0, rows, moments)
    frames = RecordingFrames(Label((), "", "", (len(rows), len(rows))), (channel, channel))
    return Index(Collection(place, ()), (frames,), (), place)


@pytest.mark.parametrize(
    ("text", "span_s"),
    [
        ("two distance calls, then song", (5.0, 8.5)),
        ("two songs, then two distance calls", (51.0, 54.0)),
        ("three distance calls, then a song", (80.5, 84.5)),
        ("many introductory notes, then song", (66.5, 69.0)),
        ("three tets", (30.2, 31.0)),
        ("many hops", (20.5, 21.5)),
    ],
)
def test_what_birds_were_told_is_found(
    index: Index, text: str, span_s: tuple[float, float]
) -> None:
    best, *_ = result_of(search_words(index, parsed(text), 5))
    assert best.stretch.start_s <= span_s[0] < span_s[1] <= best.stretch.end_s


def test_recordings_are_listened_to_once(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    first = result_of(search_words(index, parsed("two tets"), 5))
    monkeypatch.setattr(WordModel, "begins", None)
    assert result_of(search_words(index, parsed("two tets"), 5)) == first
    kept = next(index.folder.glob("*.begins"))
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1])
    monkeypatch.undo()
    assert result_of(search_words(index, parsed("two tets"), 5)) == first
    assert kept.read_bytes() == whole
