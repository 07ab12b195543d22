"""The positional convolution of BEATs; on a processor by Fourier transform."""

from __future__ import annotations

import torch
from scipy.fft import next_fast_len
from torch import Tensor, nn
from torch.nn import functional

from core.nets.encoders.config import BeatsConfig


class PositionalConvolution(nn.Module):
    """A wide grouped convolution over tokens, then GELU.

    A clip of a second has 48 tokens, the kernel 128 taps, most of which hear only
    padding. By Fourier transform with the taps that reach, it costs a fifth on
    a processor; graphics cards run the plain convolution.
    """

    def __init__(self, config: BeatsConfig) -> None:
        super().__init__()
        self._groups = config.position_groups
        shape = (config.width, config.width // config.position_groups, config.position_taps)
        self.weight = nn.Parameter(torch.zeros(shape))
        self.bias = nn.Parameter(torch.zeros(config.width))
        self._spectra: dict[int, Tensor] = {}
        self.register_load_state_dict_post_hook(  # type: ignore[no-untyped-call]
            lambda *_: self._spectra.clear()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Position of each token, told from its neighbours.

        Parameters
        ----------
        x : Tensor, shape (B, T, D)

        Returns
        -------
        Tensor, shape (B, T, D)
        """
        learning = torch.is_grad_enabled() and self.weight.requires_grad
        plain = x.device.type != "cpu" or learning or torch.compiler.is_compiling()
        return functional.gelu(self._direct(x) if plain else self._by_transform(x))

    def _direct(self, x: Tensor) -> Tensor:
        pad = self.weight.shape[-1] // 2
        found = functional.conv1d(
            x.transpose(1, 2), self.weight, self.bias, padding=pad, groups=self._groups
        )
        return found[..., : x.shape[1]].transpose(1, 2)

    def _by_transform(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        size, spectrum = self._spectrum(tokens)
        heard = torch.fft.rfft(x.float(), n=size, dim=1)
        heard = heard.view(batch, -1, self._groups, width // self._groups).permute(1, 2, 0, 3)
        mixed = (heard @ spectrum).permute(2, 0, 1, 3).reshape(batch, -1, width)
        found: Tensor = torch.fft.irfft(mixed, n=size, dim=1)[:, :tokens]
        return (found + self.bias.float()).to(x.dtype)

    def _spectrum(self, tokens: int) -> tuple[int, Tensor]:
        """Transform length, and the taps' transform, shape (frequency, group, in, out)."""
        taps = self.weight.shape[-1]
        lag = torch.arange(taps) - taps // 2
        reaching = lag.abs() < tokens
        size = int(next_fast_len(tokens + min(tokens - 1, taps // 2), real=True))
        if tokens not in self._spectra:
            placed = torch.zeros(*self.weight.shape[:2], size)
            placed[..., lag[reaching] % size] = self.weight.detach().float()[..., reaching]
            spectrum = torch.fft.rfft(placed).conj()
            spectrum = spectrum.view(self._groups, -1, *spectrum.shape[1:]).permute(3, 0, 2, 1)
            self._spectra = {tokens: spectrum.contiguous()}
        return size, self._spectra[tokens]
