"""Sorting pairs by hand: files move where a person puts them, and none gets lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.audio.pairs.pair_draft import DraftRow, PairDraft
from core.audio.pairs.pairing import FoundFile, guess_pairs

NAMES = ("a_1.wav", "a_2.wav", "a_3.wav", "b_1.wav", "b_2.wav", "ref.w64")


@pytest.fixture
def files() -> dict[str, FoundFile]:
    return {name: FoundFile(Path(name), 5 if name == "ref.w64" else 1, 60.0) for name in NAMES}


@pytest.fixture
def draft(files: dict[str, FoundFile]) -> PairDraft:
    return PairDraft.of(guess_pairs(tuple(files.values())), files.values())


def _labels(draft: PairDraft) -> list[tuple[str, ...]]:
    return [pair.labels for pair in draft.pairs]


def _all(draft: PairDraft) -> set[str]:
    return {path.name for row in draft.rows for path in row.paths}


def test_files_without_a_partner_stand_alone_below(draft: PairDraft) -> None:
    assert _labels(draft) == [("a_1.wav", "b_1.wav"), ("a_2.wav", "b_2.wav")]
    assert [path.name for path in draft.unpaired] == ["a_3.wav", "ref.w64"]
    assert draft.problems == ("", "", "no other file", "no other file")


def test_a_file_is_put_to_another_and_one_that_is_displaced_stays_at_hand(
    draft: PairDraft, files: dict[str, FoundFile]
) -> None:
    draft = draft.placed(0, 1, files["a_3.wav"])
    assert _labels(draft)[0] == ("a_1.wav", "a_3.wav")
    assert {path.name for path in draft.unpaired} == {"ref.w64", "b_1.wav"}
    assert _all(draft) == set(NAMES)


def test_one_reference_serves_several_recorders(
    draft: PairDraft, files: dict[str, FoundFile]
) -> None:
    draft = draft.placed(0, 0, files["ref.w64"]).placed(1, 0, files["ref.w64"])
    draft = draft.with_channel(1, 0, 3)
    assert _labels(draft) == [("ref.w64:0", "b_1.wav"), ("ref.w64:3", "b_2.wav")]
    assert _all(draft) == set(NAMES)


def test_channels_and_spacing_of_one_row_are_those_of_all() -> None:
    names = [f"{recorder}_{number}.w64" for number in range(3) for recorder in ("daq", "sdr")]
    files = [FoundFile(Path(name), 5 if "2" not in name else 3, 60.0) for name in names]
    draft = PairDraft.of(guess_pairs(files), files)
    draft = draft.with_channel(1, 0, 4).with_channel(1, 1, 2).spaced(1, 2.5).all_as(1)
    assert _labels(draft) == [
        ("daq_0.w64:4", "sdr_0.w64:2"),
        ("daq_1.w64:4", "sdr_1.w64:2"),
        ("daq_2.w64:0", "sdr_2.w64:2"),
    ]
    assert [row.spacing_m for row in draft.rows] == [2.5] * 3


def test_sides_are_swapped_where_wanted(draft: PairDraft) -> None:
    assert _labels(draft.swapped([1])) == [("a_1.wav", "b_1.wav"), ("b_2.wav", "a_2.wav")]
    assert draft.swapped([2]).rows[2].sides[0] is None


def test_a_pair_that_is_there_twice_or_is_no_pair_is_told_and_not_opened(
    draft: PairDraft, files: dict[str, FoundFile]
) -> None:
    twice = draft.placed(1, 0, files["a_1.wav"]).placed(1, 1, files["b_1.wav"])
    assert twice.problems[:2] == ("", "is there twice")
    assert _labels(twice) == [("a_1.wav", "b_1.wav")]
    same = draft.placed(0, 1, files["a_1.wav"])
    assert same.problems[0] == "both sides are the same"
    named = draft.named(0, "dawn").named(1, " dawn ")
    assert named.problems[:2] == ("", "its name is taken")


def test_rows_are_called_as_their_recordings_will_be(
    draft: PairDraft, files: dict[str, FoundFile]
) -> None:
    draft = draft.placed(1, 0, files["a_1.wav"])
    assert draft.called[:2] == ("a_1.wav + b_1.wav", "a_1.wav + b_2.wav")
    assert draft.called[2:] == ("a_3.wav", "ref.w64:0", "a_2.wav")
    assert draft.named(0, "box").called[:2] == ("box", "a_1.wav")


def test_files_of_one_name_are_shown_with_their_folders() -> None:
    files = [FoundFile(Path(f"card {n}/DATA/dawn.wav"), 1, 60.0) for n in (1, 2)]
    draft = PairDraft.of(guess_pairs(files), files)
    assert list(draft.names.values()) == ["card 1/DATA/dawn.wav", "card 2/DATA/dawn.wav"]


def test_more_files_find_partners_among_those_that_have_none(draft: PairDraft) -> None:
    more = draft.swapped([0]).joined([FoundFile(Path("b_3.wav"), 1, 60.0)])
    assert ("b_1.wav", "a_1.wav") in _labels(more)
    assert draft.rows[2] == DraftRow((draft.files[Path("a_3.wav")].source(), None))
    assert [path.name for path in draft.without([0, 1, 3]).unpaired] == ["a_3.wav"]
