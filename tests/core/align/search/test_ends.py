"""A restart in the first or last seconds is found wherever it leads, or doubted."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align
from core.align.alignment import Alignment
from core.align.search.ends import untold_ends
from core.audio.recording import open_recording
from core.simulate import DriftSpec, simulate_scene


def aligned_without(tmp_path, kind: str, seed: int, duration_s: int, lost_s: slice) -> Alignment:
    """A scene of which channel 1 lost some seconds, searched as by default."""
    scene = simulate_scene(kind, seed, duration_s, snr_db=10.0, drift=DriftSpec.none())
    rate_hz, one = scene.sample_rate_hz, scene.samples[:, 1]
    first, second = tmp_path / "room.wav", tmp_path / "bird.wav"
    sf.write(first, scene.samples[:, 0], rate_hz)
    kept = [one[: lost_s.start * rate_hz], one[lost_s.stop * rate_hz :]]
    sf.write(second, np.concatenate(kept), rate_hz)
    return align(open_recording(first, second))


@pytest.mark.parametrize(
    ("kind", "seed", "duration_s", "lost_s"),
    [
        ("aru", 12, 75, slice(48, 60)),
        ("zebra_finch", 11, 75, slice(13, 24)),
        ("aru", 12, 110, slice(50, 92)),
    ],
)
def test_a_quarter_of_a_minute_beside_a_restart_is_found(tmp_path, kind, seed, duration_s, lost_s):
    """By 11 to 42 s, further than is compared closely; coarsely nothing is seen of it."""
    found = aligned_without(tmp_path, kind, seed, duration_s, lost_s)
    time_0_s = found.keypoints.time_0_s
    gone_s = lost_s.stop - lost_s.start
    before, after = time_0_s < lost_s.start, time_0_s > lost_s.stop
    error_s = np.abs(found.keypoints.offset_s + np.where(after, gone_s, 0))
    # Within seconds of the restart a keypoint may be held on the wrong side, and says so.
    far = (time_0_s < lost_s.start - 4) | (time_0_s > lost_s.stop + 4)
    assert error_s[far].max() < 0.1
    assert found.keypoints.confidence[(before | after) & (error_s > 0.1)].max(initial=0) < 0.75
    assert found.needs_review
    assert any("goes back in channel 1" in warning for warning in found.warnings)


def test_where_too_little_is_heard_after_a_restart_nothing_is_sure(tmp_path):
    """What matches 42 s earlier is worth less than a jump: both may be right."""
    found = aligned_without(tmp_path, "zebra_finch", 14, 110, slice(50, 92))
    assert found.keypoints.confidence[93:].max() <= 0.5
    assert found.needs_review


def test_only_ends_that_tell_little_are_looked_for():
    matched, silent = np.full(40, 5.0), np.zeros(20)
    assert list(untold_ends(matched)) == []
    assert list(untold_ends(np.concatenate([silent, matched]))) == [slice(0, 25)]
    assert list(untold_ends(np.concatenate([matched, silent]))) == [slice(35, 60)]


def test_nothing_is_looked_for_beside_what_is_not_sure_either():
    assert list(untold_ends(np.full(60, 0.4))) == []
