"""The challenge's learned baseline, trained on the folder that is compared on; needs torch."""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy.methods import Job
from benchmarks.common.places import CACHE
from benchmarks.published.table_two_forms import BASELINE_AXIS, chosen_times
from core.arrays import Floats
from core.audio.recording import open_recording
from core.nets.cache import EmbeddingCache
from core.nets.clips import channel_clips
from core.nets.embed import open_encoder
from core.nets.heads.scorer_file import load_scorer
from core.nets.ranking import PairModel, pair_table
from core.steps import result_of
from core.train.folder import BEST_NAME, LAST_NAME
from core.train.run import RunOptions, train

FOLDER = CACHE / "challenge"
EPOCHS = 25
"""As the configurations of the 2026 baseline."""
HEAD = "difference2026"


def trained(checkpoint: Path, data: Path) -> PairModel:
    """Train the 2026 head on ``train``, validated on ``val``; goes on where it was stopped.

    Where nothing was learned there is no best scorer: the last one runs, as the baseline's would.
    """
    encoder = open_encoder(checkpoint)
    run = FOLDER / f"{data.name}-{encoder.model_id}"
    embeddings = FOLDER / "embeddings"
    options = RunOptions(checkpoint, HEAD, epochs=EPOCHS, cache_folder=embeddings, resume=True)
    train(data / "train", data / "val", run, options, lambda *_: None)
    best = run / BEST_NAME
    found = load_scorer(best if best.is_file() else run / LAST_NAME, encoder.digest)
    return PairModel(encoder, found.scorer.to(encoder.device))


def answer(model: PairModel, job: Job, reach_s: float) -> Floats:
    """The line of 10 x 10 that most keypoints vote for, on channel 1, seconds."""
    path, truth = job
    recording = open_recording(path)
    clips = channel_clips(recording, 0), channel_clips(recording, 1)
    table = result_of(pair_table(model, EmbeddingCache(), clips, truth.time_0_s, reach_s))
    durations_s = recording.channels[0].duration_s, recording.channels[1].duration_s
    return chosen_times(table, durations_s, BASELINE_AXIS, reach_s)["binary count"]
