"""Tests of training; each file is skipped, and says so, where its packages are missing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.core.with_extra import one_thread, skipped_without

__all__ = ["one_thread"]

pytest_pycollect_makemodule = skipped_without(
    "torch", "torchaudio", "lightning", "tensorboard", "yaml"
)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Two small sets of simulated recordings, and an encoder with random weights."""
    from benchmarks.nets.random_weights import TINY, write_random_checkpoint
    from core.formats.files.wav import write_wav
    from core.formats.tables.biodcase import BiodcaseTable, write_csv
    from core.formats.tables.folder_tables import TABLE_NAME
    from core.simulate import simulate_scene
    from core.simulate.spec import DriftSpec

    root: Path = tmp_path_factory.mktemp("train")
    for name, seeds in (("train", (1, 2, 3)), ("val", (8, 9))):
        (root / name / "audio").mkdir(parents=True)
        truth = {}
        for seed in seeds:
            drift = DriftSpec(max_offset_s=0.5, offset_s=(0.1, 0.4), drift_ppm=(0.0, 100.0))
            scene = simulate_scene("zebra_finch", seed, 6.0, drift=drift)
            file = f"{name}_{seed}.wav"
            write_wav(root / name / "audio" / file, scene.samples, scene.sample_rate_hz)
            truth[file] = scene.keypoints(step_s=0.25)
        write_csv(root / name / TABLE_NAME, BiodcaseTable(truth))
    write_random_checkpoint(root / "tiny.pt", TINY)
    return SimpleNamespace(train=root / "train", val=root / "val", encoder=root / "tiny.pt")
