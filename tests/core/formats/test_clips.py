"""Clips of both channels: each as recorded, both or none, and never over an original."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.formats.clips import clip_paths, write_clips
from core.steps import result_of

RATE_HZ = 8000


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    """Ten seconds whose samples say where they are."""
    ramp = np.linspace(-0.5, 0.5, 10 * RATE_HZ)
    sf.write(tmp_path / "both.wav", np.stack([ramp, -ramp], axis=1), RATE_HZ, subtype="FLOAT")
    return open_recording(tmp_path / "both.wav")


def test_each_is_the_stretch_that_was_asked_for(recording: Recording, tmp_path: Path) -> None:
    paths = result_of(write_clips(tmp_path / "c.wav", recording, ((2.0, 3.0), (4.5, 5.0))))
    assert paths == clip_paths(tmp_path / "c.wav")
    first, second = (sf.read(path)[0] for path in paths)
    assert len(first) == RATE_HZ
    assert len(second) == RATE_HZ // 2
    assert first[0] == pytest.approx(-0.3, abs=1e-4)
    assert second[0] == pytest.approx(0.05, abs=1e-4)
    assert sf.info(paths[0]).subtype == "FLOAT", "samples as fine as recorded"


def test_where_a_channel_does_not_run_nothing_is_written(
    recording: Recording, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"channel 1.* does not run from 12\.000 to 13\.000 s"):
        result_of(write_clips(tmp_path / "c.wav", recording, ((2.0, 3.0), (12.0, 13.0))))
    assert not any(path.exists() for path in clip_paths(tmp_path / "c.wav"))


def test_an_original_is_never_written_to(tmp_path: Path) -> None:
    original = tmp_path / "c.channel0.wav"
    sf.write(original, np.full((RATE_HZ * 3, 2), 0.1), RATE_HZ)
    before = original.read_bytes()
    recording, spans_s = open_recording(original), ((0.0, 1.0), (0.0, 1.0))
    with pytest.raises(InputError, match="never written to"):
        result_of(write_clips(tmp_path / "c.wav", recording, spans_s, overwrite=True))
    assert original.read_bytes() == before
