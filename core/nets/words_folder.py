"""What a person has to look words up by: one space of texts and sounds, or texts alone."""

from __future__ import annotations

from pathlib import Path

from core.errors import InputError
from core.nets import clap, text_encoder
from core.nets.clap import ClapFolder
from core.nets.text_encoder import TextEncoder
from core.nets.transformers_folder import ensure_transformers, kind_and_digest


def open_words_folder(folder: Path) -> ClapFolder | TextEncoder:
    """The model of a folder, by the kind that its ``config.json`` tells.

    Raises
    ------
    InputError
        If Transformers is missing, or the folder holds no such model.
    """
    kind, digest = kind_and_digest(folder)
    if kind != clap.KIND and kind not in text_encoder.KINDS:
        fix = f"give one of the kind {clap.KIND}, or of {', '.join(text_encoder.KINDS)}"
        raise InputError(folder, f"holds a model of the kind {kind!r}", fix)
    ensure_transformers("a model of words")
    return (ClapFolder if kind == clap.KIND else TextEncoder)(folder, digest)
