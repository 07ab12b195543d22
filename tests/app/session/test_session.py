from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import aligned_entry, fake_alignment, fake_entry, fake_provenance
from finding import nth
from pytestqt.qtbot import QtBot

from app.base.time_view import SHORTEST_S, TimeView
from app.export.table_export import ExportPlan
from app.look.keypoint_style import next_uncertain
from app.review.triage import shown_names
from app.session.entries import Entry, Imported
from app.session.open_session import Action
from app.session.session_model import SessionModel
from core.formats.tables.biodcase import BiodcaseTable
from core.keypoints import ReviewState, machine_keypoints
from core.session import RecordingState


@pytest.fixture
def session(qapp) -> SessionModel:
    session = SessionModel()
    session.add([fake_entry()])
    return session


def test_a_preview_is_seen_but_not_kept(session: SessionModel) -> None:
    session.preview.move(3, 3.7)
    assert session.keypoints.time_1_s[3] == 3.7
    assert session.current.keypoints.time_1_s[3] == 3.0
    session.preview.cancel()
    assert session.keypoints.time_1_s[3] == 3.0
    session.preview.move(3, 3.75)
    assert session.keypoints.time_1_s[3] == 3.0
    session.end_drag()
    session.preview.move(3, 3.8)
    session.end_drag()
    assert session.current.keypoints.time_1_s[3] == 3.8
    assert session.current.keypoints.state[3] is ReviewState.CORRECTED


def test_beyond_the_end_of_channel_1_its_last_sound_does_not_stand_still(
    session: SessionModel,
) -> None:
    entry = fake_entry("b.wav")
    time_0_s = np.array([0.0, 1.0, 2.0, 19.0, 20.0, 21.0])
    time_1_s = np.array([0.0, 0.0, 1.5, 18.5, 20.0, 20.0])
    assert time_1_s[-1] == entry.recording.durations_s[1]
    kept = machine_keypoints(time_0_s, time_1_s)
    session.add([replace(entry, state=RecordingState.new(kept))])
    beyond_s = session.time_map().to_channel_1([0.5, 19.5, 20.8])
    assert beyond_s == pytest.approx([0.0, 19.0, 20.3])


def test_what_is_done_to_many_recordings_at_once_is_told_once(session: SessionModel) -> None:
    """Each row of the list and of the history anew for each of 100 recordings takes too long."""
    session.add([fake_entry(name) for name in ("b.wav", "c.wav")])
    told: list[str] = []
    session.history_changed.connect(lambda: told.append("history"))
    session.recordings_changed.connect(lambda: told.append("list"))
    with session.past.together(Action("Accept")):
        for key in session.recordings:
            session.review_keypoints([2], ReviewState.UNALIGNABLE, key)
    assert told == ["history", "list"]
    session.past.undo()
    session.past.redo()
    assert told == ["history", "list"] * 3
    assert [entry.reviewed for entry in session.entries] == [1, 1, 1]


def test_selecting_elsewhere_drops_the_preview(session: SessionModel) -> None:
    session.preview.move(0, 0.5)
    session.selection.select_keypoint(5)
    assert not session.preview.is_on
    assert session.keypoints.time_1_s[0] == 0.0


@pytest.mark.parametrize(("index", "time_1_s"), [(0, -3.0), (19, 20.001)])
def test_a_move_beyond_channel_1_is_refused(
    session: SessionModel, qtbot: QtBot, index: int, time_1_s: float
) -> None:
    before = session.keypoints
    with qtbot.waitSignal(session.refused) as said:
        session.move_keypoint(index, time_1_s)
    assert "Channel 1 ends at 0:20.0" in said.args[0].text
    assert session.keypoints is before
    assert not session.done


def test_a_hand_let_go_beyond_channel_1_decides_nothing(
    session: SessionModel, qtbot: QtBot
) -> None:
    before = session.keypoints
    session.selection.select_keypoint(19)
    session.preview.move(19, 99.0)
    assert session.keypoints.time_1_s[19] == 20.0
    with qtbot.waitSignal(session.refused):
        session.end_drag()
    assert session.keypoints is before
    session.preview.move(19, 19.5)
    session.end_drag()
    assert session.keypoints.time_1_s[19] == 19.5


def test_an_edit_during_a_run_wins_over_its_result(session: SessionModel) -> None:
    session.move_keypoint(4, 4.44)
    session.set_alignment(
        nth(session, 0), fake_alignment(session.keypoints.time_0_s), fake_provenance()
    )
    assert session.keypoints.time_1_s[4] == 4.44
    assert session.keypoints.time_1_s[5] != 5.0


