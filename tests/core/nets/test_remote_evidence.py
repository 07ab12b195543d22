"""A network in a process of its own answers as one here, and harms nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pytest

from core.audio.recording import Recording, open_recording
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import EvidenceInput
from core.nets.evidence import open_pair
from core.nets.remote_evidence import RemoteEvidence, open_remote
from core.steps import reported, result_of

ROWS = (np.arange(1.0, 19.0), np.full(18, -1.0), 201)


@pytest.fixture(scope="module")
def shared(
    write_choice: Callable[[Path], EvidenceChoice], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RemoteEvidence]:
    """One process for all tests that leave it in order."""
    apart = opened(write_choice(tmp_path_factory.mktemp("nets")))
    yield apart
    apart.close()


@pytest.fixture
def recording(make_audio: Callable[..., Path]) -> Recording:
    return open_recording(make_audio(duration_s=20.0))


def opened(choice: EvidenceChoice) -> RemoteEvidence:
    waits = []
    apart = result_of(reported(open_remote(choice), waits.append))
    assert waits, "opening can be given up"
    assert waits == [None] * len(waits)
    return apart


def test_it_answers_as_one_in_this_process(
    shared: RemoteEvidence, choice: EvidenceChoice, recording: Recording
) -> None:
    here = open_pair(choice)
    for name in ("name", "model_id", "device", "weight", "spectral_share", "cost", "notices"):
        assert getattr(shared, name) == getattr(here, name)
    shares = []
    found = result_of(reported(shared.term(EvidenceInput(recording), *ROWS), shares.append))
    expected = result_of(here.term(EvidenceInput(recording), *ROWS))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    np.testing.assert_allclose(found.score, expected.score, atol=1e-5)
    assert np.ptp(found.score) > 0
    np.testing.assert_allclose(found.log_odds, expected.log_odds, atol=1e-5)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_question_given_up_does_not_disturb_the_next(
    shared: RemoteEvidence, recording: Recording, steps: int
) -> None:
    expected = result_of(shared.term(EvidenceInput(recording), *ROWS))
    given_up = shared.term(EvidenceInput(recording), *(part[:9] for part in ROWS[:2]), 101)
    for _ in range(steps):
        next(given_up)
    given_up.close()
    found = result_of(shared.term(EvidenceInput(recording), *ROWS))
    np.testing.assert_array_equal(found.score, expected.score)


def test_what_a_person_can_mend_comes_back_as_such(
    shared: RemoteEvidence, recording: Recording
) -> None:
    content = recording.paths[0].read_bytes()
    recording.paths[0].unlink()
    with pytest.raises(InputError, match="cannot be read") as told:
        list(shared.term(EvidenceInput(recording), *ROWS))
    assert told.value.fix == "check the path"
    recording.paths[0].write_bytes(content)
    found = result_of(shared.term(EvidenceInput(recording), *ROWS))
    assert found.score.shape == (18, 201)


def test_what_nobody_foresaw_comes_back_with_its_trace(
    shared: RemoteEvidence, recording: Recording
) -> None:
    with pytest.raises(RuntimeError) as told:
        list(shared.term(EvidenceInput(recording), np.array(["a row"]), *ROWS[1:]))
    assert "pair_evidence.py" in "".join(told.value.__notes__)


def test_files_of_no_use_are_refused(choice: EvidenceChoice, tmp_path: Path) -> None:
    nowhere = EvidenceChoice("beats", tmp_path / "no.pt", choice.scorer, "cpu")
    with pytest.raises(InputError, match=r"no\.pt"):
        list(open_remote(nowhere))


def test_a_process_that_dies_is_an_error_and_no_more(
    choice: EvidenceChoice, recording: Recording
) -> None:
    apart = opened(choice)
    steps = apart.term(EvidenceInput(recording), *ROWS)
    next(steps)
    apart._process.kill()
    killed = -signal.SIGKILL if os.name == "posix" else -signal.SIGTERM
    with pytest.raises(RuntimeError, match=f"ended by itself, with exit code {killed}"):
        list(steps)
    apart.close()
    apart.close()


def test_giving_up_while_it_opens_ends_the_process(choice: EvidenceChoice) -> None:
    before = set(active_children())
    steps = open_remote(choice)
    assert next(steps) is None
    assert len(set(active_children()) - before) == 1
    steps.close()
    assert set(active_children()) == before


WINDOW_SIDE = """
import sys
from pathlib import Path
from app.settings.evidence_preference import EvidencePreference
from app.work.evidence_worker import EvidenceKeeper
from core.align import aligner
from core.audio.recording import open_recording

if __name__ == "__main__":
    audio, checkpoint, scorer = sys.argv[1:]
    keeper = EvidenceKeeper()
    recording = open_recording(audio)
    wish = EvidencePreference("beats", checkpoint, scorer, "cpu")
    *_, found = keeper.steps(wish, lambda learned: aligner.align_steps(recording, learned=learned))
    print(found.evidence.name, "torch" in sys.modules)
    keeper.close()
"""


def test_a_window_aligns_with_beats_and_never_loads_torch(
    choice: EvidenceChoice, recording: Recording, tmp_path: Path
) -> None:
    script = tmp_path / "window_side.py"
    script.write_text(WINDOW_SIDE, encoding="utf-8")
    command = [sys.executable, script, recording.paths[0], choice.checkpoint, choice.scorer]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=200
    )
    assert done.stdout == "beats False\n", done.stderr
