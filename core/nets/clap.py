"""Any words: a model of the kind of CLAP from a folder, as Transformers reads it.

Wu et al. 2023, "Large-scale contrastive language-audio pretraining": a text and a sound each become
a vector of one space.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Floats32
from core.errors import InputError
from core.nets.transformers_folder import opened

KIND = "clap"


class ClapFolder:
    """A model that a person has, as `core.find.words.any_words.Model`.

    Parameters
    ----------
    folder : Path
        Holds ``config.json``, ``model.safetensors``, a tokenizer and, if sound is to be heard in
        another way than usual, ``preprocessor_config.json``. Nothing is downloaded or unpickled.
    digest : str
        Of the weights and their configuration.

    Attributes
    ----------
    rate_hz : int
        Of the sound that it takes.

    Raises
    ------
    InputError
        If the folder holds no such model.
    """

    def __init__(self, folder: Path, digest: str) -> None:
        from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel

        self.digest = digest
        self._net, self._split = opened(folder, ClapModel, AutoTokenizer, lambda _: False)
        try:
            has_own = (folder / "preprocessor_config.json").is_file()
            own = ClapFeatureExtractor.from_pretrained(folder) if has_own else None
            self._heard = own or ClapFeatureExtractor()
        except (OSError, ValueError, KeyError) as error:
            what = f"cannot be read ({str(error).splitlines()[0]})"
            fix = "give a folder that Transformers wrote of a CLAP"
            raise InputError(folder / "preprocessor_config.json", what, fix) from error
        self.rate_hz = int(self._heard.sampling_rate)
        is_fused = self._net.config.audio_config.enable_fusion
        self._cut = "fusion" if is_fused else "rand_trunc"

    def text(self, text: str) -> Floats32:
        """The vector of a text, at unit length."""
        told = self._unit(self._net.get_text_features, self._split(text, return_tensors="pt"))
        return np.asarray(told[0])

    def sounds(self, clips: list[Floats32]) -> Floats32:
        """Vectors of clips of equal length at `rate_hz`, a row each, at unit length."""
        options = {"sampling_rate": self.rate_hz, "truncation": self._cut}
        heard = self._heard(clips, return_tensors="pt", **options)
        return self._unit(self._net.get_audio_features, heard)

    def _unit(self, features: Any, given: Any) -> Floats32:
        import torch

        with torch.no_grad():
            told = features(**given)
        told = getattr(told, "pooler_output", told)
        return np.asarray(torch.nn.functional.normalize(told, dim=-1).float().numpy())
