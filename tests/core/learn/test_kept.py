"""Finished steps of learning are found again by the same run only, and only whole."""

from __future__ import annotations

from core.learn.kept import KeptSteps


def test_what_was_kept_is_found_by_the_same_run_only(tmp_path):
    kept = KeptSteps.beside(tmp_path / "m.finchmodel").of(["a", 1.5])
    kept.save("part0", b"learned")
    assert KeptSteps.beside(tmp_path / "m.finchmodel").of(["a", 1.5]).load("part0") == b"learned"
    assert kept.load("part1") is None
    assert kept.of(["b", 1.5]).load("part0") is None


def test_what_was_changed_or_cut_short_is_not_used(tmp_path):
    kept = KeptSteps.beside(tmp_path / "m.finchmodel").of("run")
    kept.save("part0", b"learned")
    (path,) = kept.folder.iterdir()
    whole = path.read_bytes()
    for content in (whole[:-1], b"", whole[:-1] + b"x"):
        path.write_bytes(content)
        assert kept.load("part0") is None


def test_only_what_was_kept_is_cleared(tmp_path):
    kept = KeptSteps.beside(tmp_path / "m.finchmodel").of("run")
    kept.clear()
    kept.save("part0", b"learned")
    mine = kept.folder / "mine.txt"
    mine.write_text("mine")
    kept.clear()
    assert list(kept.folder.iterdir()) == [mine]
    mine.unlink()
    kept.save("part0", b"learned")
    kept.clear()
    assert not kept.folder.exists()


def test_where_the_disk_refuses_nothing_is_kept(tmp_path):
    (tmp_path / "m.finchmodel.partial").write_text("in the way")
    kept = KeptSteps.beside(tmp_path / "m.finchmodel").of("run")
    kept.save("part0", b"learned")
    assert kept.load("part0") is None
    kept.clear()
    KeptSteps().save("part0", b"nowhere")
    assert KeptSteps().load("part0") is None
