"""A text encoder of the kind of RoBERTa from a folder: a vector for every token of a text.

Liu et al. 2019, "RoBERTa: a robustly optimized BERT pretraining approach"; it stays as it is, and
what stands above it was trained here (``benchmarks/making/fit_words.py``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.arrays import Floats32
from core.nets.transformers_folder import opened

KINDS = ("bert", "camembert", "distilbert", "roberta", "xlm-roberta")
"""What tells texts by vectors of their tokens."""
_MOST_TOKENS = 64


class TextEncoder:
    """An encoder that a person has, as `core.find.words.text_tower.Encoder`.

    Parameters
    ----------
    folder : Path
        Holds ``config.json``, ``model.safetensors`` and a tokenizer. Nothing is downloaded or
        unpickled.
    digest : str
        Of the weights and their configuration.

    Attributes
    ----------
    width : int
        Numbers of a vector.

    Raises
    ------
    InputError
        If the folder holds no such model.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        from transformers import AutoModel, AutoTokenizer

        self.digest = digest
        # What pools tokens is no part of a model that was trained to fill gaps.
        self._net, self._split = opened(
            folder, AutoModel, AutoTokenizer, lambda name: "pooler" in name
        )
        self.width = int(self._net.config.hidden_size)

    def vectors(self, text: str) -> Floats32:
        """Vectors of the tokens of a text, shape (L, width)."""
        import torch

        given = self._split(text, return_tensors="pt", truncation=True, max_length=_MOST_TOKENS)
        with torch.no_grad():
            told = self._net(**given).last_hidden_state
        return np.asarray(told[0].float().numpy())
