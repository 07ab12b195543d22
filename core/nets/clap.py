"""Any words: a model of the kind of CLAP from a folder, as Transformers reads it.

Wu et al. 2023, "Large-scale contrastive language-audio pretraining": a text and a sound each become
a vector of one space.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError

from core.arrays import Floats32
from core.errors import InputError, system_reason
from core.extras import ensure

_CONFIG, _WEIGHTS = "config.json", "model.safetensors"
_READ_BYTES = 1 << 24


class ClapFolder:
    """A model that a person has, as `core.find.words.any_words.Model`.

    Parameters
    ----------
    folder : Path
        Holds ``config.json``, ``model.safetensors``, a tokenizer and, if sound is to be heard in
        another way than usual, ``preprocessor_config.json``. Nothing is downloaded or unpickled.

    Attributes
    ----------
    digest : str
        Of the weights and their configuration.
    rate_hz : int
        Of the sound that it takes.

    Raises
    ------
    InputError
        If Transformers is missing, or the folder holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        kind, self.digest = _told(folder)
        fix = "give a folder that Transformers wrote of a CLAP, with safetensors"
        if kind != "clap":
            raise InputError(folder, f"holds a model of the kind {kind!r}", fix)
        ensure("--words-model", ("torch", "torchaudio", "transformers"), "words")
        from transformers import AutoTokenizer, ClapFeatureExtractor, ClapModel
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        here: dict[str, Any] = {"local_files_only": True}
        try:
            net, told = ClapModel.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True, **here
            )
            self._split = AutoTokenizer.from_pretrained(folder, **here)
            has_own = (folder / "preprocessor_config.json").is_file()
            opened = ClapFeatureExtractor.from_pretrained(folder, **here) if has_own else None
            self._heard = opened or ClapFeatureExtractor()
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            what = f"cannot be read ({str(error).splitlines()[0]})"
            raise InputError(folder, what, fix) from error
        if told["missing_keys"]:
            # Transformers draws what is missing, and says so where nobody looks.
            name = min(told["missing_keys"])
            raise InputError(folder, f"has no weights {name}", fix)
        self._net = net.eval()
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


def _told(folder: Path) -> tuple[str, str]:
    """Kind and digest of a model in a folder."""
    digest = hashlib.blake2b(digest_size=8)
    try:
        config = (folder / _CONFIG).read_bytes()
        digest.update(config)
        with (folder / _WEIGHTS).open("rb") as file:
            while part := file.read(_READ_BYTES):
                digest.update(part)
        kind = str(json.loads(config).get("model_type"))
    except (OSError, ValueError, AttributeError) as error:
        why = system_reason(error) if isinstance(error, OSError) else "no JSON"
        what = f"is no folder with {_CONFIG} and {_WEIGHTS} ({why})"
        raise InputError(folder, what, "give a folder of a CLAP") from error
    return kind, digest.hexdigest()
