"""Devices that run out of memory: told alike, and worked around by smaller parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from core.memory import is_shortage

T = TypeVar("T")


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


def in_smaller_parts(work: Callable[[int], T], size: int, device: torch.device) -> T:
    """Do work in parts of this size, or of half of it for as long as memory is short.

    Parameters
    ----------
    work : callable
        Given the size of a part; begun anew with the next.
    size : int
    device : torch.device
        Whose memory it is.

    Raises
    ------
    torch.OutOfMemoryError
        If not even parts of one fit.
    """
    while True:
        try:
            with raised_alike():
                return work(size)
        except torch.OutOfMemoryError:
            if size <= 1:
                raise
        # Out of the handler, so that the failed attempt's memory is free again.
        free_cached(device.type)
        size //= 2
