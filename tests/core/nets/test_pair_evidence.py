from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.nets.random_weights import TINY, write_random_checkpoint
from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import EvidenceInput
from core.nets.cache import EmbeddingCache
from core.nets.clips import PassingClips, channel_clips
from core.nets.encoders.reading import file_digest
from core.nets.evidence import open_evidence
from core.nets.heads.pair import Keys
from core.nets.pair_evidence import PairEvidence
from core.nets.ranking import PairModel, exact_predictions
from core.steps import reported, result_of
from tests.core.nets.stand_ins import LevelEncoder, Likeness, levels


def score_of(steps) -> np.ndarray:
    return result_of(steps).score


@pytest.mark.parametrize("phase_s", [0.0, 0.5, 0.137])
def test_the_offset_stands_out_wherever_the_rows_lie(shifted, phase_s):
    rows_s = np.arange(phase_s, 30.0, 1.0)
    term = score_of(
        levels().term(EvidenceInput(shifted, ()), rows_s, np.full(len(rows_s), -2.0), 401)
    )
    assert term.shape == (len(rows_s), 401)
    assert term.dtype == np.float32
    heard = term.any(axis=1)
    whole = (rows_s >= 0.5) & (rows_s <= 29.5)
    assert np.array_equal(heard, whole)
    best_s = -2.0 + 0.01 * term[3:-3].sum(axis=0).argmax()
    assert best_s == pytest.approx(0.43, abs=0.03)


def test_bands_lie_where_rows_say_and_nothing_beyond_channel_1_is_known(shifted):
    rows_s = np.arange(30.0)
    first_offset_s = 7.0 - 0.02 * rows_s
    band = score_of(levels().term(EvidenceInput(shifted, ()), rows_s, first_offset_s, 101))
    whole = score_of(levels().term(EvidenceInput(shifted, ()), rows_s, np.full(30, -1.0), 1001))
    for row in (2, 10, 20):
        column = round((first_offset_s[row] + 1.0) / 0.01)
        known = band[row] != 0
        assert known.any()
        np.testing.assert_allclose(
            band[row][known], whole[row, column : column + 101][known], atol=0.05
        )
    begins_s = rows_s[:, None] - 0.5 + first_offset_s[:, None] + 0.01 * np.arange(101)
    assert not band[begins_s > 29.0 + 1e-6].any()
    before = score_of(levels().term(EvidenceInput(shifted, ()), rows_s, np.full(30, -8.0), 101))
    assert not before[:7].any()
    assert before[10:29].any()


def test_on_the_grid_the_term_is_what_the_scorer_says(choice, shifted):
    model = real_model(choice)
    rows_s = np.array([3.5, 7.5, 12.5])
    term = score_of(
        PairEvidence(model, "x").term(EvidenceInput(shifted, ()), rows_s, np.full(3, -1.0), 201)
    )
    clips = channel_clips(shifted, 0), channel_clips(shifted, 1)
    offset_s = np.array([-0.7, 0.0, 0.4])[:, None]
    exact = result_of(
        exact_predictions(
            model, EmbeddingCache(), clips, rows_s - 0.5, rows_s - 0.5 + offset_s + 1e-9
        )
    )
    np.testing.assert_allclose(term[:, [30, 100, 140]].T, exact, atol=1e-4)


class Lost(Likeness):
    """A scorer whose arithmetic ran over."""

    def all_pairs(self, keys_0: Keys, keys_1: Keys) -> Tensor:
        return super().all_pairs(keys_0, keys_1) * torch.inf


def test_scores_that_are_no_numbers_are_refused(shifted):
    evidence = PairEvidence(PairModel(LevelEncoder(), Lost()), "lost")
    with pytest.raises(InputError, match="scores that are no numbers"):
        score_of(evidence.term(EvidenceInput(shifted, ()), np.arange(30.0), np.full(30, -2.0), 401))


def test_progress_rises_to_the_end_and_never_waits_for_more_than_a_batch(shifted):
    evidence = levels()
    encoder = evidence._model.encoder
    encoder.batch = 8
    shares, before = [], 0
    for share in evidence.term(EvidenceInput(shifted, ()), np.arange(30.0), np.full(30, -2.0), 401):
        assert encoder.forwards - before <= 2 * encoder.batch
        before = encoder.forwards
        shares.append(share)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    # A batch of clips moves it by its share of the work, wherever in the recording it lies.
    assert np.diff(shares).max() < 3 * 8 / encoder.forwards
    assert encoder.forwards <= 30 + 301


