"""The best lines of a model, scored to the sample."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.align.candidates import score_candidates, score_predictions
from core.align.rankings import RankedBy, Ranking
from core.align.scores import CandidateScores
from core.evidence.learned import EvidenceInput
from core.evidence.surface import ScoreSurface
from core.nets.clips import CLIP_SAMPLES, channel_clips, clip_starts
from core.nets.exact_lines import rank_exactly
from core.steps import result_of
from tests.core.nets.stand_ins import levels


@pytest.fixture
def by_grid(shifted) -> Ranking:
    """Lines as the table of seconds 100 ms apart ranks them."""
    evidence, rows_s = levels(), np.arange(0.5, 30.0)
    first_s = np.full(len(rows_s), -1.0)
    term = result_of(evidence.term(EvidenceInput(shifted), rows_s, first_s, 201))
    surface = ScoreSurface(rows_s, first_s, 0.01, term.log_odds)
    found = CandidateScores.none()
    for batch in score_candidates(surface, (30.0, 30.0), 1.0, beyond=float("nan")):
        found = found.joined(batch)
    return Ranking(RankedBy.MODEL, "beats", found)


def test_every_second_is_cut_where_the_line_says(shifted, by_grid):
    time_0_s = np.arange(0.0, 30.0, 1.5)
    evidence = levels()
    model = evidence._model
    found = result_of(rank_exactly(evidence, shifted, by_grid, time_0_s, 5))
    assert (found.by, found.model) == (RankedBy.MODEL, "beats")
    assert 5 <= len(found.candidates) <= 10
    channels = [channel_clips(shifted, channel) for channel in (0, 1)]
    lines = found.candidates
    for index in range(len(lines)):
        moved_s = lines.offset_s[index] + time_0_s * (1 + 1e-6 * lines.drift_ppm[index])
        inside = (moved_s >= 0) & (moved_s <= 29.0) & (time_0_s <= 29.0)
        keys = [
            model.scorer.keys(model.encoder.embed(clips.cut(clip_starts(times_s[inside]))))
            for clips, times_s in zip(channels, (time_0_s, moved_s), strict=True)
        ]
        expected = score_predictions(model.scorer.pairs(*keys).numpy()[None])
        for part in ("positive", "top", "votes", "level"):
            told = getattr(lines.parts, part)[index]
            assert told == pytest.approx(getattr(expected, part)[0], abs=1e-4)
        assert lines.parts.used[index] == inside.sum()
    assert CLIP_SAMPLES == 16_000
    assert lines.ranked(1).offset_s[0] == pytest.approx(0.43, abs=0.05)


def test_a_channel_shorter_than_a_clip_leaves_no_line(shifted, by_grid):
    assert not len(
        result_of(rank_exactly(levels(), shifted, by_grid, np.array([29.6]), 5)).candidates
    )


def test_the_command_line_scores_beats_lines_exactly(finchsync, choice, shifted, tmp_path: Path):
    report, out = tmp_path / "r.json", tmp_path / "p.csv"
    given = ["--evidence", "beats", "--checkpoint", choice.checkpoint, "--scorer", choice.scorer]
    given += ["--device", "cpu", "--max-offset", 0.3, "--out", out, "--report", report]
    assert finchsync("align", shifted.paths[0], *given, "--exact", "--rank", "both").code == 0
    found = json.loads(report.read_text())["recordings"][0]["ranking"]
    assert [(r["by"], r["model"], r["exact"]) for r in found] == [
        ("model", "beats", True),
        ("model", "beats", True),
        ("evidence", "beats", False),
        ("evidence", "beats", False),
    ]
    assert 0 < len(found[0]["lines"]) <= 10
    scores = [line["score"] for line in found[0]["lines"]]
    assert scores == sorted(scores, reverse=True)
