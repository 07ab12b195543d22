"""Pair scorers on disk: safetensors, with what they are and which encoder they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.errors import InputError
from core.formats.atomic import write_whole
from core.nets.baseline_heads import Baseline2025Scorer, Baseline2026Scorer
from core.nets.pair import CrossAttentionConfig, CrossAttentionScorer, PairScorer

_KEY = "finchsync pair scorer"
_FIX = "give a scorer that FinchSync saved"


@dataclass(frozen=True, slots=True)
class ScorerFile:
    """A scorer and what its file says about it.

    Parameters
    ----------
    scorer : PairScorer
        On the processor, ready to score.
    encoder_digest : str
        Of the checkpoint whose tokens it was trained on.
    notes : dict of str to str
        What else was saved: data, seed, versions, metrics.
    """

    scorer: PairScorer
    encoder_digest: str
    notes: dict[str, str]


def save_scorer(
    path: Path,
    scorer: PairScorer,
    encoder_digest: str,
    notes: dict[str, str] | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """Write a scorer, whole or not at all.

    Parameters
    ----------
    path : Path
    scorer : PairScorer
    encoder_digest : str
        Of the encoder's checkpoint, as `core.nets.checkpoint.load_encoder` gives it.
    notes : dict of str to str, optional
        Whatever should be known of it later.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    told = {"sizes": _sizes(scorer), "encoder": encoder_digest, "notes": notes or {}}
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
        If the file is missing, damaged or no scorer, or if the scorer belongs to
        another encoder.
    """
    try:
        with safe_open(path, framework="pt") as file:
            told = json.loads((file.metadata() or {})[_KEY])
            weights: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        found = ScorerFile(_made(told["sizes"]), str(told["encoder"]), dict(told["notes"]))
        found.scorer.load_state_dict(weights)
    except (SafetensorError, OSError) as error:
        raise InputError(path, "cannot be read as a scorer", _FIX) from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(path, "holds no scorer of this version", _FIX) from error
    if encoder_digest not in (None, found.encoder_digest):
        raise InputError(
            path,
            "was trained with another encoder, its scores would mean nothing",
            f"load the checkpoint with digest {found.encoder_digest}",
        )
    found.scorer.eval().requires_grad_(requires_grad=False)
    return found


def _sizes(scorer: PairScorer) -> dict[str, str | int]:
    match scorer:
        case CrossAttentionScorer():
            c = scorer.config
            return {"kind": "cross-attention", "width": c.width, "heads": c.heads}
        case Baseline2025Scorer():
            return {"kind": "baseline 2025", "width": scorer.width}
        case Baseline2026Scorer():
            return {"kind": "baseline 2026", "width": scorer.width, "bins": scorer.bins}
    raise TypeError(f"{type(scorer).__name__} has no place in a scorer file yet")


def _made(sizes: dict[str, str | int]) -> PairScorer:
    with torch.random.fork_rng(devices=[]):
        match sizes:
            case {"kind": "cross-attention", "width": int(width), "heads": int(heads)}:
                return CrossAttentionScorer(CrossAttentionConfig(width, heads))
            case {"kind": "baseline 2025", "width": int(width)}:
                return Baseline2025Scorer(width)
            case {"kind": "baseline 2026", "width": int(width), "bins": int(bins)}:
                return Baseline2026Scorer(width, bins)
    raise ValueError(f"unknown scorer {sizes}")
