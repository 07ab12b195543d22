"""Whether a moment is told to be on the other channel where it is, and only there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.find.across import AGREES, stands_out
from core.find.frames import MOMENT_WIDTH, STEP_S, CompactFrames, Frames
from core.find.index import ChannelFrames, of_parts, open_frames, write_frames
from core.steps import result_of
from tests.core.find.scenes import unit

COUNT, LENGTH, LATE = 1500, 20, 35


def _channel(moments: np.ndarray) -> ChannelFrames:
    kinds = np.zeros((len(moments), 32), dtype=np.float32)
    return of_parts([Frames(kinds, moments.astype(np.float32))])


def _heard_twice(weak: float) -> tuple[ChannelFrames, ChannelFrames]:
    """A channel, and one that hears it a little, `LATE` frames later, with sounds of its own."""
    rng = np.random.default_rng(0)
    zero, own = unit(rng, COUNT, MOMENT_WIDTH), unit(rng, COUNT, MOMENT_WIDTH)
    later = np.roll(zero, LATE, axis=0)
    return _channel(0.7 * zero), _channel(0.7 * (weak * later + (1 - weak) * own))


def test_a_moment_stands_out_where_it_is_and_nowhere_else() -> None:
    zero, one = _heard_twice(0.5)
    starts = range(300, 1100, 40)
    there = [stands_out(zero, at, one, at + LATE, LENGTH) for at in starts]
    a_little_off = [stands_out(zero, at, one, at + LATE + 2, LENGTH) for at in starts]
    elsewhere = [stands_out(zero, at, one, at + LATE + 60, LENGTH) for at in starts]
    assert np.mean(np.array(there) > AGREES) == 1
    assert np.mean(np.array(a_little_off) > AGREES) == 1
    assert np.mean(np.array(elsewhere) > AGREES) < 0.1
    back = [stands_out(one, at + LATE, zero, at, LENGTH) for at in starts]
    assert np.mean(np.array(back) > AGREES) == 1


def test_either_channel_says_the_same_of_a_moment() -> None:
    zero, one = _heard_twice(0.3)
    for at in range(300, 1100, 40):
        there = stands_out(zero, at, one, at + LATE, LENGTH)
        assert stands_out(one, at + LATE, zero, at, LENGTH) == pytest.approx(there)


def test_nothing_is_there_in_silence_or_among_other_sounds() -> None:
    zero, other = _heard_twice(0.0)
    silent = _channel(np.zeros((COUNT, MOMENT_WIDTH)))
    found = [stands_out(zero, at, other, at, LENGTH) for at in range(300, 1100, 20)]
    assert np.mean(np.array(found) > AGREES) < 0.1
    assert stands_out(zero, 500, silent, 500, LENGTH) == 0
    click = np.zeros((COUNT, MOMENT_WIDTH))
    click[505] = 0.05
    assert stands_out(zero, 500, _channel(click), 500, LENGTH) < AGREES


def test_where_there_is_nothing_to_compare_with_nothing_is_said() -> None:
    zero, _ = _heard_twice(0.5)
    short = _channel(unit(np.random.default_rng(1), LENGTH + 30, MOMENT_WIDTH))
    assert np.isnan(stands_out(zero, 5, short, 5, LENGTH))


@pytest.mark.parametrize(("name", "least"), [("A_daq_vs_radio2", 0.4), ("B_daq_vs_radio2", 0.55)])
def test_a_microphone_and_a_transmitter_are_known_to_hear_the_same(
    shared_data: Path, tmp_path: Path, name: str, least: float
) -> None:
    """Loud stretches of both, half a second long; the net has never heard these recordings."""
    path = shared_data / "data" / "two_sensor" / f"zf_birdpark_{name}.flac"
    recording = open_recording(path)
    kept = open_frames(result_of(write_frames(tmp_path, recording, "0", CompactFrames())))
    zero, one = kept.channels
    loud = [np.linalg.norm(each.moments.astype(float), axis=1) for each in (zero, one)]
    length = round(0.5 / STEP_S)
    mean = [np.convolve(each, np.ones(length), "valid") for each in loud]
    both = [each > np.median(each) for each in mean]
    starts = np.flatnonzero(both[0] & both[1])[::7]
    starts = starts[(starts > 400) & (starts < len(mean[0]) - 400)]
    there = [stands_out(zero, at, one, at, length) for at in starts.tolist()]
    shifted = [stands_out(zero, at, one, at + 75, length) for at in starts.tolist()]
    assert np.mean(np.array(there) > AGREES) > least
    assert np.mean(np.array(shifted) > AGREES) < 0.08
