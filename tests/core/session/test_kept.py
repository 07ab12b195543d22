"""What a session or a table holds of keypoints, for commands that take either."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.formats.sidecar import read_sidecar
from core.formats.tables.biodcase import BiodcaseTable, read_csv, write_csv
from core.keypoints import machine_keypoints
from core.session import Session
from core.session.kept import read_kept, the_one


def test_a_session_leaves_as_it_stands(finchsync, reviewed: Session, path: Path) -> None:
    out = path.parent / "out"
    assert finchsync("export", path, "--format", "biodcase", "--out", out).code == 0
    table = read_csv(out / "birds.csv")
    sidecar = read_sidecar(out / "birds.csv")
    assert sidecar is not None
    for key, state in reviewed.states.items():
        name = reviewed.recordings[key].recording.name
        if state.is_out:
            assert name not in table.files
            continue
        alignable = state.keypoints.is_alignable
        assert np.array_equal(table.files[name].time_1_s, state.keypoints.time_1_s[alignable])
        assert sidecar.recordings[name].keypoints.state == state.keypoints.state


def test_a_table_knows_how_long_the_audio_beside_it_is(make_audio, tmp_path: Path) -> None:
    make_audio("lab/audio/a.wav")
    kept = machine_keypoints([0.0, 1.0], [0.5, 1.5])
    write_csv(tmp_path / "lab" / "annotations.csv", BiodcaseTable({"a.wav": kept, "b.wav": kept}))
    (a, b), _ = read_kept(tmp_path / "lab")
    assert a.durations_s is not None
    assert b.durations_s is None
    assert the_one((a, b), None, Path("b.Table.1.selections.txt"), tmp_path) is b
    assert the_one((a, b), "x/a.wav", Path("b.txt"), tmp_path) is a
    with pytest.raises(InputError, match=r"give --recording with one of a.wav, b.wav"):
        the_one((a, b), None, Path("c.txt"), tmp_path)
