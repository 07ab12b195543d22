from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import load_file

from core.errors import InputError
from core.nets.cache import EmbeddingCache
from core.nets.clips import clip_starts
from core.nets.embed import ClipEncoder
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.compact import COMPACT
from core.nets.heads.making import HeadOptions
from core.nets.heads.names import SYSTEMS
from core.nets.heads.probe import alpha_of
from core.nets.heads.scorer_file import load_scorer
from core.nets.opening import open_pair_model
from core.nets.ranking import PairModel
from core.train.history import Epoch, best, learned, stale_epochs
from core.train.recipe import Recipe, recipe_of
from core.train.run import RunOptions, train
from core.train.samples.draw import DrawOptions
from core.train.samples.labelled import read_labelled
from core.train.whole import alignment_errors

REPOSITORY = Path(__file__).resolve().parents[3]
RECIPE = Recipe(
    learning_rate=2e-3,
    plateau_epochs=0,
    max_offset_s=0.5,
    draw=DrawOptions(stride=3, batch=6, reach_s=2.0),
)

KILLED = """
import os, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from core.train.samples.draw import DrawOptions
from core.train.recipe import Recipe
from core.train.run import RunOptions, train

def advance(share, text):
    if share > {kill_at}:
        os._exit(9)

train(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]),
      RunOptions(Path(sys.argv[4]), epochs=6, device="cpu", recipe={recipe}), advance)
"""


def options(place, **changes) -> RunOptions:
    plain = RunOptions(place.encoder, epochs=6, device="cpu", recipe=RECIPE)
    return replace(plain, **changes)


def run(place, out: Path, **changes) -> tuple[Epoch, ...]:
    done = train(place.train, place.val, out, options(place, **changes), lambda *_: None)
    return done.history


def rows(out: Path) -> list[dict[str, float]]:
    with (out / "metrics.csv").open(encoding="ascii") as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_same_losses_and_weights(place, tmp_path):
    whole = run(place, tmp_path / "whole")
    assert len({row.learning_rate for row in whole}) > 1, "the plateau must be part of the test"
    code = KILLED.format(kill_at=2.4 / 6, recipe=repr(RECIPE))
    killed = subprocess.run(
        [sys.executable, "-c", code, place.train, place.val, tmp_path / "killed", place.encoder],
        cwd=REPOSITORY,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert killed.returncode == 9
    assert len(rows(tmp_path / "killed")) == 2
    again = run(place, tmp_path / "killed", resume=True)
    assert [row.epoch for row in again] == [row.epoch for row in whole] == [0, 1, 2, 3, 4, 5]
    for name in ("train_loss", "val_loss", "val_mse_s2", "val_mae_ms", "learning_rate"):
        ours, theirs = ([getattr(row, name) for row in run_] for run_ in (again, whole))
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)
    tables = [[[*row.values()] for row in rows(tmp_path / name)] for name in ("killed", "whole")]
    np.testing.assert_allclose(*tables, rtol=0, atol=1e-6)
    ours, theirs = (load_file(tmp_path / r / "last.safetensors") for r in ("killed", "whole"))
    for name, weights in theirs.items():
        torch.testing.assert_close(ours[name], weights, rtol=0, atol=1e-6)
    assert not list((tmp_path / "killed").glob("*.tmp"))


def test_what_a_run_leaves_is_complete_and_true(place, tmp_path):
    """Losses fall, checkpoints give the errors that their cards claim, and the log is there."""
    history = run(place, tmp_path / "run", epochs=8, recipe=replace(RECIPE, plateau_epochs=10))
    assert history[-1].train_loss < history[0].train_loss
    saved = load_scorer(tmp_path / "run" / "last.safetensors")
    card = saved.card
    assert card == yaml.safe_load((tmp_path / "run" / "last.yaml").read_text("utf-8"))
    assert card["metrics"]["epoch"] == history[-1].epoch
    assert card["seed"] == 0
    assert card["versions"]["torch"] == torch.__version__.partition("+")[0]
    assert card["data"]["train"]["files"] == ["train_1.wav", "train_2.wav", "train_3.wav"]
    assert str(tmp_path) not in (tmp_path / "run" / "last.yaml").read_text("utf-8")
    encoder, digest = load_encoder(place.encoder)
    assert card["encoder"]["digest"] == saved.encoder_digest == digest
    model = PairModel(ClipEncoder(encoder, digest, torch.device("cpu")), saved.scorer)
    found = [
        alignment_errors(model, EmbeddingCache(), file, 0.5) for file in read_labelled(place.val)
    ]
    assert np.mean([e.mse_s2 for e in found]) == pytest.approx(card["metrics"]["val_mse_s2"])
    assert np.mean([e.mae_ms for e in found]) == pytest.approx(card["metrics"]["val_mae_ms"])
    assert list((tmp_path / "run" / "tensorboard").glob("events.*"))


