"""A network in a process of its own: nothing that happens there holds this one up or ends it.

Loading PyTorch keeps the interpreter to itself for a tenth of a second at a time, and a driver
may end the process that it fails in. Each question is answered in steps; after each the
process waits to be told to go on.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from core.arrays import Floats
from core.audio.recording import Recording
from core.child_process import end_child, next_word, sendable, start_child
from core.evidence.choice import EvidenceChoice
from core.evidence.learned import EvidenceInput, LearnedEvidence, LearnedTerm
from core.steps import Steps, reported


class _Next(Enum):
    """What comes after a word of the process."""

    ANOTHER = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of a network once it is open."""

    name: str
    model_id: str
    weight: float
    spectral_share: float
    cost: float


@dataclass(frozen=True, slots=True)
class _Request:
    """What `LearnedEvidence.term` is asked; features would be large, and are not sent."""

    recording: Recording
    time_0_s: Floats
    first_offset_s: Floats
    columns: int


@dataclass(frozen=True, slots=True)
class _Reply:
    """A step of an answer, or why there is none; and how the network is by now."""

    said: _About | float | LearnedTerm | Exception
    device: str = ""
    notices: tuple[str, ...] = ()


class RemoteEvidence:
    """A network in another process, as `core.evidence.learned.LearnedEvidence`.

    Parameters
    ----------
    process : SpawnProcess
        That serves.
    pipe : Connection
        To it.
    about : _About
    device : str
    notices : list of str
    """

    def __init__(
        self,
        process: SpawnProcess,
        pipe: Connection,
        about: _About,
        device: str,
        notices: list[str],
    ) -> None:
        self.name, self.model_id = about.name, about.model_id
        self.weight, self.spectral_share = about.weight, about.spectral_share
        self.cost = about.cost
        self.device, self.notices = device, notices
        self._process, self._pipe = process, pipe
        self._owes_a_word = False

    def term(
        self,
        heard: EvidenceInput,
        time_0_s: Floats,
        first_offset_s: Floats,
        columns: int,
    ) -> Steps[LearnedTerm]:
        """Ask the network; parameters, results and errors as `LearnedEvidence.term`.

        The share of the work done is said again and again while there is no news.

        Raises
        ------
        RuntimeError
            If the network or its process failed.
        """
        done = 0.0
        if self._owes_a_word:
            yield from self._word(done)
        self._tell(_Request(heard.recording, time_0_s, first_offset_s, columns))
        try:
            while True:
                word = yield from self._word(done)
                self.device, self.notices[:] = word.device, word.notices
                if isinstance(word.said, Exception):
                    raise word.said
                assert not isinstance(word.said, _About)
                if not isinstance(word.said, float):
                    return word.said
                done = word.said
                yield done
                self._tell(_Next.ANOTHER)
        finally:
            self._tell(_Next.NOTHING)

    def close(self) -> None:
        """End the process: all of its memory is free again, and the device's."""
        if not self._pipe.closed:
            end_child(self._process, self._pipe)

    def _word(self, done: float) -> Steps[_Reply]:
        """What the process says next; yields `done` while it says nothing."""
        self._owes_a_word = True
        word = yield from reported(_next_word(self._process, self._pipe), lambda _: done)
        self._owes_a_word = False
        return word

    def _tell(self, what: object) -> None:
        with suppress(OSError):  # that the process is gone is said where it is heard of
            self._pipe.send(what)


def open_remote(choice: EvidenceChoice) -> Generator[None, None, RemoteEvidence]:
    """Open a network in a process of its own.

    Parameters
    ----------
    choice : EvidenceChoice
        Of ``beats``; what needs no PyTorch needs no process.

    Yields
    ------
    None
        While it is being opened; who asks no further has it given up.

    Returns
    -------
    RemoteEvidence

    Raises
    ------
    InputError
        As `core.nets.evidence.open_evidence`.
    RuntimeError
        If the process failed.
    """
    process, here = start_child(_serve, choice, gives_way=True)
    is_open = False
    try:
        word = yield from _next_word(process, here)
        if isinstance(word.said, Exception):
            raise word.said
        assert isinstance(word.said, _About)
        is_open = True
    finally:
        if not is_open:
            end_child(process, here)
    return RemoteEvidence(process, here, word.said, word.device, list(word.notices))


def _next_word(process: SpawnProcess, pipe: Connection) -> Generator[None, None, _Reply]:
    word = yield from next_word(process, pipe, "the network's")
    assert isinstance(word, _Reply)
    return word


def _serve(pipe: Connection, choice: EvidenceChoice) -> None:
    """Open a network and answer questions, until nobody is there to ask."""
    try:
        evidence = _open(choice)
    except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
        pipe.send(_Reply(sendable(error)))
        return
    about = _About(
        evidence.name,
        evidence.model_id,
        evidence.weight,
        evidence.spectral_share,
        evidence.cost,
    )
    pipe.send(_Reply(about, evidence.device, tuple(evidence.notices)))
    while True:
        _answer(pipe, evidence, pipe.recv())


def _open(choice: EvidenceChoice) -> LearnedEvidence:
    from core.nets.evidence import open_pair

    evidence = open_pair(choice)
    # Later than what says that PyTorch is missing.
    from core.nets.embed import leave_a_core

    leave_a_core()
    return evidence


def _answer(pipe: Connection, evidence: LearnedEvidence, asked: _Request) -> None:
    steps = evidence.term(
        EvidenceInput(asked.recording), asked.time_0_s, asked.first_offset_s, asked.columns
    )
    wanted = _Next.ANOTHER
    while wanted is _Next.ANOTHER:
        said: float | LearnedTerm | Exception
        try:
            said = next(steps)
        except StopIteration as end:
            said = end.value
        except Exception as error:  # noqa: BLE001 (raised again where it was asked for)
            said = sendable(error)
        pipe.send(_Reply(said, evidence.device, tuple(evidence.notices)))
        wanted = pipe.recv()
