"""A tiny RoBERTa with weights that mean nothing, as Transformers writes it."""

from __future__ import annotations

from pathlib import Path

from core.find.words.sentence import COUNTS, WORDS
from tests.core.nets.tokenizers import write_tokenizer

WIDTH = 16


def write_roberta(folder: Path) -> None:
    """Knows the words of sentences."""
    import torch
    import transformers

    words = {part for word in WORDS for part in word.split()}
    words |= {f"{word}s" for word in words} | {*COUNTS, ",", "a", "then", "pair", "of"}
    torch.manual_seed(0)
    config = transformers.RobertaConfig(
        vocab_size=write_tokenizer(folder, sorted(words)),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=70,
        pad_token_id=0,
    )
    transformers.RobertaForMaskedLM(config).save_pretrained(folder)
