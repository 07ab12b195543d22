"""What a run is made of, for its model cards and for telling runs apart."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version

from core import __version__
from core.nets.clips import CLIP_S
from core.nets.encoders.config import Heard
from core.nets.heads.making import Sizes
from core.nets.heads.scorer_file import Card
from core.train.folder import Identity
from core.train.recipe import Recipe
from core.train.samples.labelled import LabelledRecording, digest

_PACKAGES = ("torch", "torchaudio", "lightning", "safetensors", "numpy")

Recordings = Sequence[LabelledRecording]


@dataclass(frozen=True, slots=True)
class Plan:
    """All but the data.

    Parameters
    ----------
    sizes : Sizes
        Of the head.
    heard : Heard
        Layers of the encoder that it hears.
    encoder_file, encoder_digest : str
        Name and content of the encoder's checkpoint.
    teacher_digest : str
        Of the scorer that taught it, or empty.
    processes : int
        That train together, on all machines.
    recipe : Recipe
    """

    sizes: Sizes
    heard: Heard
    encoder_file: str
    encoder_digest: str
    teacher_digest: str
    processes: int
    recipe: Recipe


def identity_of(plan: Plan, train: Recordings, val: Recordings) -> Identity:
    """What a run that goes on must have in common with the one that was stopped."""
    return {
        "format": 2,
        "head": plan.sizes,
        "layers": plan.heard,
        "encoder": plan.encoder_digest,
        "teacher": plan.teacher_digest,
        "train data": digest(train),
        "val data": digest(val),
        "processes": plan.processes,
        "recipe": asdict(plan.recipe),
    }


def card_of(plan: Plan, train: Recordings, val: Recordings) -> Card:
    """The model card but for the metrics; it names no folder and no machine."""
    versions = {name: version(name) for name in _PACKAGES}
    return {
        "model": "FinchSync pair scorer",
        "head": plan.sizes,
        "layers": plan.heard,
        "clip_s": CLIP_S,
        "encoder": {"file": plan.encoder_file, "digest": plan.encoder_digest},
        "teacher": plan.teacher_digest,
        "seed": plan.recipe.seed,
        "recipe": asdict(plan.recipe),
        "processes": plan.processes,
        "versions": {"finchsync": __version__, "python": platform.python_version()} | versions,
        "data": {"train": _told(train), "val": _told(val)},
    }


def _told(recordings: Recordings) -> Card:
    return {
        "digest": digest(recordings),
        "keypoints": sum(len(r.truth) for r in recordings),
        "usable keypoints": sum(len(r.usable()) for r in recordings),
        "files": [r.name for r in recordings],
    }
