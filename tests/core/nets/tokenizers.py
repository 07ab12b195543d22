"""A tokenizer of a few words, as Transformers writes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")


def write_tokenizer(folder: Path, words: Sequence[str] = ("a", "wren", "sings")) -> int:
    """Split at spaces; returns how many tokens are known."""
    known = {word: number for number, word in enumerate((*SPECIAL, *words))}
    split = {
        "version": "1.0",
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": known, "unk_token": "<unk>"},
        "added_tokens": [],
    }
    (folder / "tokenizer.json").write_text(json.dumps(split), encoding="utf-8")
    told = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    return len(known)