def test_a_result_for_another_recording_does_not_disturb(
    session: SessionModel, qtbot: QtBot
) -> None:
    session.add([fake_entry("b.wav")])
    assert session.current.recording.name == "b.wav"
    with qtbot.assertNotEmitted(session.keypoints_changed):
        session.set_alignment(
            nth(session, 0),
            fake_alignment(session.entries[0].keypoints.time_0_s),
            fake_provenance(),
        )
    assert session.entries[0].alignment is not None
    assert session.current.alignment is None


def test_walking_the_uncertain() -> None:
    time_s = np.arange(5.0)
    keypoints = machine_keypoints(time_s, time_s, [0.99, 0.5, np.nan, 0.5, 0.99])
    assert next_uncertain(keypoints, -1) == 1
    assert next_uncertain(keypoints.review(1, ReviewState.ACCEPTED), -1) == 2
    assert next_uncertain(keypoints, 3) == -1


def test_candidates_before_any_run_are_refused(session: SessionModel) -> None:
    assert not session.propose_candidate(0)
    assert session.selection.recording is not None
    assert not session.propose_alignment(session.selection.recording)


def test_time_view_keeps_within_the_recording(qapp) -> None:
    view = TimeView()
    view.set_duration(100.0)
    view.show_span(90.0, 130.0)
    assert view.end_s <= 101.0
    assert view.span_s == pytest.approx(40.0)
    view.zoom(1e-9, 95.0)
    assert view.span_s == pytest.approx(SHORTEST_S)
    assert view.start_s <= 95.0 <= view.end_s
    view.zoom(1e9)
    assert view.span_s == pytest.approx(102.0)
    for _ in range(5):
        view.zoom_back()
    assert view.span_s == pytest.approx(102.0)


def test_zooming_keeps_the_cursor_in_place(qapp) -> None:
    view = TimeView()
    view.set_duration(100.0)
    view.show_span(20.0, 60.0)
    view.zoom(0.5, 30.0)
    assert (30.0 - view.start_s) / view.span_s == pytest.approx(0.25)


def test_export_counts_and_cautions() -> None:
    first = aligned_entry()
    keypoints = first.keypoints.move(1, 1.2).review(2, ReviewState.ACCEPTED)
    mixed = _with(first, keypoints.review(3, ReviewState.UNALIGNABLE))
    plan = ExportPlan((mixed, fake_entry("b.wav")))
    assert plan.count(ReviewState.ACCEPTED, ReviewState.CORRECTED) == 2
    assert plan.count(ReviewState.UNALIGNABLE) == 1
    assert plan.count(ReviewState.UNREVIEWED) == 37
    assert plan.unset == (("b.wav", 20),)


def test_export_keeps_rows_of_recordings_that_are_not_open() -> None:
    first = aligned_entry()
    gone = machine_keypoints([0.0, 1.0], [0.1, 1.1])
    rows = ("gone.wav", *["a.wav"] * len(first.keypoints), "gone.wav")
    table = BiodcaseTable({"gone.wav": gone, "a.wav": first.keypoints}, rows)
    plan = ExportPlan((_with(first, first.keypoints.move(0, 0.3), Imported(Path("t"), table)),))
    assert plan.kept == 2
    out = plan.table()
    assert out.rows == rows
    assert out.files["a.wav"].time_1_s[0] == 0.3
    assert out.files["gone.wav"] is gone


def _with(entry: Entry, keypoints, imported: Imported | None = None) -> Entry:
    return replace(entry, state=RecordingState.new(keypoints), imported=imported)


def test_names_in_the_list_keep_what_tells_them_apart() -> None:
    assert shown_names(["one.wav"]) == ["one"]
    assert shown_names(["a.wav", "b.flac"]) == ["a.wav", "b.flac"]
    assert shown_names(["cage_3_mon.wav", "cage_3_mo.wav"]) == ["mon", "mo"]
    assert shown_names(["aviary_01_pair.wav", "aviary_02_pair.wav"]) == ["aviary 01", "aviary 02"]
    assert shown_names(["a_b.wav", "a_a_b.wav"]) == ["b", "a b"]
    cages = ["zf_E_radio1_steps2.wav", "zf_E_radio2_none.wav", "zf_F_radio1_none.wav"]
    assert shown_names(cages) == ["E radio1 steps2", "E radio2 none", "F radio1 none"]
    assert shown_names(["day.wav", "day_2.wav"]) == ["day", "day 2"]
    pairs = ["E_mic_1.wav + E_radio_1.wav", "E_mic_2.wav + E_radio_2.wav"]
    assert shown_names(pairs) == ["1 + E radio 1", "2 + E radio 2"]
