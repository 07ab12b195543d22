"""A model is a file that can be mailed, and whatever is none is refused in a line."""

from __future__ import annotations

import errno
import json
import os
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.align.decoding.prior import DriftPrior
from core.audio.spectra.levels import BANDS
from core.errors import InputError
from core.evidence.adaptation import Adaptation
from core.evidence.compact import open_compact, shipped_weights
from core.formats.files import atomic
from core.model.file import read_model, write_model
from core.model.model import Card, Figures, LearnedFrom, Model, shipped_model


@pytest.fixture(scope="module")
def model() -> Model:
    shipped = shipped_model((open_compact(),))
    time_s = np.arange(60.0)
    return replace(
        shipped,
        weights=shipped.weights + 0.1,
        calibration=replace(shipped.calibration, shift=0.4, slope=1.2, most_lifted=0.95),
        prior=DriftPrior(time_s, 1e-4 * time_s + 1.3, 0.1, 1e-4, 0.2, 1e-5, 8),
        card=Card(
            datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
            "0.1.0",
            1,
            (LearnedFrom("a.wav", "f" * 32, 38),),
            shipped.digest,
            Figures(35.6, 0.74, 0.10),
            Figures(2.7, 1.0, 0.02),
            9,
            0,
        ),
    )


@pytest.fixture
def path(model: Model, tmp_path: Path) -> Path:
    path = tmp_path / "garden.finchmodel"
    write_model(path, model)
    return path


def _content(path: Path) -> dict[str, object]:
    """What stands in the card."""
    length = int.from_bytes(path.read_bytes()[:8], "little")
    head = json.loads(path.read_bytes()[8 : 8 + length])
    return json.loads(head["__metadata__"]["finchsync_model"])


def _with(path: Path, **changes: object) -> Path:
    content = {**_content(path), **changes}
    path.write_bytes(save({}, {"finchsync_model": json.dumps(content)}))
    return path


def test_what_was_written_is_read_back(model, path):
    read = read_model(path)
    assert read.name == "garden"
    assert read.digest == model.digest
    assert read.card == model.card
    assert np.array_equal(read.weights, model.weights)
    assert read.calibration.table == model.calibration.table
    assert read.prior is not None
    assert read.prior.digest == model.prior.digest
    assert read.was_learned_from("f" * 32)
    assert not read.was_learned_from("e" * 32)


@pytest.fixture
def adapted(model: Model) -> Model:
    """One that learned how the compact net hears the recorders."""
    weights = {name: (1.5 * value).astype(np.float16) for name, value in shipped_weights().items()}
    gain = np.linspace(0.5, 2.0, 2 * BANDS, dtype=np.float32).reshape(2, BANDS)
    own = {name: value.astype(np.float32) for name, value in weights.items()}
    return replace(model, adaptation=Adaptation(gain, own))


def test_what_the_net_learned_is_read_back(adapted, model, tmp_path):
    path = tmp_path / "adapted.finchmodel"
    write_model(path, adapted)
    read = read_model(path)
    assert read.digest == adapted.digest != model.digest
    assert read.adaptation is not None
    assert np.array_equal(read.adaptation.gain, adapted.adaptation.gain)
    (compact,) = read.adapted((open_compact(),))
    assert compact.model_id.endswith(read.adaptation.digest)


def test_a_model_without_a_net_of_its_own_is_still_one_that_older_programs_read(path, adapted):
    assert _content(path)["version"] == 1
    write_model(path, adapted, overwrite=True)
    assert _content(path)["version"] == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gain", np.zeros((2, BANDS), np.float32)),
        ("gain", np.ones((2, 3), np.float32)),
        ("gain", np.full((2, BANDS), np.nan, np.float32)),
        ("stem", np.zeros((5, BANDS, 8), np.float16)),
        ("head.bias", np.zeros(33, np.float32)),
        ("norm0", np.full(64, np.inf, np.float16)),
        ("more", np.zeros(3, np.float16)),
        ("stem", None),
        ("gain", None),
    ],
)
def test_a_net_that_is_none_is_damaged(adapted, path, name, value):
    write_model(path, adapted, overwrite=True)
    arrays = load(path.read_bytes())
    arrays.pop(name, None)
    if value is not None:
        arrays[name] = value
    path.write_bytes(save(arrays, {"finchsync_model": json.dumps(_content(path))}))
    with pytest.raises(InputError, match="is damaged"):
        read_model(path)