RANKED = replace(recipe_of("place"), max_offset_s=0.5, learning_rate=1e-2)
RANKED = replace(RANKED, draw=replace(RANKED.draw, batch=16, hard_negatives=4, reach_s=2.0))


def test_a_head_that_ranks_learns_on_the_shipped_net(place, tmp_path):
    """Its best scorer is the one of the lowest loss, and its zero tells right from wrong."""
    changes = {"encoder": COMPACT, "head": "place", "recipe": RANKED, "epochs": 4}
    gated = HeadOptions(heard="all", dim=16)
    done = train(
        *(place.train, place.val, tmp_path / "run"),
        options(place, head_options=gated, **changes),
        lambda *_: None,
    )
    found = best(done.history)
    assert learned(found)
    saved = load_scorer(tmp_path / "run" / "best.safetensors", load_encoder(COMPACT)[1])
    assert saved.card["metrics"]["epoch"] == found.epoch
    assert saved.scorer.heard == saved.card["layers"] == "all"
    assert saved.card["recipe"]["draw"]["stride"] == 1, "few recordings: every keypoint is heard"
    assert done.shares == pytest.approx(alpha_of(saved.scorer), abs=1e-3)
    model, _ = open_pair_model(COMPACT, tmp_path / "run" / "best.safetensors", "cpu")
    (file, *_) = read_labelled(place.val)
    clips, usable = file.clips, file.usable()
    start_0, start_1 = (clip_starts(t[usable]) for t in (file.truth.time_0_s, file.truth.time_1_s))
    tokens = [
        model.encoder.embed(c.cut(s, model.encoder.around))
        for c, s in zip(clips, (start_0, start_1), strict=True)
    ]
    odds = model.scorer.all_pairs(*(model.scorer.keys(t) for t in tokens))
    apart = (torch.arange(len(odds))[None] - torch.arange(len(odds))[:, None]).abs()
    assert odds.diagonal().mean() > 0 > odds[apart > 3].mean()


def test_a_run_that_learns_nothing_says_so_and_offers_nothing(place, finchsync, tmp_path):
    still = ("--head", "concat2025", "--lr", 1e-9, "--epochs", 1, "--max-offset", 0.5)
    done = finchsync(
        *("train", "--train", place.train, "--val", place.val, "--out", tmp_path / "run"),
        *("--encoder", place.encoder, "--device", "cpu", *still),
    )
    assert done.code == 1
    assert done.out == ""
    assert "nothing was learned: the loss in validation is" in done.err
    assert not (tmp_path / "run" / "best.safetensors").exists()
    assert (tmp_path / "run" / "last.safetensors").exists()


def test_the_last_layers_of_an_encoder_learn_along_and_come_with_the_scorer(place, tmp_path):
    recipe = replace(RANKED, unfrozen_layers=1, draw=replace(RANKED.draw, stride=8))
    changes = {"encoder": COMPACT, "head": "place", "recipe": recipe, "epochs": 1}
    run(place, tmp_path / "run", **changes)
    saved = load_scorer(tmp_path / "run" / "last.safetensors")
    plain, digest = load_encoder(COMPACT)
    before = dict(plain.named_parameters())
    assert {name.split(".")[1] for name in saved.tuned} == {"blocks", "norms", "head"}
    assert "net.blocks.2.weight" not in saved.tuned
    assert not torch.equal(saved.tuned["net.blocks.3.weight"], before["net.blocks.3.weight"])
    model, name = open_pair_model(COMPACT, tmp_path / "run" / "last.safetensors", "cpu")
    assert model.encoder.model_id != f"{digest}-float32"
    assert saved.digest in name
    clip = 0.1 * torch.randn(1, 48_000, generator=torch.Generator().manual_seed(0))
    assert not torch.allclose(model.encoder.embed(clip), plain.tokens(clip), atol=1e-4)


