from __future__ import annotations

import numpy as np
import pytest
import torch

from core.audio.spectra.levels import FFT, HOP, log_mel
from core.audio.spectra.power import frame_power
from core.evidence.compact import open_compact
from core.evidence.compact_net import band_levels, noise_floor
from core.nets.clips import CLIP_SAMPLES
from core.nets.encoders.checkpoint import load_encoder
from core.nets.encoders.compact import COMPACT

AROUND = 16_000


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(COMPACT)


def sound(seconds: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    count = round(16_000 * seconds)
    loud = np.interp(np.arange(count), np.linspace(0, count, 12), rng.uniform(0.01, 0.3, 12))
    return (loud * rng.standard_normal(count)).astype(np.float32)


def shipped(samples: np.ndarray) -> np.ndarray:
    """Embeddings of every frame, by the net that aligns."""
    log_power = log_mel(frame_power(np.pad(samples, FFT // 2), FFT, HOP))
    return open_compact()._net(band_levels(log_power, noise_floor(log_power)))


def test_tokens_are_the_shipped_nets_embeddings_every_20_ms(encoder):
    net, digest = encoder
    samples = sound(3.0)
    found = net.tokens(torch.from_numpy(samples)[None])[0].numpy()
    np.testing.assert_allclose(found, shipped(samples)[100:200:2], atol=1e-5)
    assert found.shape == (50, 32)
    assert net.grid(CLIP_SAMPLES) == (50, 1)
    assert open_compact().model_id.startswith(f"{digest}-")


def test_layers_lead_from_the_levels_to_the_embeddings(encoder):
    net, _ = encoder
    heard = torch.from_numpy(np.stack([sound(3.0, seed) for seed in range(2)]))
    layers = net.layers(heard)
    assert layers.shape == (net.depth, 2, 50, net.layer_width) == (6, 2, 50, 64)
    torch.testing.assert_close(layers[-1][..., :32], net.tokens(heard))
    assert not layers[-1][..., 32:].any()
    again = net.net.embedded(layers[-2].mT)
    torch.testing.assert_close(again, net.tokens(heard), atol=1e-5, rtol=1e-4)
    assert all(layer.std() > 0.01 for layer in layers)


def test_silence_beyond_the_ends_of_a_recording_does_not_count_as_its_noise(encoder):
    """A clip at the very start sounds as the same clip after a second of the same noise."""
    net, _ = encoder
    samples = sound(3.0)
    samples[:] = 0.05 * np.random.default_rng(1).standard_normal(len(samples))
    samples[20_000:24_000] *= 8
    at_start = samples.copy()
    at_start[:AROUND] = 0.0
    with torch.no_grad():
        inside, edge = (net.tokens(torch.from_numpy(s)[None])[0, 18:] for s in (samples, at_start))
        silent = net.tokens(torch.zeros(1, 3 * 16_000))
    assert (inside - edge).abs().max() < 0.1 * inside.abs().max()
    assert silent.isfinite().all()
