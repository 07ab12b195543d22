"""What ``align`` does where its table is there already."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli.arguments.parsers import parsed
from core.cli.batch.existing import EXISTING
from core.formats.sidecar import read_sidecar

pytestmark = pytest.mark.usefixtures("fake_aligner")


@pytest.fixture
def aligned(finchsync: Callable, make_audio: Callable, tmp_path: Path) -> Path:
    """The table of one recording."""
    out = tmp_path / "out.csv"
    assert finchsync("align", make_audio("a.wav", seed=1), "-o", out).code == 0
    return out


def test_each_can_be_asked_for() -> None:
    for way in EXISTING:
        assert parsed(["align", "a.wav", "-o", "x.csv", "--existing", way]).existing == way


def test_it_is_refused_unless_told_otherwise(finchsync, aligned: Path, make_audio) -> None:
    before = aligned.read_bytes()
    assert finchsync("align", make_audio("b.wav"), "-o", aligned).code == 2
    assert aligned.read_bytes() == before


def test_skip_leaves_it_and_is_no_error(finchsync, aligned: Path, make_audio) -> None:
    before = aligned.read_bytes()
    result = finchsync("align", make_audio("b.wav"), "-o", aligned, "--existing", "skip")
    assert (result.code, aligned.read_bytes()) == (0, before)
    assert "is there already" in result.err


def test_merge_adds_what_is_new_and_keeps_what_is_there(
    finchsync, aligned: Path, make_audio, tmp_path: Path
) -> None:
    before = aligned.read_bytes()
    both = (tmp_path / "a.wav", make_audio("b.wav", seed=2))
    merged = finchsync("align", *both, "-o", aligned, "--existing", "merge")
    assert merged.code == 0
    assert "1 of 1 recordings written" in merged.out
    assert aligned.read_bytes().startswith(before)
    sidecar = read_sidecar(aligned)
    assert sidecar is not None
    assert list(sidecar.recordings) == ["a.wav", "b.wav"]
    whole = tmp_path / "whole.csv"
    assert finchsync("align", *both, "-o", whole).code == 0
    assert whole.read_bytes() == aligned.read_bytes()
    again = finchsync("align", *both, "-o", aligned, "--existing", "merge")
    assert again.code == 0
    assert "all 2 recordings are in" in again.err


def test_merge_begins_where_nothing_is(finchsync, make_audio, tmp_path: Path) -> None:
    out = tmp_path / "new.csv"
    assert finchsync("align", make_audio(), "-o", out, "--existing", "merge").code == 0
    assert read_sidecar(out) is not None


def test_merge_refuses_other_audio_of_the_same_name(finchsync, aligned: Path, make_audio) -> None:
    before = aligned.read_bytes()
    other = make_audio("a.wav", seed=9)
    result = finchsync("align", other, "-o", aligned, "--existing", "merge")
    assert result.code == 2
    assert "is other audio than the a.wav" in result.err
    assert aligned.read_bytes() == before


def test_merge_refuses_a_table_that_was_changed(finchsync, aligned: Path, make_audio) -> None:
    aligned.write_text(aligned.read_text() + "a.wav,9.0,9.0\n")
    result = finchsync("align", make_audio("b.wav"), "-o", aligned, "--existing", "merge")
    assert result.code == 2
    assert aligned.read_text().endswith("a.wav,9.0,9.0\n")


@pytest.mark.parametrize("other", [("--group",), ("--shard", "1/2")], ids=" ".join)
def test_merge_needs_a_whole_run(finchsync, aligned: Path, make_audio, other) -> None:
    result = finchsync("align", make_audio("b.wav"), "-o", aligned, "--existing", "merge", *other)
    assert f"cannot go with {other[0]}" in result.err