def test_a_scorer_is_taught_by_the_systems_of_another(place, tmp_path):
    """It begins as the system that it is, and a teacher of another encoder is refused."""
    recipe = replace(RANKED, draw=replace(RANKED.draw, stride=8, is_stride_fixed=True))
    changes = {"encoder": COMPACT, "head": "retrieval", "recipe": recipe, "epochs": 1}
    run(place, tmp_path / "all", head_options=HeadOptions(systems=SYSTEMS), **changes)
    teacher = tmp_path / "all" / "last.safetensors"
    still = changes | {"recipe": replace(recipe, learning_rate=0.0), "distil": teacher}
    one = HeadOptions(systems=("one",))
    run(place, tmp_path / "one", head_options=one, **still)
    student = load_scorer(tmp_path / "one" / "last.safetensors")
    assert student.card["teacher"] == load_scorer(teacher).digest
    member = load_scorer(teacher).scorer.members[1]
    assert torch.equal(student.scorer.query.weight, member.query.weight)
    with pytest.raises(InputError, match="another encoder"):
        run(place, tmp_path / "other", head_options=one, **still | {"encoder": place.encoder})
    gated = replace(one, heard="all")
    with pytest.raises(InputError, match="hears other tokens"):
        run(place, tmp_path / "gated", head_options=gated, **still)


def test_training_ends_without_progress_and_stays_ended(place, tmp_path):
    still = replace(RECIPE, learning_rate=0.0, patience_epochs=2)
    history = run(place, tmp_path / "run", epochs=20, recipe=still, head="concat2025")
    assert len(history) == 3
    again = run(place, tmp_path / "run", epochs=20, recipe=still, head="concat2025", resume=True)
    assert again == history


def test_more_epochs_can_be_asked_of_a_run_that_is_done(place, tmp_path):
    run(place, tmp_path / "run", epochs=1, head="difference2026")
    longer = run(place, tmp_path / "run", epochs=2, head="difference2026", resume=True)
    assert [row.epoch for row in longer] == [0, 1]


def test_validating_on_what_was_trained_on_is_told(place, tmp_path):
    chosen = options(place, epochs=1, head="concat2025")
    told = []
    train(
        *(place.train, place.train, tmp_path / "run", chosen),
        advance=lambda *_: told.append("an epoch"),
        warn=told.append,
    )
    assert told[0] == (
        "trained and validated on the same sound: train_1.wav and 2 more; the errors will flatter"
    )
    assert set(told[1:]) == {"an epoch"}


@pytest.mark.slow
def test_two_processes_train_one_scorer(place, tmp_path):
    """Through the command line, as a person would; the losses and errors are those of all data."""
    out = tmp_path / "run"
    done = subprocess.run(
        [
            *(sys.executable, "main.py", "train", "--train", place.train, "--val", place.val),
            *("--out", out, "--encoder", place.encoder, "--device", "cpu", "--devices", "2"),
            *("--epochs", "2", "--max-offset", "0.5", "--batch", "2"),
        ],
        cwd=REPOSITORY,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    saved = load_scorer(out / "last.safetensors")
    assert saved.card["processes"] == 2
    assert len(rows(out)) == 2
    encoder = ClipEncoder(*load_encoder(place.encoder), torch.device("cpu"))
    found = [
        alignment_errors(PairModel(encoder, saved.scorer), EmbeddingCache(), file, 0.5)
        for file in read_labelled(place.val)
    ]
    claimed = rows(out)[-1]
    assert np.mean([e.mae_ms for e in found]) == pytest.approx(claimed["val_mae_ms"], rel=1e-5)


def test_the_best_epoch_and_the_last_that_helped():
    def row(epoch: int, loss: float, mse: float) -> Epoch:
        return Epoch(epoch, 0.5, loss, 0.69, mse, 100.0, 1e-4)

    history = [row(0, 0.7, 0.1), row(1, 0.5, 0.2), row(2, 0.4, 0.3), row(3, float("nan"), 0.2)]
    assert best(history).epoch == 2
    assert [learned(r) for r in (*history, row(4, 0.687, 0.1))] == [False, True, True, False, False]
    assert stale_epochs(history) == 1
    assert stale_epochs([]) == 0
