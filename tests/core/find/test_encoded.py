"""Sounds are found by the tokens of any encoder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError
from core.find import encoded
from core.find.encoded import EncodedFrames
from core.find.frames import STEP_S, WIDTH
from core.find.query import Stretch, query_of
from core.find.search import search
from tests.core.find.scenes import Noise, call, in_memory, write

LONG = call(2000, 4000, 0.8)


class Spectra:
    """Tokens of 40 ms: the loudness of ten bands."""

    step_s = 0.04

    def __init__(self, digest: str = "spectra") -> None:
        self.digest = digest

    def of_recording(self, recording: object, channel: int) -> Iterator[np.ndarray]:
        for block in recording.blocks(channel, 1.0):
            yield from self.of_samples(block)

    def of_samples(self, samples: np.ndarray) -> Iterator[np.ndarray]:
        frames = samples[: len(samples) // 640 * 640].reshape(-1, 640)
        power = np.abs(np.fft.rfft(frames, axis=1)[:, :320]) ** 2
        yield np.log(power.reshape(len(frames), 10, 32).sum(axis=2) + 1e-6).astype(np.float32)


def test_frames_stand_for_the_moments_of_their_tokens(tmp_path: Path) -> None:
    recording = write(tmp_path / "a.wav", ([(3.0, LONG)], []), 130.0)
    parts = list(EncodedFrames(Spectra()).frames(recording, 0))
    kinds = np.concatenate([part.kinds for part in parts])
    assert [len(part.kinds) for part in parts] == [6000, 500]
    assert kinds.shape == (6500, WIDTH)
    assert kinds.dtype == np.float32
    length = np.linalg.norm(kinds, axis=1)
    assert length.max() <= 1.0001
    assert np.abs(length.argmax() * STEP_S - 3.4) < 0.4
    assert np.median(length) < 0.6 < length.max()


def test_a_sound_is_found_by_an_encoder_and_silence_is_no_example(tmp_path: Path) -> None:
    first = write(tmp_path / "a.wav", ([(3.0, LONG)], []))
    second = write(tmp_path / "b.wav", ([], [(7.0, LONG), (2.0, call(5500, 5000, 0.8))]), seed=1)
    encoder = EncodedFrames(Spectra())
    index = in_memory(
        *(
            [
                np.concatenate([part.kinds for part in encoder.frames(each, channel)])
                for channel in (0, 1)
            ]
            for each in (first, second)
        )
    )
    query = query_of(index[0].channels[0], Stretch(0, 0, 3.0, 3.8), "a.wav")
    best = search(index, query, 1)[0].stretch
    assert (best.recording, best.channel) == (1, 1)
    assert best.start_s == pytest.approx(7.0, abs=0.08)
    with pytest.raises(InputError, match="holds nothing that stands out"):
        query_of(index[0].channels[0], Stretch(0, 0, 8.0, 8.8), "a.wav")


def test_other_weights_are_another_encoder() -> None:
    one, same, other = (EncodedFrames(Spectra(name), Noise()).digest for name in ("a", "a", "b"))
    assert one == same != other


def test_finds_by_a_checkpoint_whose_index_is_its_own(
    finchsync: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from benchmarks.nets.random_weights import SMALL, write_random_checkpoint

    monkeypatch.setattr(encoded, "_SCENE_S", 10.0)
    folder = tmp_path / "cage"
    write(folder / "a.wav", ([(3.0, LONG)], []))
    write(folder / "b.wav", ([(7.0, LONG)], []), seed=1)
    options = ("find", folder, "--like", "a.wav:3-3.8", "--top", 3, "--json", "--encoder")
    told = []
    for seed in (0, 1):
        write_random_checkpoint(tmp_path / f"{seed}.pt", SMALL, seed)
        result = finchsync(*options, tmp_path / f"{seed}.pt", "--device", "cpu")
        assert result.code == 0, result.err
        told.append(json.loads(result.out))
    best = told[0]["hits"][0]
    assert (best["recording"], best["start_s"]) == ("b.wav", pytest.approx(7.0, abs=0.2))
    assert [note.split(": ")[1] for note in told[1]["notes"]] == [
        "its index was made with another model and is made again"
    ] * 2
    again = json.loads(finchsync(*options, tmp_path / "0.pt", "--device", "cpu").out)
    assert again == {"hits": told[0]["hits"], "notes": []}
    gone = finchsync(*options, tmp_path / "none.pt")
    assert gone.code == 2
    assert "none.pt" in gone.err
