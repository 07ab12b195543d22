"""Sound that labs' own programs wrote: EvTAF's .cbin, LabVIEW's TDMS and NWB."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import open_recording
from core.audio.sources import Source
from core.errors import InputError

RATE_HZ = 32_000
REC = "begin rec =  1.0 ms\nADFREQ =  {rate}\nChans =  {channels}\nSamples = {frames}\n"


def _ramp(frames: int, channels: int) -> np.ndarray:
    return np.arange(frames * channels).reshape(frames, channels) % 30_000 - 15_000


def _cbin(path: Path, channels: int = 2, rate: str = "32000", frames: int = 64_000) -> np.ndarray:
    samples = _ramp(frames, channels)
    path.write_bytes(samples.astype(">i2").tobytes())
    path.with_suffix(".rec").write_text(REC.format(rate=rate, channels=channels, frames=frames))
    return samples


@pytest.mark.parametrize("rate", ["32000", "3.2000000E+4"])
def test_a_cbin_file_is_read_with_what_its_rec_file_tells(tmp_path: Path, rate: str) -> None:
    samples = _cbin(tmp_path / "bird.138.cbin", rate=rate)
    recording = open_recording(tmp_path / "bird.138.cbin")
    assert recording.durations_s == (2.0, 2.0)
    for channel in (0, 1):
        assert np.array_equal(recording.read(channel) * 2**15, samples[:, channel])


@pytest.mark.parametrize(
    ("rec", "said"),
    [
        (None, "bird.rec: is missing, and only it tells the sample rate of the .cbin file"),
        ("Chans = 2\n", "bird.rec: does not tell the sample rate (ADFREQ = …)"),
        ("ADFREQ = 1e999\nChans = 2\n", "does not tell the sample rate"),
        ("ADFREQ = 32000\nChans = 0\n", "tells of 0 channels"),
        ("ADFREQ = 3\nChans = 2\n", "its sample rate is 3 Hz, which is that of no sound"),
    ],
)
def test_a_cbin_file_without_its_facts_is_refused(
    tmp_path: Path, rec: str | None, said: str
) -> None:
    _cbin(tmp_path / "bird.cbin")
    (tmp_path / "bird.rec").unlink()
    if rec is not None:
        (tmp_path / "bird.rec").write_text(rec)
    with pytest.raises(InputError) as caught:
        open_recording(tmp_path / "bird.cbin")
    assert said in str(caught.value)


def _tdms(path: Path, *channels: np.ndarray, step_s: float = 1 / RATE_HZ) -> None:
    nptdms = pytest.importorskip("nptdms")
    told = {"wf_increment": step_s}
    objects = [
        nptdms.ChannelObject("group", f"mic {number}", samples, properties=told)
        for number, samples in enumerate(channels)
    ]
    with nptdms.TdmsWriter(path) as writer:
        for half in (slice(None, 30_000), slice(30_000, None)):
            writer.write_segment(
                [
                    nptdms.ChannelObject(o.group, o.channel, o.data[half], properties=told)
                    for o in objects
                ]
            )


def test_channels_of_a_tdms_file_are_sides_of_a_recording(tmp_path: Path) -> None:
    ramp = _ramp(64_000, 3)
    volts = ramp[:, 2] / 3e4
    _tdms(tmp_path / "daq.tdms", *ramp[:, :2].astype(np.int16).T, volts)
    path = tmp_path / "daq.tdms"
    recording = open_recording(Source(path, 2), Source(path, 1))
    assert recording.labels == ("daq.tdms:2", "daq.tdms:1")
    assert recording.durations_s == (2.0, 2.0)
    assert np.allclose(recording.read(0), volts, atol=1e-7)
    assert np.array_equal(recording.read(1, 0.5, 1.5) * 2**15, ramp[16_000:48_000, 1])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"TDSm" + bytes(40), "is no TDMS file of sound that can be read"),
        (b"no such thing at all, and long enough", "is no TDMS file of sound that can be read"),
        (b"", "is an empty file"),
    ],
)
def test_a_damaged_tdms_file_is_refused_in_a_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    pytest.importorskip("nptdms")
    (tmp_path / "daq.tdms").write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_recording(tmp_path / "daq.tdms")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_channels_of_unlike_lengths_or_no_sample_rate_are_refused(tmp_path: Path) -> None:
    _tdms(tmp_path / "unlike.tdms", np.zeros(64_000), np.zeros(40_000))
    with pytest.raises(InputError, match="holds 2 channels of 2 lengths or sample rates"):
        open_recording(tmp_path / "unlike.tdms")
    _tdms(tmp_path / "slow.tdms", np.zeros(64_000), np.zeros(64_000), step_s=0.0)
    with pytest.raises(InputError, match="which is that of no sound"):
        open_recording(tmp_path / "slow.tdms")


def _nwb(path: Path, **series: tuple[np.ndarray, float]) -> Path:
    pynwb = pytest.importorskip("pynwb")
    file = pynwb.NWBFile("two birds", "a", datetime(2026, 5, 14, 4, 30, tzinfo=UTC))
    for name, (samples, rate_hz) in series.items():
        one = pynwb.TimeSeries(name=name, data=samples, unit="V", rate=float(rate_hz))
        file.add_acquisition(one)
    with pynwb.NWBHDF5IO(path, "w") as out:
        out.write(file)
    return path


def test_acquisitions_of_an_nwb_file_are_sides_of_a_recording(tmp_path: Path) -> None:
    ramp = _ramp(64_000, 2).astype(np.int16)
    volts = _ramp(64_000, 1)[:, 0] / 3e4
    path = _nwb(tmp_path / "a.nwb", room=(ramp, RATE_HZ), back=(volts, RATE_HZ))
    recording = open_recording(Source(path, 0), Source(path, 2))
    assert recording.labels == ("a.nwb:0", "a.nwb:2")
    assert recording.durations_s == (2.0, 2.0)
    assert np.allclose(recording.read(0), volts, atol=1e-7)
    assert np.array_equal(recording.read(1, 0.5, 1.5) * 2**15, ramp[16_000:48_000, 1])


def test_an_nwb_file_without_two_alike_channels_is_refused(tmp_path: Path) -> None:
    sound = np.zeros(64_000)
    unlike = _nwb(tmp_path / "unlike.nwb", a=(sound, RATE_HZ), b=(sound, RATE_HZ / 2))
    with pytest.raises(InputError, match="holds 2 channels of 2 lengths or sample rates"):
        open_recording(unlike)
    with pytest.raises(InputError, match="holds no acquisition with a sample rate"):
        open_recording(_nwb(tmp_path / "none.nwb"))
    (tmp_path / "damaged.nwb").write_bytes(b"no such thing")
    with pytest.raises(InputError, match="is no NWB file of sound that can be read"):
        open_recording(tmp_path / "damaged.nwb")


@pytest.mark.parametrize(
    ("name", "library", "extra"), [("a.tdms", "nptdms", "tdms"), ("a.nwb", "pynwb", "nwb")]
)
def test_without_its_library_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, library: str, extra: str
) -> None:
    monkeypatch.setattr("core.extras.find_spec", lambda _: None)
    (tmp_path / name).write_bytes(b"TDSm")
    with pytest.raises(InputError, match=rf'needs {library}.*install "finchsync\[{extra}\]"'):
        open_recording(tmp_path / name)
