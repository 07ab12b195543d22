"""A pair's usual drift, chosen in the preferences, takes part in alignments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from finding import only

from app.frame.main_window import MainWindow
from app.settings.evidence_preference import EvidencePreference
from app.settings.preferences import Preferences
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.work.align.aligner import align_steps
from core.align.alignment_builder import OUTVOTED
from core.align.decoding.prior import DriftPrior
from core.formats.prior_file import write_prior
from core.simulate import DriftSpec, simulate_scene

MakeWindow = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]
LATE_S = 1.2


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Channel 1 is late by `LATE_S`."""
    drift = DriftSpec(offset_s=(LATE_S, LATE_S), drift_ppm=(0.0, 0.0), bend_s=(0.0, 0.0))
    scene = simulate_scene("zebra_finch", 7, 25.0, drift=drift)
    assert scene.time_map.offset_s(np.zeros(1))[0] in (-LATE_S, LATE_S)
    side = np.sign(scene.time_map.offset_s(np.zeros(1))[0])
    path = tmp_path_factory.mktemp("late") / f"{'late' if side > 0 else 'early'}.wav"
    sf.write(path, scene.samples, scene.sample_rate_hz)
    return path


def usual_drift(path: Path, offset_s: float) -> str:
    time_s = np.arange(60.0)
    write_prior(path, DriftPrior(time_s, np.full(60, offset_s), 0.1, 1e-4, 0.0, 1e-5, 5))
    return str(path)


@pytest.mark.parametrize("is_own", [True, False], ids=["own", "of other recorders"])
def test_a_prior_takes_part_and_one_of_other_recorders_is_told(
    make_window: MakeWindow, settle: Settle, late: Path, tmp_path: Path, is_own: bool
) -> None:
    window = make_window(align_steps)
    spectral = Preferences(evidence=EvidencePreference("spectral"))
    window.shell.preferences.put(spectral)
    side = 1.0 if late.stem == "late" else -1.0
    prior = usual_drift(tmp_path / "pair.json", side * LATE_S if is_own else -side * LATE_S)
    window.commands["preferences"].trigger()
    dialog = only(window, PreferencesDialog)
    dialog.prior.text.setText(prior)
    dialog.prior.text.editingFinished.emit()
    assert window.shell.preferences.value.prior == prior
    window.open([late])
    settle(window)
    (entry,) = window.session.recordings.values()
    assert entry.run is not None
    assert entry.run.made.settings["prior"] == prior
    offset_s = np.median(entry.keypoints.offset_s)
    assert offset_s == pytest.approx(side * LATE_S, abs=0.05)
    assert (OUTVOTED in entry.concerns) != is_own
    assert make_window().shell.preferences.value.prior == prior


def test_a_prior_that_is_gone_is_told(
    make_window: MakeWindow, settle: Settle, late: Path, tmp_path: Path
) -> None:
    window = make_window(align_steps)
    missing = str(tmp_path / "gone.json")
    window.shell.preferences.put(Preferences(prior=missing))
    window.open([late])
    settle(window)
    assert any("gone.json" in message.text for _, message in window.messages.log)
