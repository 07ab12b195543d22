"""Pairs are guessed right from whatever recorders and people call their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio.pairs.pairing import FoundFile, Pairing, guess_pairs, partner_of
from core.audio.start_times.names import start_in_name

DAWN = datetime(2026, 5, 14, 4, 30)
LENGTH_S = 600.0


def _files(names: Iterable[str], seed: int = 0, channels: int = 1) -> list[FoundFile]:
    """Files in no order, of about the same length, with the start that their names tell."""
    rng = np.random.default_rng(seed)
    found = []
    for name in names:
        start = start_in_name(Path(name).name)
        moment = None if start is None else start.moment
        length_s = LENGTH_S + float(rng.uniform(-2, 2))
        found.append(FoundFile(Path("field") / name, channels, length_s, moment))
    return [found[at] for at in rng.permutation(len(found))]


def _named(pairing: Pairing) -> set[tuple[str, ...]]:
    home = Path("field")
    return {
        tuple(side.path.relative_to(home).as_posix() for side in pair.sides)
        for pair in pairing.pairs
    }


def _clock(number: int, late_s: float = 0.0, form: str = "%Y%m%d_%H%M%S") -> str:
    return (DAWN + timedelta(minutes=15 * number, seconds=late_s)).strftime(form)


def _late(number: int) -> float:
    return (number * 7) % 23 - 11


SCHEMES: dict[str, Callable[[int], tuple[str, str]]] = {
    "numbers behind the recorder": lambda n: (f"mic_{n:03}.wav", f"transmitter_{n:03}.wav"),
    "one recorder is numbered": lambda n: (f"radio1_{n:03}.wav", f"room_{n:03}.wav"),
    "the recorder behind": lambda n: (f"bird{n}-A.flac", f"bird{n}-B.flac"),
    "channels counted": lambda n: (f"session {n} ch0.wav", f"session {n} ch1.wav"),
    "words of the day": lambda n: (f"day{n}_dawn_bird.wav", f"day{n}_dawn_room.wav"),
    "clocks a little apart": lambda n: (f"A_{_clock(n)}.wav", f"B_{_clock(n, _late(n))}.wav"),
    "clocks two hours apart": lambda n: (
        f"A_{_clock(96 * n)}.wav",
        f"B_{_clock(96 * n, 7200 + _late(n))}.wav",
    ),
    "Song Meters": lambda n: (f"SM4-01_{_clock(n)}.wav", f"SM4-02_{_clock(n, _late(n))}.wav"),
    "AudioMoths in folders of their own": lambda n: (
        f"card 1/{_clock(n)}.WAV",
        f"card 2/{_clock(n, _late(n))}.WAV",
    ),
    "old AudioMoths": lambda n: (
        f"a/{1_540_000_000 + 900 * n:X}.WAV",
        f"b/{1_540_000_003 + 900 * n:X}.WAV",
    ),
    "counters of their own": lambda n: (
        f"cage/REC{n + 17:04}_{_clock(n)}.wav",
        f"flight room/ZOOM{n + 3:04}_{_clock(n, _late(n))}.wav",
    ),
    "the same time every day": lambda n: (
        f"mic_{(DAWN + timedelta(days=n)):%Y-%m-%d_%H-%M-%S}.wav",
        f"tag_{(DAWN + timedelta(days=n, seconds=3)):%Y-%m-%d_%H-%M-%S}.wav",
    ),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("count", [2, 100])
def test_two_hundred_files_of_two_recorders_find_their_partners(scheme: str, count: int) -> None:
    pairs = [SCHEMES[scheme](number) for number in range(count)]
    found = guess_pairs(_files(name for pair in pairs for name in pair))
    assert _named(found) == set(pairs)
    assert found.unpaired == ()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_files_whose_partner_is_missing_are_named(scheme: str, seed: int) -> None:
    pairs = [SCHEMES[scheme](number) for number in range(103)]
    lost = np.random.default_rng(seed).choice(103, 3, replace=False)
    alone = {pairs[at][at % 2] for at in lost}
    gone = {pairs[at][1 - at % 2] for at in lost}
    found = guess_pairs(_files((n for pair in pairs for n in pair if n not in gone), seed))
    assert {file.path.relative_to("field").as_posix() for file in found.unpaired} == alone
    assert _named(found) == {pair for at, pair in enumerate(pairs) if at not in lost}


def test_of_three_recorders_each_is_paired_with_the_first() -> None:
    names = [f"{recorder}_{_clock(n)}.wav" for n in range(20) for recorder in ("A", "B", "C")]
    found = guess_pairs(_files(names))
    wanted = {
        (f"A_{_clock(n)}.wav", f"{other}_{_clock(n)}.wav") for n in range(20) for other in "BC"
    }
    assert _named(found) == wanted


def test_files_of_two_kinds_are_paired_among_themselves() -> None:
    names = ["dawn_bird.wav", "dawn_room.wav", "x_left.wav", "x_right.wav", "note.wav"]
    found = guess_pairs(_files(names))
    assert _named(found) == {("dawn_bird.wav", "dawn_room.wav"), ("x_left.wav", "x_right.wav")}
    assert [file.path.name for file in found.unpaired] == ["note.wav"]


def test_files_that_only_count_on_are_no_pairs() -> None:
    found = guess_pairs(_files(f"rec{n}.wav" for n in range(3)))
    assert found.pairs == ()
    assert len(found.unpaired) == 3


def test_recordings_of_other_times_are_no_pairs() -> None:
    names = ["A_20260514_043000.wav", "B_20260516_091500.wav", "C_20260518_121200.wav"]
    assert guess_pairs(_files(names)).pairs == ()


def test_two_files_are_a_pair_whatever_they_are_called() -> None:
    zero, one = FoundFile(Path("z.wav"), 1, 5.0), FoundFile(Path("a b.wav"), 4, 900.0)
    (pair,) = guess_pairs([zero, one]).pairs
    assert [(side.path.name, side.channel) for side in pair.sides] == [
        ("z.wav", None),
        ("a b.wav", 0),
    ]


def test_a_file_of_many_channels_is_paired_with_another_or_within_itself() -> None:
    both = _files(["b01_DAQmxChannels.w64", "b01_SdrChannels.w64"], channels=5)
    (pair,) = guess_pairs(sorted(both, key=lambda file: file.path)).pairs
    assert [side.label for side in pair.sides] == [
        "b01_DAQmxChannels.w64:0",
        "b01_SdrChannels.w64:0",
    ]
    (alone,) = guess_pairs(both[:1]).pairs
    assert [side.channel for side in alone.sides] == [0, 1]
    stereo = _files(["one.wav", "two.wav", "three.wav"], channels=2)
    found = guess_pairs(stereo)
    assert [pair.own_name for pair in found.pairs] == ["one.wav", "three.wav", "two.wav"]


_NAMES = st.lists(
    st.builds(
        "{}{}{}.wav".format,
        st.sampled_from(["a", "b", "room ", "", "card 1/", "card 2/"]),
        st.sampled_from(["", "_", "1", "2", "10", "ü", "20260514_043000", "20260514_053000"]),
        st.sampled_from(["", "x", "_7", "-ch0", "-ch1", "5B1E5A3C"]),
    ),
    unique=True,
    max_size=24,
)


@settings(max_examples=200, deadline=None)
@given(_NAMES, st.lists(st.sampled_from([1, 1, 1, 2, 5]), min_size=24, max_size=24))
def test_no_file_is_lost_or_paired_with_itself(names: list[str], channels: list[int]) -> None:
    files = [
        replace(file, channels=count) for file, count in zip(_files(names), channels, strict=False)
    ]
    found = guess_pairs(files)
    paired = {path for pair in found.pairs for path in pair.files}
    unpaired = {file.path for file in found.unpaired}
    assert paired | unpaired == {file.path for file in files}
    assert not paired & unpaired
    assert len({pair.identity for pair in found.pairs}) == len(found.pairs)
    for pair in found.pairs:
        zero, one = pair.both
        assert zero != one
        assert zero.path != one.path or (zero.channel, one.channel) == (0, 1)


def test_the_other_file_of_one_is_found_among_its_neighbours() -> None:
    pairs = [SCHEMES["clocks a little apart"](number) for number in range(30)]
    files = _files(name for pair in pairs for name in pair)
    by_name = {file.path.name: file for file in files}
    for zero, one in pairs:
        other = partner_of(by_name[zero], files)
        assert other is not None
        assert other.path.name == one
    assert partner_of(files[0], files[:1]) is None
    mic, bird, note = (FoundFile(Path(f"{name}.wav"), 1, 60.0) for name in ("mic", "bird", "note"))
    assert partner_of(mic, [mic, bird]) == bird
    assert partner_of(mic, [mic, bird, note]) is None
