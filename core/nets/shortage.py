"""Devices that run out of memory: told alike, and worked around by smaller parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from core.memory import is_shortage


@contextmanager
def raised_alike() -> Iterator[None]:
    """Have a shortage on any device raised as CUDA's is; MPS and processors say it in words.

    Raises
    ------
    torch.OutOfMemoryError
    """
    try:
        yield
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        if is_shortage(error):
            raise torch.OutOfMemoryError(str(error)) from error
        raise


def free_cached(device: str) -> None:
    """Give back what PyTorch keeps of a device's memory for later.

    Parameters
    ----------
    device : str
        With or without its number.
    """
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device.startswith("mps"):
        torch.mps.empty_cache()
