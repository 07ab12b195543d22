"""What several test files need: tiny recordings, a command line with a fake screen and aligner."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

from main import ENVIRONMENT

# Before numpy and Qt are imported, as main.py does.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.update(ENVIRONMENT | os.environ)

import numpy as np
import pytest
import soundfile as sf

from core import cli
from core.align.alignment import Alias, Alignment, Progress
from core.align.path import OffsetPath, Refinement
from core.align.scores import CandidateScores, PredictionScores
from core.audio.recording import Recording
from core.evidence.choice import EvidenceChoice
from core.evidence.surface import ScoreSurface
from core.keypoints import keypoint_grid, machine_keypoints
from core.time_map import TimeMap

RATE_HZ = 8000
REPOSITORY = Path(__file__).resolve().parent.parent

MakeAudio = Callable[..., Path]
Bench = Callable[[str], ModuleType]


@pytest.fixture(scope="session")
def qapp_cls() -> Callable[..., object]:
    """The application as a person gets it: the one of a process, whichever test comes first."""
    from app.launch import make_app

    return lambda _arguments: make_app()


@pytest.fixture
def bench() -> Bench:
    """A module of the benchmarks: ``bench("accuracy.sets")``."""
    return lambda name: import_module(f"benchmarks.{name}")


@pytest.fixture
def make_audio(tmp_path: Path) -> MakeAudio:
    """Write a short noise file: ``make_audio(name, channels=2, duration_s=4.0, ...)``."""

    def make(
        name: str = "recording.wav",
        channels: int = 2,
        duration_s: float = 4.0,
        rate_hz: int = RATE_HZ,
        seed: int = 0,
        **options: str,
    ) -> Path:
        rng = np.random.default_rng(seed)
        samples = rng.normal(scale=0.1, size=(round(duration_s * rate_hz), channels))
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sf.write(path, samples.astype(np.float32), rate_hz, **options)
        return path

    return make


@pytest.fixture
def write_text(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file to the byte: ``write_text(name, content)``."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real recordings, which are no part of the project; the test is skipped without them."""
    place = Path(os.environ.get("FINCHSYNC_SHARED", REPOSITORY.parent / "shared"))
    if not (place / "data").is_dir():
        pytest.skip("no shared recordings; set FINCHSYNC_SHARED to the folder that holds data/")
    return place


@dataclass
class FakeScreen:
    """A screen that remembers what it was asked."""

    opened: list[list[Path]] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)

    def open(self, paths: Sequence[Path]) -> int:
        self.opened.append(list(paths))
        return 0

    def screenshot(self, recording: Path, alignment: Alignment, out: Path) -> None:
        assert alignment.needs_review
        assert recording.is_file()
        out.write_bytes(b"PNG")
        self.pictures.append(out)

    def probe(self, part: str) -> dict[str, str]:
        if part == "sound":
            raise OSError("no sound library")
        return {"Qt": "none"}


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str
    screen: FakeScreen


@pytest.fixture
def finchsync(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Run the command line in this process: ``finchsync("align", path, ...)``.

    However long it takes, it does not say how far it is.
    """
    monkeypatch.setattr("core.cli.terminal.report._FIRST_LINE_S", float("inf"))
    screen = FakeScreen()

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        code = cli.main([str(argument) for argument in arguments], screen=screen)
        out, err = capsys.readouterr()
        return Result(code, out, err, screen)

    return run


def shifted_alignment(
    recording: Recording, time_0_s: np.ndarray | None = None, shift_s: float = 0.25
) -> Alignment:
    """What an aligner would say that finds a constant offset everywhere."""
    if time_0_s is None:
        time_0_s = keypoint_grid(recording.duration_s)
    count = len(time_0_s)
    offset_s = np.full(count, shift_s)
    one = np.zeros(1)
    return Alignment(
        keypoints=machine_keypoints(
            time_0_s, time_0_s + offset_s, np.full(count, 0.9), ("clear",) * count
        ),
        time_map=TimeMap.linear(shift_s, 0.0),
        path=OffsetPath(offset_s, offset_s, offset_s),
        surface=ScoreSurface(time_0_s, offset_s, 0.01, np.zeros((count, 1), np.float32)),
        posterior=np.ones((count, 1), np.float32),
        candidates=CandidateScores(
            one, one, PredictionScores(*[one] * 4, one.astype(int), one + 1)
        ),
        alias=Alias(0.76, 1.5),
        needs_review=True,
        warnings=(Alias(0.76, 1.5).sentence(), "made up"),
        tolerance_s=0.05,
        log_evidence=50.0,
        related=np.ones(count),
        duration_1_s=recording.duration_s,
        refinement=Refinement.none(count),
    )


@pytest.fixture
def fake_aligner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands read the audio as the aligner does, but find 0.25 s everywhere."""

    def align_steps(
        recording: Recording,
        time_0_s: np.ndarray | None = None,
        options: object = None,
        learned: object = None,
        prior: object = None,
        tuning: object = None,
        sync: object = None,
    ) -> Iterator[Progress | Alignment]:
        for channel in (0, 1):
            yield Progress("reading", 0.5 * channel)
            recording.read(channel)
        yield shifted_alignment(recording, time_0_s)

    monkeypatch.setattr("core.cli.batch.run.align_steps", align_steps)
    monkeypatch.setattr("core.cli.commands.demo.align_steps", align_steps)


@pytest.fixture(scope="session")
def write_choice() -> Callable[[Path], EvidenceChoice]:
    """Write a small random checkpoint and a scorer that belongs to it into a folder."""
    import torch

    from benchmarks.nets.random_weights import TINY, write_random_checkpoint
    from core.nets.encoders.reading import file_digest
    from core.nets.heads.making import Ears, build_scorer
    from core.nets.heads.scorer_file import save_scorer

    def write(folder: Path) -> EvidenceChoice:
        checkpoint, scorer = folder / "beats.pt", folder / "scorer.safetensors"
        write_random_checkpoint(checkpoint, TINY)
        torch.manual_seed(0)
        save_scorer(scorer, build_scorer("cross", Ears(TINY.width)), file_digest(checkpoint))
        return EvidenceChoice("beats", checkpoint, scorer, "cpu")

    return write
