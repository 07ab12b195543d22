"""An encoder made ready to embed clips: device, precision, batches."""

from __future__ import annotations

import copy
import os
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.audio.channels import Samples
from core.errors import InputError
from core.evidence.choice import Precision
from core.nets.clips import CLIP_SAMPLES
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.config import Heard
from core.nets.encoders.encoder import Encoder, Grid
from core.nets.shortage import free_cached, raised_alike

BATCH = {"cpu": 16, "cuda": 256, "mps": 64}
"""Clips embedded at a time; on a processor, more would leave its caches."""


def choose_device(wanted: str = "auto") -> torch.device:
    """A device by name, or the best there is.

    Parameters
    ----------
    wanted : str
        ``auto``, ``cuda``, ``mps`` or ``cpu``.

    Raises
    ------
    InputError
        If it is not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, found in there.items() if found))
    if not there.get(wanted, False):
        names = ", ".join(name for name, found in there.items() if found)
        raise InputError(f"device {wanted}", "is not there", f"choose auto or one of: {names}")
    return torch.device(wanted)


def leave_a_core(processes: int = 1) -> None:
    """Let torch use its share of all cores but one, unless ``OMP_NUM_THREADS`` says how many.

    As many threads as there are cores wait for each other wherever something else runs.
    """
    if "OMP_NUM_THREADS" in os.environ:
        return
    torch.set_num_threads(max(1, ((os.cpu_count() or 2) - 1) // processes))


class ClipEncoder:
    """Embeds clips, and counts how many.

    Parameters
    ----------
    encoder : Encoder
        Is left as it is.
    digest : str
        Of its weights.
    device : torch.device
    precision : Precision
    heard : Heard
        The last tokens, or those of all layers.
    compiled : bool
        Whether to have torch compile it: some minutes at the first batch, for GPUs.

    Attributes
    ----------
    digest : str
        Of its weights.
    grid : tuple of two int
        Places of a clip, in time and frequency.
    sample_rate_hz, around : int
        Of the clips; samples that are heard along on both sides of each.
    model_id : str
        Tells embeddings of different weights or precision apart.
    batch : int
        Clips embedded at a time.
    forwards : int
        Clips embedded so far.
    notices : list of str
        What a person should know of how it went, such as a smaller batch.
    """

    def __init__(
        self,
        encoder: Encoder,
        digest: str,
        device: torch.device,
        precision: Precision = "float32",
        *,
        heard: Heard = "last",
        compiled: bool = False,
    ) -> None:
        if precision == "int8" and device.type != "cpu":
            raise InputError("precision int8", "works on processors only", "choose half")
        if precision == "int8" and not encoder.quantisable:
            raise InputError("precision int8", "is not for this encoder", "choose another")
        self.grid: Grid = encoder.grid(CLIP_SAMPLES)
        self.sample_rate_hz, self.around = encoder.sample_rate_hz, encoder.context_samples
        self.device = device
        self.digest = digest
        self.model_id = f"{digest}-{precision}" + ("-layers" if heard == "all" else "")
        self.batch = BATCH.get(device.type, 16)
        self.forwards = 0
        self.notices: list[str] = []
        ready = _ready(encoder, device, precision)
        if compiled:
            # The compiler knows no complex numbers. It is loaded here, not where the filterbank is.
            filterbank: Any = ready.filterbank
            filterbank.forward = torch.compiler.disable(filterbank.forward)  # type: ignore[no-untyped-call]
        self._run: Any = ready if heard == "last" else _AllLayers(ready)
        if compiled:
            self._run = torch.compile(self._run)

    def move(self, device: torch.device) -> None:
        """Go on there, with batches for it."""
        self._run = self._run.to(device)
        self.device = device
        self.batch = BATCH.get(device.type, 16)

    def embed(self, clips: Samples | Tensor) -> Tensor:
        """Embed clips, `batch` at a time; fewer where the device's memory is short.

        Parameters
        ----------
        clips : ndarray or Tensor of float32, shape (N, S)
            At `sample_rate_hz`, with `around` more on both sides.

        Returns
        -------
        Tensor of float32, shape (N, T, D), of all layers (N, L, T, D)
            On the device.

        Raises
        ------
        torch.OutOfMemoryError
            If not even one clip fits.
        """
        heard = torch.as_tensor(clips)
        tokens = [self._at_once(heard[: self.batch])]
        done = len(tokens[0])
        while done < len(heard):
            tokens.append(self._at_once(heard[done : done + self.batch]))
            done += len(tokens[-1])
        return torch.cat(tokens)

    def _at_once(self, heard: Tensor) -> Tensor:
        try:
            with torch.inference_mode(), raised_alike():
                tokens: Tensor = self._run(heard.to(self.device))
            self.forwards += len(heard)
            return tokens.float()
        except torch.OutOfMemoryError:
            if len(heard) == 1:
                raise
        # Out of the handler, so that the failed attempt's memory is free again.
        free_cached(self.device.type)
        self.batch = len(heard) // 2
        self.notices.append(f"memory is short: {self.batch} clips at a time")
        return self.embed(heard)


class _AllLayers(nn.Module):
    """Runs an encoder for what all of its layers say, clips first."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, samples: Tensor) -> Tensor:
        return self.encoder.layers(samples).transpose(0, 1)


def open_encoder(
    path: Path,
    device: str = "auto",
    precision: Precision = "float32",
    *,
    heard: Heard = "last",
    compiled: bool = False,
) -> ClipEncoder:
    """Load a checkpoint and make it ready.

    Raises
    ------
    InputError
        As `core.nets.encoders.checkpoint.load_encoder` and `choose_device`.
    """
    encoder, digest = load_encoder(path)
    where = choose_device(device)
    return ClipEncoder(encoder, digest, where, precision, heard=heard, compiled=compiled)


def _ready(encoder: Encoder, device: torch.device, precision: Precision) -> Encoder:
    exact = encoder.filterbank
    encoder = copy.deepcopy(encoder).eval().requires_grad_(requires_grad=False).to(device)
    if precision == "half":
        wanted = torch.float16 if device.type in ("cuda", "mps") else torch.bfloat16
        encoder = encoder.to(wanted)
        encoder.filterbank = copy.deepcopy(exact)
        encoder = encoder.to(device)
    if precision == "int8":
        return _quantised(encoder)
    return encoder


def _quantised(encoder: Encoder) -> Encoder:
    """Large matrices in 8 bits, a scale for every row; activations quantised a batch at a time."""
    chosen = {
        name: torch.ao.quantization.per_channel_dynamic_qconfig
        for name, _ in encoder.named_modules()
        if name.rsplit(".", 1)[-1] in encoder.quantisable
    }
    with warnings.catch_warnings():
        # torch.ao is to move to another package after the torch that we pin.
        warnings.simplefilter("ignore")
        quantised = torch.ao.quantization.quantize_dynamic(encoder, chosen)  # type: ignore[no-untyped-call]
    assert isinstance(quantised, Encoder)
    return quantised
