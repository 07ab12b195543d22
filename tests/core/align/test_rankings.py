"""Lines ranked by a network alone and by all evidence, and how far apart they are."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.align.aligner import align, align_steps
from core.align.alignment import Alignment, Progress
from core.align.pins import realign
from core.align.rankings import RankedBy, Ranking, apart_s
from core.align.scores import FORMS, CandidateScores, PredictionScores
from core.align.stages import Stage
from core.audio.recording import open_recording
from core.evidence.compact import open_compact
from core.evidence.learned import LearnedTerm
from core.evidence.surface import ScoreSurface
from core.simulate import simulate_scene

DURATION_S = 30.0


class Table:
    """A network whose log odds are drawn by lot, and that knows nothing of some cells."""

    spectral_share, weight, device, cost = 1.0, 0.3, "cpu", 1.0

    def __init__(self, name: str = "compact", seed: int = 0) -> None:
        self.name, self.model_id, self.notices = name, f"drawn {seed}", []
        self._rng = np.random.default_rng(seed)

    def term(self, _heard, time_0_s, first_offset_s, columns):
        term = self._rng.normal(-1.0, 2.0, (len(time_0_s), columns)).astype(np.float32)
        term[3] = 0.0
        term[:, 200:230] = 0.0
        self.surface = ScoreSurface(time_0_s, first_offset_s, 0.01, LearnedTerm(term).log_odds)
        yield 1.0
        return LearnedTerm(term)

    def close(self): ...


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    scene = simulate_scene("zebra_finch", seed=5, duration_s=DURATION_S, snr_db=10.0)
    path = tmp_path_factory.mktemp("scene") / "scene.wav"
    sf.write(path, scene.samples, scene.sample_rate_hz)
    return open_recording(path)


def eq_2(surface: ScoreSurface, offset_s: float, drift_ppm: float, end_1_s: float) -> list[float]:
    """Both forms of Eq. 2, one prediction after the other."""
    known = []
    for row, time_s in enumerate(surface.time_0_s):
        moved_s = offset_s + time_s * drift_ppm * 1e-6
        if not 0 <= time_s + moved_s <= end_1_s:
            continue
        column = (moved_s - surface.first_offset_s[row]) / surface.step_s
        left = min(int(column), surface.score.shape[1] - 2)
        part = column - left
        odds = (1 - part) * surface.score[row, left] + part * surface.score[row, left + 1]
        if not np.isnan(odds):
            known.append(float(odds))
    right = [p for p in known if p > 0]
    best = sorted(known, reverse=True)[: max(len(known) // 4, 1)]
    votes = [1 / (1 + np.exp(-p)) for p in known]
    share = 0.4 * np.mean(right) * len(right) / len(known) if right else 0.0
    rest = share + 0.3 * np.mean(best) + 0.1 * np.exp(np.mean(known))
    return [rest + 0.2 * np.sum(votes), rest + 0.2 * np.mean(votes)]


def test_a_network_ranks_by_eq_2_on_its_own_table_alone(recording):
    network = Table()
    found = align(recording, learned=(network,)).by_model
    assert (found.by, found.model) == (RankedBy.MODEL, "compact")
    lines = found.candidates
    end_1_s = recording.channels[1].duration_s
    chosen = [*np.linspace(0, len(lines) - 1, 60).astype(int), int(lines.score.argmax())]
    for index in chosen:
        line = float(lines.offset_s[index]), float(lines.drift_ppm[index])
        expected = eq_2(network.surface, *line, end_1_s)
        told = [getattr(lines.parts, form)[index] for form in FORMS]
        assert told == pytest.approx(expected, rel=1e-4), line
    assert (lines.parts.used <= len(network.surface.time_0_s) - 1).all(), "a row knows nothing"
    assert (lines.parts.used > 0).all()


def test_each_form_has_an_order_of_its_own(recording):
    lines = align(recording, learned=(Table(),)).by_model.candidates
    for form in FORMS:
        best = getattr(lines.ranked(10, form).parts, form)
        assert (np.diff(best) <= 0).all()
        assert best[0] == getattr(lines.parts, form).max()


def test_lines_by_the_network_come_before_the_evidence_is_complete(recording):
    steps = list(align_steps(recording, learned=(open_compact(),)))
    ranked = [step for step in steps if isinstance(step, Ranking)]
    kinds = [step.by if isinstance(step, Ranking) else type(step) for step in steps]
    assert kinds.index(RankedBy.MODEL) < kinds.index(ScoreSurface)
    assert kinds.index(ScoreSurface) < kinds.index(RankedBy.EVIDENCE)
    stages = [step.stage for step in steps[: kinds.index(RankedBy.MODEL)] if hasattr(step, "stage")]
    assert stages[-1] == Stage.NETWORK
    assert {step.model for step in ranked} == {"compact"}
    alignment = steps[-1]
    assert isinstance(alignment, Alignment)
    for whole in alignment.rankings:
        parts = [step.candidates for step in ranked if step.by is whole.by]
        np.testing.assert_array_equal(
            whole.candidates.offset_s, np.concatenate([part.offset_s for part in parts])
        )
        assert max(map(len, parts)) <= 500, "no more between two chances to cancel"


def test_every_network_ranks_and_the_chosen_one_stands(recording):
    networks = (Table("compact", 1), Table("beats", 2))
    steps = list(align_steps(recording, learned=networks))
    shares = [step.fraction for step in steps if isinstance(step, Progress)]
    assert shares == sorted(shares)
    told = [s.model for s in steps if isinstance(s, Ranking) and s.by is RankedBy.MODEL]
    assert list(dict.fromkeys(told)) == ["compact", "beats"]
    alignment = steps[-1]
    assert [(r.by, r.model) for r in alignment.rankings] == [
        (RankedBy.MODEL, "beats"),
        (RankedBy.EVIDENCE, "beats"),
    ]
    assert alignment.evidence.name == "beats"
    assert alignment.evidence.model_id == "drawn 2+drawn 1"


def test_without_a_network_there_is_the_evidence_alone(recording):
    alignment = align(recording)
    assert alignment.by_model is None
    (only,) = alignment.rankings
    assert (only.by, only.model) == (RankedBy.EVIDENCE, "")


def test_decisions_leave_both_rankings_as_they_are(recording):
    machine = align(recording, learned=(Table(),))
    keypoints = machine.keypoints
    led = realign(machine, keypoints.move(10, float(keypoints.time_1_s[10]) + 0.05))
    assert led.decisions
    assert led.by_model is machine.by_model
    assert led.candidates is machine.candidates


def lines(*pairs: tuple[float, float]) -> Ranking:
    """Lines, the first of which is the best."""
    offset_s, drift_ppm = np.array(pairs).reshape(-1, 2).T
    falling = -np.arange(len(pairs), dtype=float)
    zero, one = np.zeros(len(pairs)), np.ones(len(pairs), dtype=int)
    scores = PredictionScores(falling, zero, zero, zero, one, one)
    return Ranking(RankedBy.MODEL, "compact", CandidateScores(offset_s, drift_ppm, scores))


@pytest.mark.parametrize(
    ("best", "other"),
    [
        ((0.1, 0.0), (0.3, 0.0)),
        ((0.1, 200.0), (0.1, -300.0)),
        ((0.0, 1000.0), (0.03, 0.0)),
        ((-0.5, -100.0), (0.5, 4000.0)),
    ],
)
def test_lines_lie_as_far_apart_as_on_average(best, other):
    time_s = np.linspace(0.0, 120.0, 100_001)
    away_s = best[0] - other[0] + time_s * 1e-6 * (best[1] - other[1])
    found = apart_s(lines(best, (9.0, 0.0)), lines(other), 120.0)
    assert found == pytest.approx(np.abs(away_s).mean(), rel=1e-3)


def test_nothing_lies_apart_from_no_line():
    assert apart_s(lines((0.1, 0.0)), lines(), 120.0) is None
