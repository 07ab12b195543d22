"""Pair scorers on disk: safetensors, with their model card and the encoder they belong to."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.errors import InputError
from core.formats.atomic import write_whole
from core.nets.encoders.reading import file_digest
from core.nets.heads.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.heads.names import Head
from core.nets.heads.pair import CrossAttentionConfig, CrossAttentionScorer, PairScorer

Card = dict[str, Any]
"""What should be known of a model, as plain values: data, seed, versions, metrics."""

_MOST_HEADS = 8
_KEY = "finchsync pair scorer"
_FIX = "give a scorer that 'finchsync train' made"


@dataclass(frozen=True, slots=True)
class ScorerFile:
    """A scorer and what its file says about it.

    Parameters
    ----------
    scorer : PairScorer
        On the processor, ready to score.
    encoder_digest : str
        Of the checkpoint whose tokens it was trained on.
    card : Card
        Its model card.
    digest : str
        Of the file's content, 32 hexadecimal digits.
    """

    scorer: PairScorer
    encoder_digest: str
    card: Card
    digest: str


def build_scorer(head: Head, width: int) -> PairScorer:
    """A scorer with fresh weights.

    Parameters
    ----------
    head : Head
    width : int
        Of the encoder's tokens. Attention has eight heads where they divide it, or
        else as many as do.
    """
    match head:
        case "cross":
            return CrossAttentionScorer(CrossAttentionConfig(width, math.gcd(_MOST_HEADS, width)))
        case "concat2025":
            return Baseline2025Scorer(width)
        case _:
            return Baseline2026Scorer(width)


def save_scorer(
    path: Path,
    scorer: PairScorer,
    encoder_digest: str,
    card: Card | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """Write a scorer, whole or not at all.

    Parameters
    ----------
    path : Path
    scorer : PairScorer
    encoder_digest : str
        Of the encoder's checkpoint, as `core.nets.encoders.checkpoint.load_encoder` gives it.
    card : Card, optional
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    told = {"sizes": _sizes(scorer), "encoder": encoder_digest, "card": card or {}}
    weights = {name: w.detach().cpu().contiguous() for name, w in scorer.state_dict().items()}
    content = save(weights, metadata={_KEY: json.dumps(told)})
    with write_whole(path, overwrite=overwrite) as file:
        file.write(content)


def load_scorer(path: Path, encoder_digest: str | None = None) -> ScorerFile:
    """Read a scorer.

    Parameters
    ----------
    path : Path
    encoder_digest : str, optional
        Of the encoder it is to work with.

    Raises
    ------
    InputError
        If the file is missing, damaged or no scorer, if a weight is not finite, or if
        the scorer belongs to another encoder.
    """
    try:
        with safe_open(path, framework="pt") as file:
            told = json.loads((file.metadata() or {})[_KEY])
            weights: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        scorer = _made(told["sizes"])
        scorer.load_state_dict(weights, assign=True)
        found = ScorerFile(scorer, str(told["encoder"]), dict(told["card"]), file_digest(path))
    except FileNotFoundError as error:
        raise InputError(path, "there is no such file", "check the path") from error
    except (SafetensorError, OSError) as error:
        raise InputError(path, "is cut short or no safetensors file", _FIX) from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(path, "holds no pair scorer", _FIX) from error
    if not all(w.dtype == torch.float32 and w.isfinite().all() for w in weights.values()):
        raise InputError(path, "holds weights that are not finite numbers in float32", _FIX)
    if encoder_digest not in (None, found.encoder_digest):
        raise InputError(
            path,
            "was trained with another encoder, its scores would mean nothing",
            f"load the checkpoint with digest {found.encoder_digest}",
        )
    scorer.eval().requires_grad_(requires_grad=False)
    return found


def _sizes(scorer: PairScorer) -> dict[str, str | int]:
    match scorer:
        case CrossAttentionScorer():
            c = scorer.config
            return {"head": "cross", "width": c.width, "heads": c.heads}
        case Baseline2025Scorer():
            return {"head": "concat2025", "width": scorer.width}
        case Baseline2026Scorer():
            return {"head": "difference2026", "width": scorer.width, "bins": scorer.bins}
    raise TypeError(f"{type(scorer).__name__} has no place in a scorer file yet")


def _made(sizes: dict[str, str | int]) -> PairScorer:
    """A scorer without weights yet: sizes that a file only claims cost no memory."""
    with torch.device("meta"):
        match sizes:
            case {"head": "cross", "width": int(width), "heads": int(heads)} if (
                width > 0 and heads > 0 and width % heads == 0
            ):
                return CrossAttentionScorer(CrossAttentionConfig(width, heads))
            case {"head": "concat2025", "width": int(width)} if width > 0:
                return Baseline2025Scorer(width)
            case {"head": "difference2026", "width": int(width), "bins": int(bins)} if (
                width > 0 and bins > 0
            ):
                return Baseline2026Scorer(width, bins)
    raise ValueError(f"unknown scorer {sizes}")
