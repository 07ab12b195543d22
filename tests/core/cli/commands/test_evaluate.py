"""``finchsync evaluate``: errors of predictions, as a table."""

from __future__ import annotations

import json

import pytest

HEADER = "Filename,Time Channel 0,Time Channel 1\n"


def test_evaluate_prints_a_table_and_warnings(finchsync, write_text) -> None:
    truth = write_text("truth.csv", HEADER + "a.wav,0.0,0.5\na.wav,1.0,1.5\n")
    predictions = write_text("p.csv", HEADER + "a.wav,1.0,1.6\n")
    arguments = ("evaluate", "--predictions", predictions, "--ground-truth", truth)
    result = finchsync(*arguments)
    assert result.code == 0
    assert "0.130000" in result.out
    assert "300.00" in result.out
    assert result.err == (
        "warning: a.wav: no prediction at 0.0 s; 1 of 2 keypoints count as unaligned\n"
    )
    report = json.loads(finchsync(*arguments, "--json").out)
    assert report["overall"]["mse_s2"] == pytest.approx((0.5**2 + 0.1**2) / 2)
    assert report["files"]["a.wav"]["missing"] == 1
    assert len(report["warnings"]) == 1
