"""A model of a person's own from a folder, as Transformers writes it; nothing is downloaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from core.errors import InputError, system_reason
from core.extras import ensure

_CONFIG, _WEIGHTS = "config.json", "model.safetensors"
_READ_BYTES = 1 << 24


def kind_and_digest(folder: Path) -> tuple[str, str]:
    """What kind of model a folder holds, and the digest of its configuration and weights.

    Raises
    ------
    InputError
        If it holds none.
    """
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
        raise InputError(folder, what, "give a folder that Transformers wrote") from error
    return kind, digest.hexdigest()


def ensure_transformers(what: str) -> None:
    """Refuse to go on where the extra ``words`` is not installed."""
    ensure(what, ("torch", "torchaudio", "transformers"), "words")


def opened(folder: Path, model: Any, tokenizer: Any, passes: Callable[[str], bool]) -> Any:
    """A model of a class of Transformers, and its tokenizer, from safetensors alone.

    Parameters
    ----------
    folder : Path
    model, tokenizer : type
    passes : callable
        Whether a weight of this name may be missing.

    Returns
    -------
    tuple of model and tokenizer

    Raises
    ------
    InputError
        If they cannot be read.
    """
    from transformers.utils.logging import disable_progress_bar, set_verbosity_error

    disable_progress_bar()
    set_verbosity_error()
    here: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    fix = "give a folder that Transformers wrote, with safetensors and a tokenizer"
    try:
        net, told = model.from_pretrained(
            folder, use_safetensors=True, output_loading_info=True, **here
        )
        split = tokenizer.from_pretrained(folder, **here)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        what = f"cannot be read ({str(error).splitlines()[0]})"
        raise InputError(folder, what, fix) from error
    missing = [name for name in told["missing_keys"] if not passes(name)]
    if missing:
        # Transformers draws what is missing, and says so where nobody looks.
        raise InputError(folder, f"has no weights {min(missing)}", fix)
    return net.eval(), split
