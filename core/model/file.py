"""A model as a file that can be mailed: safetensors, with all that is known of it in its metadata.

A few hundred numbers stand in the card as JSON; what the compact net learned is arrays. Nothing
in it is ever run. Files without such arrays are of version 1, which older programs read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.align.calibration import (
    MOST_CONFIDENT,
    MOST_UNSURE,
    Calibration,
    calibration_of,
)
from core.arrays import Floats
from core.audio.spectra.levels import BANDS
from core.errors import InputError, refuse_unreadable, system_reason
from core.evidence.adaptation import Adaptation
from core.evidence.choice import EVIDENCE
from core.evidence.compact import shipped_weights
from core.formats.files import checked
from core.formats.files.atomic import write_whole
from core.formats.prior_file import prior_of, prior_table
from core.model.model import Card, Figures, LearnedFrom, Model, term_names

SUFFIX = ".finchmodel"
VERSION = 2
_KEY = "finchsync_model"
_GAIN = "gain"
_MOST_BYTES = 64 << 20
_MOST_POINTS = 10_000
_MOST_NETWORKS = 3
_HEAVIEST = 100.0
"""Nats per standard deviation: no term says more."""
_MOST_MOVED = 20.0
"""No line moves log odds by more."""
_FIX = "learn it again, or get a whole copy"


def write_model(path: Path, model: Model, *, overwrite: bool = False) -> None:
    """Write a model that was learned; errors as in `write_whole`.

    Parameters
    ----------
    path : Path
    model : Model
        Not the shipped one.
    overwrite : bool
        Whether an existing file may be replaced.
    """
    assert model.card is not None
    card = asdict(model.card) | {"made_at": model.card.made_at.isoformat(timespec="seconds")}
    names = term_names(len(model.weights) - len(term_names(0)))
    content = {
        "version": 1 if model.adaptation is None else VERSION,
        "evidence": model.evidence,
        "encoder": model.encoder,
        "weights": dict(zip(names, model.weights.tolist(), strict=True)),
        "calibration": model.calibration.table,
        "prior": model.prior and prior_table(model.prior),
        "card": card,
    }
    with write_whole(path, overwrite=overwrite) as file:
        file.write(save(_arrays(model.adaptation), {_KEY: json.dumps(content, allow_nan=False)}))


def read_model(path: Path) -> Model:
    """Read a model.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Model
        Named after its file.

    Raises
    ------
    InputError
        If the file cannot be read, is none or damaged, or was made by a newer version.
    """
    content, arrays = _content(path)
    version = content.get("version")
    if isinstance(version, int) and version > VERSION:
        raise InputError(path, "was made by a newer FinchSync", "update FinchSync")
    try:
        checked.whole(version, 1)
        return _model(path.stem, content, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(path, f"is damaged ({error})", _FIX) from error


def _arrays(adaptation: Adaptation | None) -> dict[str, NDArray[np.floating]]:
    if adaptation is None:
        return {}
    weights = {name: value.astype(np.float16) for name, value in adaptation.weights.items()}
    return {_GAIN: adaptation.gain, **weights}


def _content(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    refuse_unreadable(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(path, "is no model", f"give a {SUFFIX} file")
        with safe_open(str(path), framework="numpy") as file:
            told = (file.metadata() or {}).get(_KEY)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise InputError(
            path, f"cannot be read ({system_reason(error)})", "check the path"
        ) from error
    except (SafetensorError, TypeError, ValueError) as error:
        raise InputError(path, "is cut short or no model", _FIX) from error
    if told is None:
        raise InputError(path, "is no model of FinchSync", f"give a {SUFFIX} file")
    try:
        return checked.table(checked.parsed_json(told)), arrays
    except ValueError as error:
        raise InputError(path, f"is damaged ({error})", _FIX) from error


def _model(name: str, content: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
    evidence = checked.text(content["evidence"])
    if evidence not in EVIDENCE:
        raise ValueError(f"the evidence {evidence!r} is not known")
    prior = content["prior"]
    return Model(
        name,
        evidence,
        checked.text(content["encoder"]),
        _weights(checked.table(content["weights"])),
        _calibration(checked.table(content["calibration"]), evidence),
        None if prior is None else prior_of(checked.table(prior)),
        _adaptation(arrays) if arrays else None,
        _card(checked.table(content["card"])),
    )


def _weights(table: Mapping[str, Any]) -> Floats:
    networks = len(table) - len(term_names(0))
    if not 0 <= networks <= _MOST_NETWORKS or tuple(table) != term_names(networks):
        raise ValueError("its weights are of other terms")
    return np.array([checked.number(each, 0.0, _HEAVIEST) for each in table.values()])


def _calibration(table: Mapping[str, Any], evidence: str) -> Calibration:
    checked.number(table["related_centre_nats"], -1e6, 1e6)
    checked.number(table["related_scale_nats"], 1e-6, 1e6)
    checked.number(table["shift"], -_MOST_MOVED, _MOST_MOVED)
    checked.number(table["slope"], 1 / _MOST_MOVED, _MOST_MOVED)
    checked.number(table["share"], 0.0, _MOST_MOVED)
    checked.number(table.get("most_lifted", MOST_UNSURE), MOST_UNSURE, MOST_CONFIDENT)
    curves = {"blind": table["alone"], **table}
    for group, known in (("alone", (4,)), ("blind", (4,)), ("aliased", (4, 5))):
        curve = checked.table(curves[group])
        weights, raw, confidence = (
            [checked.number(each) for each in checked.items(curve[part])]
            for part in ("weights", "raw", "confidence")
        )
        is_curve = len(weights) in known and 0 < len(raw) == len(confidence) <= _MOST_POINTS
        rises = all((np.diff(column) >= 0).all() for column in (raw, confidence))
        if not is_curve or not rises or confidence[0] < 0 or confidence[-1] > 1:
            raise ValueError("its calibration is no rising curve")
    return calibration_of(table, evidence)


def _adaptation(arrays: Mapping[str, NDArray[Any]]) -> Adaptation:
    shipped, gain = shipped_weights(), arrays[_GAIN]
    if {*arrays} != {_GAIN, *shipped} or any(
        arrays[name].shape != weight.shape or arrays[name].dtype != np.float16
        for name, weight in shipped.items()
    ):
        raise ValueError("its weights are of another network")
    if gain.shape != (2, BANDS) or gain.dtype != np.float32 or not (gain > 0).all():
        raise ValueError("its gains are none")
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise ValueError("its weights are no numbers")
    return Adaptation(gain, {name: arrays[name].astype(np.float32) for name in shipped})


def _card(table: Mapping[str, Any]) -> Card:
    recordings = [
        LearnedFrom(
            checked.text(each["name"]),
            checked.text(each["fingerprint"]),
            checked.whole(each["keypoints"], 0),
        )
        for each in map(checked.table, checked.items(table["learned_from"]))
    ]
    return Card(
        datetime.fromisoformat(checked.text(table["made_at"])),
        checked.text(table["finchsync"]),
        checked.whole(table["tier"], 1, 3),
        tuple(recordings),
        checked.text(table["instead_of"]),
        _figures(checked.table(table["before"])),
        _figures(checked.table(table["after"])),
        checked.whole(table["better"], 0),
        checked.whole(table["worse"], 0),
    )


def _figures(table: Mapping[str, Any]) -> Figures:
    return Figures(
        checked.number(table["mae_ms"], 0.0),
        checked.number(table["within"], 0.0, 1.0),
        checked.number(table["calibration_error"], 0.0, 1.0),
    )
