"""The session: what a person did to recordings, as a value and as a file on disk.

`Session` is the value: every method returns the next session and the `Change` that led
there. `SessionFile` is the file: `commit` makes one change durable. `locate` finds the
audio again. Nothing in here starts a thread.
"""

from core.session.database.earlier import EarlierWork, Whereabouts, find_earlier, read_snapshot
from core.session.database.file import SessionFile
from core.session.edits.change import Change, Step, ViewState, made_together
from core.session.edits.edit import Edit, moment_now
from core.session.edits.state import Basis, Proposal, RecordingState, taken_over
from core.session.leaving import Leaving, verdict_of
from core.session.locate import Located, Place, locate
from core.session.recordings import FileStamp, ImportedTable, SessionRecording, identify
from core.session.run import Provenance, RankedCandidate, Run
from core.session.session import Session

__all__ = [
    "Basis",
    "Change",
    "EarlierWork",
    "Edit",
    "FileStamp",
    "ImportedTable",
    "Leaving",
    "Located",
    "Place",
    "Proposal",
    "Provenance",
    "RankedCandidate",
    "RecordingState",
    "Run",
    "Session",
    "SessionFile",
    "SessionRecording",
    "Step",
    "ViewState",
    "Whereabouts",
    "find_earlier",
    "identify",
    "locate",
    "made_together",
    "moment_now",
    "read_snapshot",
    "taken_over",
    "verdict_of",
]