def test_the_digest_tells_what_comes_of_a_model(model):
    assert replace(model, name="other", card=None).digest == model.digest
    assert replace(model, prior=None).digest != model.digest
    assert replace(model, weights=model.weights * 2).digest != model.digest


def test_a_model_cut_short_anywhere_is_refused(path):
    whole = path.read_bytes()
    for length in (0, 4, 8, 9, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="is cut short or no model"):
            read_model(path)


@pytest.mark.parametrize(
    "content",
    [b"RIFF....WAVE", b"{}", pickle.dumps({"a": 1}), b"\xff" * 100, b"Filename,Time\n"],
)
def test_files_of_others_are_refused(tmp_path, content):
    path = tmp_path / "other.finchmodel"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is cut short or no model"):
        read_model(path)


def test_a_network_of_others_is_no_model(tmp_path):
    path = tmp_path / "scorer.safetensors"
    path.write_bytes(save({"a": np.zeros(3, np.float32)}, {"card": "{}"}))
    with pytest.raises(InputError, match="is no model of FinchSync"):
        read_model(path)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_model(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_model(tmp_path / "none.finchmodel")


def test_a_file_without_rights_is_not_said_to_be_missing(path, monkeypatch):
    """The library that reads it says of every file which it cannot open that there is none."""

    def refuse(*_):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(InputError, match=os.strerror(errno.EACCES).lower()):
        read_model(path)


def test_a_newer_version_is_named(path):
    with pytest.raises(InputError, match=r"was made by a newer FinchSync; update FinchSync"):
        read_model(_with(path, version=3))


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": {"flux - flux": 0.5}},
        {"weights": None},
        {"evidence": "ouija"},
        {"prior": {"time_0_s": [0, 1]}},
        {"card": {}},
        {"version": "1"},
        {"calibration": {}},
    ],
)
def test_a_card_that_makes_no_sense_is_damaged(path, changes):
    with pytest.raises(InputError, match="is damaged"):
        read_model(_with(path, **changes))


@pytest.mark.parametrize(
    "curve",
    [
        {"weights": [0, 1, 1], "raw": [0, 1], "confidence": [0, 1]},
        {"weights": [0, 1, 1, 0], "raw": [1, 0], "confidence": [0, 1]},
        {"weights": [0, 1, 1, 0], "raw": [0, 1], "confidence": [0, 7]},
        {"weights": [0, 1, 1, 0], "raw": [0, 1], "confidence": [1, 0]},
        {"weights": [0, 1, 1, 0], "raw": [], "confidence": []},
    ],
)
@pytest.mark.parametrize("group", ["alone", "blind"])
def test_a_calibration_that_is_no_curve_is_damaged(path, curve, group):
    table = {**_content(path)["calibration"], group: curve}
    with pytest.raises(InputError, match="its calibration is no rising curve"):
        read_model(_with(path, calibration=table))


def test_a_model_goes_with_its_own_network_only(model):
    compact = open_compact()
    model.refuse_others((compact,), "garden.finchmodel")
    with pytest.raises(InputError, match="was learned with compact evidence, not with spectral"):
        model.refuse_others((), "garden.finchmodel")
    compact.model_id = "0" * 32
    with pytest.raises(InputError, match="another compact network than the one that is used"):
        model.refuse_others((compact,), "garden.finchmodel")


def test_a_full_disk_leaves_the_old_model(model, path, monkeypatch):
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(InputError, match="no space left on device"):
        write_model(path, model, overwrite=True)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
