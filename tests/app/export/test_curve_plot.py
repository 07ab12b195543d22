"""The drift curve as a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fakes import fake_alignment, fake_entry
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog

from app.base import save_dialog
from app.export.curve_plot import SIZE, DriftCurve, save_curve
from app.export.plot_axes import round_step
from app.frame.main_window import MainWindow
from app.look.palette import LIGHT
from app.session.entries import Entry
from core.align.alignment import Alias
from core.errors import InputError
from core.keypoints import ReviewState


@pytest.fixture
def entry(qapp) -> Entry:
    """An aligned recording with every kind of keypoint."""
    entry = fake_entry("cage <3> & co 🐦.wav", 115.0)
    found = fake_alignment(entry.keypoints.time_0_s, alias=Alias(-0.21, 1.2))
    keypoints = found.keypoints.move(20, 20.5).review(30, ReviewState.ACCEPTED)
    keypoints = keypoints.review(50, ReviewState.UNALIGNABLE)
    evidence = replace(entry.evidence, machine=found, alignment=found)
    return replace(entry, state=replace(entry.state, keypoints=keypoints), evidence=evidence)


def words_in(path: Path) -> str:
    texts = (element.text or "" for element in ElementTree.parse(path).iter())
    return " ".join(texts)


def test_an_svg_says_what_is_in_it(entry: Entry, tmp_path: Path) -> None:
    path = tmp_path / "curve.svg"
    save_curve(path, DriftCurve.of(entry))
    assert QSvgRenderer(str(path)).isValid()
    words = words_in(path)
    for expected in (
        "cage <3> & co 🐦.wav",
        "time on channel 0 (min:s)",
        "offset of channel 1 (s)",
        "path with 95 % band",
        "0.21 s earlier: fits almost as well",
        "unreviewed (101)",
        "uncertain (11)",
        "accepted (1)",
        "corrected (1)",
        "unalignable (1)",
    ):
        assert expected in words
    assert "candidate" not in words


def test_a_png_shows_the_keypoints_in_their_colours(entry: Entry, tmp_path: Path) -> None:
    path = tmp_path / "curve.PNG"
    save_curve(path, DriftCurve.of(entry))
    image = QImage(str(path))
    assert image.size() == SIZE * 2
    seen = {image.pixel(x, y) & 0xFFFFFF for x in range(0, 2000, 2) for y in range(100, 900, 2)}
    for colour in (LIGHT.corrected, LIGHT.accepted, LIGHT.uncertain):
        assert int(colour.removeprefix("#"), 16) in seen


def test_a_recording_that_is_not_aligned_can_be_drawn(qapp, tmp_path: Path) -> None:
    path = tmp_path / "curve.svg"
    save_curve(path, DriftCurve.of(fake_entry()))
    assert "95 %" not in words_in(path)


def test_nothing_is_replaced_and_nothing_else_is_written(entry: Entry, tmp_path: Path) -> None:
    path = tmp_path / "curve.png"
    path.write_text("precious")
    with pytest.raises(InputError, match="already exists"):
        save_curve(path, DriftCurve.of(entry))
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        save_curve(tmp_path / "curve.csv", DriftCurve.of(entry))
    assert path.read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["curve.png"]


@pytest.mark.parametrize(
    ("least", "step"), [(0.093, 0.1), (0.11, 0.2), (0.3, 0.5), (6, 10), (1, 1)]
)
def test_ticks_stand_at_round_numbers(least: float, step: float) -> None:
    assert round_step(least) == pytest.approx(step)


def test_saving_from_the_menu(
    opened: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[MainWindow], None],
) -> None:
    chosen = (str(tmp_path / "drift"), "SVG drawing (*.svg)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: chosen)
    opened.commands["save_curve"].trigger()
    settle(opened)
    assert "two birds.wav" in words_in(tmp_path / "drift.svg")
    (tmp_path / "drift.svg").write_text("old")
    monkeypatch.setattr(save_dialog, "may_replace", lambda *_: True)
    opened.commands["save_curve"].trigger()
    settle(opened)
    assert "two birds.wav" in words_in(tmp_path / "drift.svg")
