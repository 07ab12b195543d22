from __future__ import annotations

import numpy as np
import pytest
import soundfile as sf

from core.audio.recording import Recording, open_recording
from core.audio.spectra.features import HOP_S, ChannelFeatures, feature_blocks
from core.audio.spectra.mel import mel_bank
from core.steps import reported, result_of


def features_of(recording: Recording, channel: int = 0) -> ChannelFeatures:
    shares = []
    features = result_of(reported(feature_blocks(recording), shares.append))
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] == 1
    return features[channel]


def write_clicks(path, times_s, rate_hz, duration_s=8.0):
    """Quiet noise with clicks in it; both channels alike."""
    rng = np.random.default_rng(1)
    samples = rng.normal(scale=1e-3, size=round(duration_s * rate_hz))
    for time_s in times_s:
        start = round(time_s * rate_hz)
        samples[start : start + round(0.005 * rate_hz)] += rng.normal(
            scale=0.3, size=round(0.005 * rate_hz)
        )
    sf.write(path, np.stack([samples, samples], axis=1), rate_hz, subtype="FLOAT")
    return open_recording(path)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
def test_frames_are_centred_on_the_recordings_own_clock(tmp_path, rate_hz):
    times_s = [1.0, 3.5, 6.0]
    features = features_of(write_clicks(tmp_path / "clicks.wav", times_s, rate_hz))

    assert len(features) == round(8.0 / HOP_S)
    onset = features.groups["onset_low"][:][:, 0]
    for time_s in times_s:
        near = slice(round(time_s / HOP_S) - 4, round(time_s / HOP_S) + 5)
        up, down = np.argmax(onset[near]), np.argmin(onset[near])
        assert (up + down) / 2 - 4 == pytest.approx(0.25, abs=1.0)


def test_a_long_recording_is_the_same_as_its_parts(tmp_path):
    """Blocks are cut without a seam: frames inside do not know where a block ends."""
    rng = np.random.default_rng(2)
    samples = rng.normal(scale=0.1, size=(16000 * 130, 2)).astype(np.float32)
    path = tmp_path / "long.wav"
    sf.write(path, samples, 16000, subtype="FLOAT")
    recording = open_recording(path)
    assert len(list(feature_blocks(recording))) > 2
    flux = features_of(recording).groups["flux"][:]
    assert np.isfinite(flux).all()
    spread = flux.reshape(130, 100, -1).std(axis=(1, 2))
    assert spread.max() / spread.min() < 1.3


def test_silence_between_files_changes_nothing_of_the_sound(tmp_path):
    """As of a recorder that runs a minute in ten: scales and noise are those of the sound."""
    rng = np.random.default_rng(3)
    sound = rng.normal(scale=0.1, size=(16000 * 20, 2)).astype(np.float32)
    sound *= np.repeat(rng.choice([0.01, 1.0], 400, p=[0.8, 0.2]), 800)[:, None].astype(np.float32)
    sound[-800:] = 0.001 * sound[:800]
    found = []
    for name, quiet_s in (("sound.wav", 0), ("seldom.wav", 220)):
        quiet = np.zeros((16000 * quiet_s, 2), dtype=np.float32)
        sf.write(tmp_path / name, np.concatenate([sound, quiet]), 16000, subtype="FLOAT")
        found.append(features_of(open_recording(tmp_path / name)))
    always, seldom = found
    assert always.heard is None
    assert seldom.heard_share == pytest.approx(20 / 240, abs=0.001)
    inner = slice(20, 1980)
    for name, group in always.groups.items():
        heard = seldom.groups[name][:]
        assert np.corrcoef(heard[inner].ravel(), group[:][inner].ravel())[0, 1] > 0.99, name
        assert heard[inner].std() == pytest.approx(group[:][inner].std(), rel=0.02), name
        assert not heard[2040:].any(), name


def test_silence_is_noticed(tmp_path):
    samples = np.zeros((16000 * 4, 2), dtype=np.float32)
    samples[:, 0] = np.random.default_rng(0).normal(scale=0.1, size=len(samples))
    path = tmp_path / "silent.wav"
    sf.write(path, samples, 16000)
    recording = open_recording(path)
    assert not features_of(recording, 0).silent
    assert features_of(recording, 1).silent
    for group in features_of(recording, 1).groups.values():
        assert np.all(group.codes == 0)


def test_mel_bands_cover_the_range_and_weigh_alike():
    bank = mel_bank(256, 16_000, bands=24, low_hz=100.0, high_hz=8000.0)
    centre_hz = (np.arange(129) * 62.5) @ bank
    np.testing.assert_allclose(bank.sum(axis=0), 1.0, atol=1e-6)
    assert np.all(np.diff(centre_hz) > 0)
    assert 100 < centre_hz[0] < 250
    assert 6500 < centre_hz[-1] < 8000


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_a_stretch_has_the_features_of_the_whole(rate_hz, tmp_path):
    rng = np.random.default_rng(4)
    samples = rng.normal(scale=0.1, size=(rate_hz * 60, 2)).astype(np.float32)
    sf.write(tmp_path / "noise.wav", samples, rate_hz, subtype="FLOAT")
    recording = open_recording(tmp_path / "noise.wav")
    whole = features_of(recording)
    stretch = result_of(feature_blocks(recording, (20, 50)))[0]
    assert (stretch.first_frame, len(stretch)) == (2000, 3000)
    inside = stretch.log_mel[100:-100], whole.log_mel[2100:4900]
    np.testing.assert_allclose(*inside, atol=0.02)
    # Scaled by what each holds, but alike.
    onsets = stretch.stretch("onset_low", 2100, 2800), whole.stretch("onset_low", 2100, 2800)
    assert np.corrcoef(*(onset[:, 0] for onset in onsets))[0, 1] > 0.95
    part = stretch.between(2500, 9000)
    assert (part.first_frame, len(part)) == (2500, 2500)
    np.testing.assert_array_equal(
        part.stretch("flux", 2400, 300)[100:], stretch.stretch("flux", 2500, 200)
    )
    assert not part.stretch("flux", 2400, 100).any()


def test_beyond_the_end_of_a_channel_nothing_is_heard(tmp_path):
    noise = np.random.default_rng(5).normal(scale=0.1, size=16_000 * 30)
    for name, length_s in (("zero", 30), ("one", 10)):
        sf.write(tmp_path / f"{name}.wav", noise[: 16_000 * length_s], 16_000)
    recording = open_recording(tmp_path / "zero.wav", tmp_path / "one.wav")
    zero, one = result_of(feature_blocks(recording, (15, 30)))
    assert (zero.silent, one.silent) == (False, True)
    assert not one.stretch("flux", 1500, 1500).any()