def test_a_device_without_memory_is_left_and_the_processor_goes_on(shifted):
    expected = score_of(
        levels().term(EvidenceInput(shifted, ()), np.arange(30.0), np.full(30, -1.0), 201)
    )
    evidence = levels()
    encoder, embed = evidence._model.encoder, evidence._model.encoder.embed
    encoder.device, evidence.device = torch.device("cpu:0"), "cuda"

    def short(clips) -> Tensor:
        if encoder.device == torch.device("cpu:0") and encoder.forwards > 60:
            raise torch.OutOfMemoryError("none left")
        return embed(clips)

    encoder.embed = short
    shares = []
    steps = evidence.term(EvidenceInput(shifted, ()), np.arange(30.0), np.full(30, -1.0), 201)
    np.testing.assert_array_equal(score_of(reported(steps, shares.append)), expected)
    assert shares == sorted(shares)
    assert evidence.notices == ["cuda has too little memory: went on on the processor"]
    assert evidence.device == "cpu"
    assert encoder.forwards <= 30 + 301


def test_what_passes_is_cut_as_what_is_held(make_audio_of):
    rng = np.random.default_rng(0)
    samples = rng.normal(scale=0.1, size=(22050 * 70, 2)).astype(np.float32)
    recording = open_recording(make_audio_of(samples, 22050))
    held, passing = channel_clips(recording, 1), PassingClips(recording, 1)
    assert passing.duration_s == pytest.approx(held.duration_s, abs=1e-3)
    for start in ([0, 1600], [1600, 40_000], [700_000], [1_110_000, 1_119_000, 2_000_000]):
        start = np.array(start)
        np.testing.assert_array_equal(passing.cut(start), held.cut(start))
    assert passing.cut(np.array([], dtype=int)).shape == (0, 16_000)


def test_what_lies_before_the_first_clip_is_not_read(make_audio_of, monkeypatch):
    rng = np.random.default_rng(0)
    samples = rng.normal(scale=0.1, size=(22050 * 70, 2)).astype(np.float32)
    recording = open_recording(make_audio_of(samples, 22050))
    held, passing = channel_clips(recording, 1), PassingClips(recording, 1)
    starts_s = []
    blocks = Recording.blocks

    def watched(self, channel, block_s, start_s):
        starts_s.append(start_s)
        return blocks(self, channel, block_s, start_s)

    monkeypatch.setattr(Recording, "blocks", watched)
    start = np.array([600_000, 900_000])
    np.testing.assert_allclose(passing.cut(start), held.cut(start), atol=1e-5)
    assert starts_s[0] == 36


def real_model(choice) -> PairModel:
    opened = open_evidence(choice)[-1]
    assert isinstance(opened, PairEvidence)
    return opened._model


def test_what_was_chosen_is_opened_and_can_be_told_apart(choice):
    compact, evidence = open_evidence(choice)
    assert compact.name == "compact", "heard beside it, not replaced"
    assert (evidence.name, evidence.device, evidence.notices) == ("beats", "cpu", [])
    assert file_digest(choice.checkpoint) in evidence.model_id
    assert file_digest(choice.scorer) in evidence.model_id
    evidence.close()
    evidence.close()
    assert open_evidence(EvidenceChoice("spectral")) == ()


def test_eight_bits_score_much_alike_and_are_told_apart(choice, shifted):
    int8 = replace(choice, precision="int8")
    single, small = (open_evidence(each)[-1] for each in (choice, int8))
    assert single.model_id != small.model_id
    asked = EvidenceInput(shifted), np.arange(1.0, 29.0), np.full(28, -1.0), 201
    expected, found = score_of(single.term(*asked)), score_of(small.term(*asked))
    assert np.corrcoef(expected.ravel(), found.ravel())[0, 1] > 0.95
    assert not np.array_equal(expected, found)


def test_a_scorer_for_another_encoder_is_refused(choice):
    write_random_checkpoint(choice.checkpoint, TINY, seed=1, overwrite=True)
    with pytest.raises(InputError, match="another encoder"):
        open_evidence(choice)


def test_a_missing_library_is_one_clear_error(choice, monkeypatch):
    monkeypatch.setattr("core.extras.find_spec", {}.get)
    with pytest.raises(InputError, match="needs torch, torchaudio"):
        open_evidence(choice)
