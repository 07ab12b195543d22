from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed (extra: nets)")


def test_without_a_graphics_card_the_rows_stay_empty_and_say_so(bench):
    found = bench("nets.gpu").measured(torch.device("cpu"), None)
    assert set(found["rows"]) == set(found["wanted"])
    assert not any(found["rows"].values())
    assert "not measured" in found["device"]


def test_what_needs_no_card_runs_on_a_processor(bench, tmp_path, monkeypatch):
    gpu, weights = bench("nets.gpu"), bench("nets.random_weights")
    monkeypatch.setattr(gpu, "FILES", {"train": 2, "val": 1})
    monkeypatch.setattr(gpu, "DURATION_S", 6.0)
    weights.write_random_checkpoint(tmp_path / "beats.pt", weights.TINY)
    cpu = torch.device("cpu")
    ranked = gpu.ranking(tmp_path / "beats.pt", cpu)
    assert ranked["float32"]["clips"] > 60
    trained = gpu.training(tmp_path, cpu, 6.0)
    assert len(trained["epochs_s"]) == 2
    assert min(trained["epochs_s"]) >= 0
