"""What is given damaged files: a kind of file each, how a good one is made, and who reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile as sf

from core.keypoints import KeypointSet, machine_keypoints


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of file.

    Parameters
    ----------
    make : callable
        Writes good files of the kind into a folder and names those to damage.
    read : callable
        Reads a file as the program would; an `InputError` is a good answer.
    """

    make: Callable[[Path], Iterable[Path]]
    read: Callable[[Path], object]


def _tables(folder: Path) -> Iterable[Path]:
    from core.formats.tables.biodcase import BiodcaseTable, write_csv

    time_s = np.arange(8.0)
    table = BiodcaseTable({f"{name}.wav": machine_keypoints(time_s, time_s) for name in "ab"})
    write_csv(folder / "table.csv", table)
    text = (folder / "table.csv").read_text("utf-8")
    (folder / "wide.csv").write_bytes(text.encode("utf-16"))
    (folder / "comma.csv").write_text(text.replace(",", ";").replace(".0", ",0"), "utf-8")
    return sorted(folder.glob("*.csv"))


def _sync_tables(folder: Path) -> Iterable[Path]:
    from core.formats.tables.sync_table import sync_bytes
    from core.sync_points import SyncPoints

    points = SyncPoints(np.arange(8.0), 0.5 + np.arange(8.0), kind=("clap",) * 8)
    path = folder / "sync.csv"
    path.write_bytes(sync_bytes({"a.wav": points, "b.wav": points}, path))
    yield path


def _read_sync_table(path: Path) -> object:
    from core.formats.tables.sync_table import read_sync_points

    return read_sync_points(path)


def _pair_lists(folder: Path) -> Iterable[Path]:
    from datetime import UTC, datetime

    from core.audio.sources import Source, Sources
    from core.formats.tables.pair_list import write_pairs

    start = datetime(2026, 5, 14, 4, 30, tzinfo=UTC)
    sides = Source(folder / "ü.w64", 3, start, "mic 1"), Source(folder / "b.wav", None, start)
    path = folder / "pairs.csv"
    write_pairs(path, [Sources(sides, "dawn", 2.5), Sources(sides[::-1])])
    yield path


def _read_pair_list(path: Path) -> object:
    from core.formats.tables.pair_list import read_pairs

    return read_pairs(path)


def _read_table(path: Path) -> object:
    from core.formats.tables.biodcase import read_csv

    return read_csv(path)


def _labels(folder: Path) -> Iterable[Path]:
    from core.formats.fitting import fitted
    from core.formats.registry import label_formats
    from core.labels import Label, Labels, Tier

    some = tuple(Label(n + 0.25, n + 0.75, f"ü {n}", 900.0, 8e3) for n in range(8))
    labels = Labels((Tier("a", some), Tier("b", (Label(1.5, 1.5, 'x "y"'),))), 9.0)
    for each in label_formats():
        assert each.labels is not None
        fits, _ = fitted(labels, each.labels.holds)
        path = folder / f"{each.name}{each.suffix}"
        path.write_bytes(each.labels.content(fits, path))
        yield path
    from tests.core.formats import labs_files

    yield _of_evsonganaly(folder / "song.not.mat")
    for library, make, name in (
        ("neo", labs_files.neuroexplorer, "song.nex"),
        ("pynwb", labs_files.nwb, "song.nwb"),
    ):
        if find_spec(library) is not None:
            yield make(folder / name)


def _of_evsonganaly(path: Path) -> Path:
    from scipy.io import savemat

    onsets_ms = 250.0 * np.arange(8)
    song = {"onsets": onsets_ms, "offsets": onsets_ms + 90.5, "labels": "abcdabcd", "Fs": 32000.0}
    savemat(path, song)
    return path


def _read_labels(path: Path) -> object:
    from core.formats.registry import read_labels

    return read_labels(path)


