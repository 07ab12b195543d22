"""Learned evidence: encoder, pair scorer, embedding cache.

Only this room and that of training may import torch. Nothing here does before
one of the modules is imported; `ensure_torch` says in a line what is missing.
"""

from __future__ import annotations

from core.extras import ensure


def ensure_torch(what: str = "BEATs") -> None:
    """Refuse to go on where the extra ``nets`` is not installed.

    Parameters
    ----------
    what : str
        That needs it.

    Raises
    ------
    InputError
        If torch or torchaudio is missing.
    """
    ensure(what, ("torch", "torchaudio"), "nets")


def torch_found() -> str:
    """Version of torch and the graphics cards that it can use, in words; takes seconds."""
    import torch

    devices = [f"cuda ({torch.cuda.get_device_name(i)})" for i in range(torch.cuda.device_count())]
    devices += ["mps"] if torch.backends.mps.is_available() else []
    return f"{torch.__version__} with {', '.join(devices) or 'no GPU that it can use'}"
