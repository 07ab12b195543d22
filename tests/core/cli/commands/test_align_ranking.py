"""``finchsync align --rank``: whose lines the report and the summary give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.align.limits import BEST_LINES

KINDS = [("model", "published"), ("model", "normalised")]
ALL = [*KINDS, ("evidence", "published"), ("evidence", "normalised")]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated recording of 20 s."""
    import soundfile as sf

    from core.simulate import simulate_scene

    made = simulate_scene("zebra_finch", seed=3, duration_s=20.0, snr_db=10.0)
    path = tmp_path_factory.mktemp("scene") / "finch.wav"
    sf.write(path, made.samples, made.sample_rate_hz)
    return path


def ranking(report: Path) -> list[dict]:
    return json.loads(report.read_text())["recordings"][0]["ranking"]


def test_a_report_gives_both_rankings_in_both_forms(finchsync, scene, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    result = finchsync("align", scene, "--out", tmp_path / "p.csv", "--report", report)
    assert result.code == 0
    assert "Best line" not in result.out
    found = ranking(report)
    assert [(r["by"], r["form"]) for r in found] == ALL
    for each in found:
        assert (each["model"], each["exact"]) == ("compact", False)
        assert len(each["lines"]) == BEST_LINES
        scores = [line["score"] for line in each["lines"]]
        assert scores == sorted(scores, reverse=True)
        for line in each["lines"]:
            parts = [line[part] for part in ("positive", "top", "votes", "level")]
            assert line["score"] == pytest.approx(sum(parts))
            assert 0 <= line["count"] <= line["used"] <= 21
    best = json.loads(report.read_text())["recordings"][0]["best_line"]
    first = found[2]["lines"][0]
    assert best == {key: first[key] for key in best}, "as ever: by all evidence, as published"
    model, evidence = found[0]["lines"][0], first
    assert model["score"] != evidence["score"]


@pytest.mark.parametrize(("rank", "kinds"), [("model", ALL[:2]), ("evidence", ALL[2:])])
def test_one_ranking_alone_is_reported_and_its_best_line_printed(
    finchsync, scene, tmp_path: Path, rank: str, kinds: list
) -> None:
    both, one = tmp_path / "both.csv", tmp_path / "one.csv"
    assert finchsync("align", scene, "--out", both).code == 0
    report = tmp_path / "r.json"
    result = finchsync("align", scene, "--out", one, "--rank", rank, "--report", report)
    assert result.code == 0
    found = ranking(report)
    assert [(r["by"], r["form"]) for r in found] == kinds
    best = found[0]["lines"][0]
    assert f"{best['offset_s']:+.3f} s {best['drift_ppm']:+.0f} ppm" in result.out
    assert one.read_bytes() == both.read_bytes(), "keypoints follow all evidence in any case"


def test_without_a_network_the_evidence_ranks(finchsync, scene, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    arguments = ["--evidence", "spectral", "--out", tmp_path / "p.csv", "--report", report]
    assert finchsync("align", scene, *arguments).code == 0
    found = ranking(report)
    assert [(r["by"], r["form"]) for r in found] == ALL[2:]
    assert {r["model"] for r in found} == {None}


def test_a_model_that_does_not_take_part_cannot_rank(finchsync, tmp_path: Path) -> None:
    arguments = ["--evidence", "spectral", "--rank", "model", "--out", tmp_path / "p.csv"]
    result = finchsync("align", "a.wav", *arguments)
    assert result.code == 2
    assert "--rank model" in result.err
    assert "has no model with spectral evidence" in result.err


def test_the_help_says_how_many_lines(finchsync, capsys) -> None:
    with pytest.raises(SystemExit):
        finchsync("align", "--help")
    assert f"whose {BEST_LINES} best straight lines" in " ".join(capsys.readouterr().out.split())