_SOUNDS = (("WAV", "PCM_16"), ("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("W64", "PCM_24"))
_MORE_SOUNDS = (
    ("AIFF", "PCM_16"),
    ("RF64", "PCM_16"),
    ("OGG", "VORBIS"),
    ("MP3", "MPEG_LAYER_III"),
)


def _sounds(folder: Path) -> Iterable[Path]:
    sound = np.random.default_rng(0).normal(scale=0.1, size=(4000, 2))
    for kind, subtype in (*_SOUNDS, *_MORE_SOUNDS):
        path = folder / f"{subtype}.{kind.lower()}"
        sf.write(path, sound, 8000, format=kind, subtype=subtype)
        yield path
    if find_spec("nptdms") is not None:
        yield _tdms(folder / "daq.tdms", sound)


def _tdms(path: Path, sound: np.ndarray) -> Path:
    from nptdms import ChannelObject, TdmsWriter

    told = {"wf_increment": 1 / 8000}
    with TdmsWriter(path) as writer:
        writer.write_segment(
            [ChannelObject("daq", f"{n}", side, told) for n, side in enumerate(sound.T)]
        )
    return path


def _read_sound(path: Path) -> object:
    from core.audio.recording import open_recording

    recording = open_recording(path)
    return recording.read(0, 0.0, 1.0), recording.read(1, 0.0, 1.0), recording.fingerprint()


def _starts(folder: Path) -> Iterable[Path]:
    from tests.core.audio.start_times import making

    headers = {
        "guano": making.guano("2023-05-11T04:30:00.5+02:00"),
        "wamd": making.wamd("2023-05-11 04:30:00+02:00"),
        "bext": making.bext("2023-05-11", "04:30:00", 16200 * making.RATE_HZ),
        "comment": making.comment("Recorded at 04:30:00 11/05/2023 (UTC+2) by AudioMoth 24"),
    }
    for name, header in headers.items():
        yield making.write_wav(folder / f"{name}.wav", header)


def _read_start(path: Path) -> object:
    from core.audio.start_times.reading import start_time

    return start_time(path)


def _sessions(folder: Path) -> Iterable[Path]:
    from benchmarks.window import session_kill
    from core.session.database.file import SessionFile

    session, change = session_kill.new_session()
    path = folder / "birds.finchsync"
    with SessionFile.create(path) as file:
        file.commit(change)
        _, edited = session.edit(1, session.states[1].keypoints.move(2, 2.5), "Pin keypoint 3")
        file.commit(edited)
    yield path


def _read_session(path: Path) -> object:
    from core.session.database.file import SessionFile

    with SessionFile.open(path) as file:
        return file.read()


def _networks(folder: Path) -> Iterable[Path]:
    from benchmarks.nets.random_weights import TINY, write_random_checkpoint
    from core.nets.heads.making import Ears, build_scorer
    from core.nets.heads.scorer_file import save_scorer

    write_random_checkpoint(folder / "beats.pt", TINY)
    save_scorer(folder / "scorer.safetensors", build_scorer("cross", Ears(TINY.width)), "0" * 32)
    return sorted(folder.iterdir())


def _read_network(path: Path) -> object:
    from core.nets.encoders.checkpoint import load_encoder
    from core.nets.heads.scorer_file import load_scorer

    return load_encoder(path) if path.suffix == ".pt" else load_scorer(path)


def _models(folder: Path) -> Iterable[Path]:
    from dataclasses import replace
    from datetime import UTC, datetime

    from core.align.decoding.prior import DriftPrior
    from core.audio.spectra.levels import BANDS
    from core.evidence.adaptation import Adaptation
    from core.evidence.compact import shipped_weights
    from core.model.file import write_model
    from core.model.model import Card, Figures, LearnedFrom, shipped_model

    time_s = np.arange(20.0)
    figures, learned_from = Figures(30.0, 0.8, 0.1), (LearnedFrom("a.wav", "0" * 32, 38),)
    card = Card(datetime.now(UTC), "0", 1, learned_from, "0" * 32, figures, figures, 9, 0)
    prior = DriftPrior(time_s, 1e-4 * time_s, 0.1, 1e-4, 0.2, 1e-5, 8)
    model = replace(shipped_model(()), prior=prior, card=card)
    adaptation = Adaptation(np.ones((2, BANDS), np.float32), shipped_weights())
    for name, each in (("my", model), ("adapted", replace(model, adaptation=adaptation))):
        write_model(folder / f"{name}.finchmodel", each)
        yield folder / f"{name}.finchmodel"


def _read_model(path: Path) -> object:
    from core.model.file import read_model

    return read_model(path)


def _partials(folder: Path) -> Iterable[Path]:
    from core.align.aligner import align
    from core.audio.recording import open_recording
    from core.cli.batch.outcome import summarise
    from core.cli.batch.resume import Kept
    from core.simulate import simulate_scene

    scene = simulate_scene("zebra_finch", 1, 8.0)
    sf.write(folder / "a.wav", scene.samples, scene.sample_rate_hz)
    recording = open_recording(folder / "a.wav")
    kept = Kept.beside(folder / "out.csv")
    kept.save("k" * 32, summarise(recording, align(recording), 1.0, recording.fingerprint()))
    return sorted(kept.folder.iterdir())


def _read_partial(path: Path) -> object:
    from core.cli.batch.resume import Kept

    return Kept(path.parent).load(path.stem, "a.wav")


def _table_bytes(keypoints: KeypointSet) -> bytes:
    from core.formats.tables.biodcase import BiodcaseTable, csv_bytes

    return csv_bytes(BiodcaseTable({"a.wav": keypoints}), "out.csv")


def _sidecars(folder: Path) -> Iterable[Path]:
    from core.formats.sidecar import Rows, SidecarRecording, sidecar_path, write_table

    time_s = np.arange(8.0)
    keypoints = machine_keypoints(time_s, time_s + 0.5, np.full(8, 0.9), ("clear match",) * 8)
    known = SidecarRecording(
        *("a.wav", "0" * 32, keypoints, (True,) * 8, "path"),
        files=("a.w64:3", "b.wav"),
        places=(folder / "a.w64", folder.parent / "b.wav"),
    )
    write_table(folder / "out.csv", _table_bytes(keypoints), (known,), Rows.ALL)
    yield sidecar_path(folder / "out.csv")


def _read_sidecar(path: Path) -> object:
    from core.errors import InputError
    from core.formats.folder_recordings import recordings_in
    from core.formats.sidecar import read_sidecar

    table = path.with_suffix(".csv")
    if not table.exists():
        time_s = np.arange(8.0)
        table.write_bytes(_table_bytes(machine_keypoints(time_s, time_s + 0.5)))
    found = read_sidecar(table)
    with suppress(InputError):  # there is no audio
        recordings_in(table.parent, table)
    return found


def _settings(folder: Path) -> Iterable[Path]:
    from PySide6.QtCore import QSettings

    from app.settings.preferences import Preferences, save

    path = folder / "settings.ini"
    settings = QSettings(str(path), QSettings.Format.IniFormat)
    save(settings, Preferences(max_offset_s=7.5, tolerance_s=0.1, shows_tips=False))
    settings.setValue("keys", json.dumps({"accept": "Return", "next": "N"}))
    settings.setValue("recent", json.dumps([str(folder / "a.wav"), str(folder)]))
    settings.sync()
    yield path


def _read_settings(path: Path) -> object:
    from PySide6.QtCore import QSettings

    from app.settings.preferences import load
    from core.formats.files.checked import parsed_json

    settings = QSettings(str(path), QSettings.Format.IniFormat)
    for name in settings.allKeys():
        with suppress(ValueError):
            parsed_json(str(settings.value(name)))
    return load(settings)


TARGETS = {
    "tables": Target(_tables, _read_table),
    "labels": Target(_labels, _read_labels),
    "pairs": Target(_pair_lists, _read_pair_list),
    "sync": Target(_sync_tables, _read_sync_table),
    "audio": Target(_sounds, _read_sound),
    "start times": Target(_starts, _read_start),
    "sessions": Target(_sessions, _read_session),
    "networks": Target(_networks, _read_network),
    "models": Target(_models, _read_model),
    "partials": Target(_partials, _read_partial),
    "sidecars": Target(_sidecars, _read_sidecar),
    "settings": Target(_settings, _read_settings),
}
