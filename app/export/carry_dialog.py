"""The dialog that writes labels of one recorder on the clock of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from app.base.background_runner import BackgroundRunner, Work
from app.base.save_dialog import may_replace, typed_path
from app.export.writing_dialog import Offer, WritingDialog
from app.session.entries import Entry
from app.session.session_model import SessionModel
from core.carry import Carried, carry
from core.formats.carried_file import CarriedFrom, write_carried
from core.formats.fitting import fitted
from core.formats.kinds.raven import FORMAT as RAVEN
from core.formats.registry import Format, label_formats, read_labels
from core.formats.sidecar import sidecar_path


@dataclass(frozen=True, slots=True, eq=False)
class CarryOffer:
    """Labels that can be carried, and those that cannot.

    Parameters
    ----------
    carried : Carried
    source : CarriedFrom
    format : Format
    count : int
        How many labels the file holds.
    read : tuple of str
        What was taken for granted when it was read.
    """

    carried: Carried
    source: CarriedFrom
    format: Format
    count: int
    read: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether none can be carried."""
        return not len(self.carried.labels)

    @property
    def said(self) -> str:
        """How many, a sentence."""
        of = f"{len(self.carried.labels):,} of {self.count:,} labels of {self.source.labels.name}"
        return f"{of} have a place on the clock of channel {self.source.to}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What has none, and what the format has no room for."""
        assert self.format.labels is not None
        _, lost = fitted(self.carried.labels, self.format.labels.holds)
        told = (*self.carried.left_out, *self.carried.cut)
        return (*self.read, *(f"{line}." for line in lost), *(f"{x.sentence()}." for x in told))


@dataclass(frozen=True, slots=True)
class CarryWritten:
    """What went out."""

    said: str
    notes: tuple[str, ...]


class CarryDialog(WritingDialog):
    """Carries labels of the recording that was current when it opened.

    Parameters
    ----------
    labels : Path
        Their file.
    session : SessionModel
        With a current recording.
    runner : BackgroundRunner
    """

    looking_text = "Looking at the labels…"

    def __init__(
        self,
        labels: Path,
        session: SessionModel,
        runner: BackgroundRunner,
        parent: QWidget | None = None,
    ) -> None:
        entry = session.current
        assert entry is not None
        self._labels, self._session, self._entry = labels, session, entry
        self.to = QComboBox()
        self.to.setAccessibleName("Direction")
        for to in (1, 0):
            self.to.addItem(f"Made on channel {1 - to}; write them for channel {to}", to)
        self.form = QComboBox()
        self.form.setAccessibleName("Format")
        for each in label_formats():
            self.form.addItem(each.title, each.name)
        known = [each for each in label_formats() if labels.suffix.lower() in each.suffixes]
        ending = labels.suffix if known else label_formats()[0].suffix
        place = str(labels.with_name(f"{labels.stem}_channel1{ending}"))
        super().__init__(
            "Carry labels across", (self.to, self.form), place, "File to write", runner, parent
        )
        if known:
            self.form.setCurrentText(known[0].title)
        self._is_chosen = False
        runner.stepped.connect(self._on_offer)
        session.decided.connect(self.look_soon)
        self.to.currentIndexChanged.connect(self.look)
        self.form.currentIndexChanged.connect(self._on_format)
        self.look()

    def looking(self) -> Work:
        """As `WritingDialog`."""
        for entry in self._session.entries:
            if entry.identity == self._entry.identity:
                self._entry = entry
        to = int(self.to.currentData())
        chosen = self._format if self._is_chosen else None
        return partial(_offer_steps, self._labels, self._entry, chosen, to)

    def writing(self, offer: Offer) -> Work | None:
        """As `WritingDialog`."""
        assert isinstance(offer, CarryOffer)
        path = typed_path(self.place.text(), offer.format.suffix)
        there = [place for place in (path, sidecar_path(path)) if place.exists()]
        if there and not may_replace(self, self.windowTitle(), there):
            return None
        return partial(_write_steps, offer, path, overwrite=bool(there))

    def browse(self) -> str:
        """As `WritingDialog`."""
        return self.chosen_file(self._format.pattern)

    @property
    def _format(self) -> Format:
        name = self.form.currentData()
        return next(each for each in label_formats() if each.name == name)

    @Slot(object)
    def _on_offer(self, step: object) -> None:
        """Show the format that labels were read in, until the person chooses one."""
        if isinstance(step, CarryOffer) and not self._is_chosen:
            with QSignalBlocker(self.form):
                self.form.setCurrentText(step.format.title)
            self._end_place()

    @Slot()
    def _on_format(self) -> None:
        self._is_chosen = True
        self._end_place()
        self.look()

    def _end_place(self) -> None:
        place, suffixes = Path(self.place.text()), self._format.suffixes
        if place.name and place.suffix.lower() not in suffixes:
            self.place.setText(str(place.with_suffix(suffixes[0])))


def _offer_steps(path: Path, entry: Entry, chosen: Format | None, to: int) -> Iterator[CarryOffer]:
    """Read labels and carry them; runs in a worker thread."""
    read_as, labels = read_labels(path, [each.name for each in entry.recording.paths])
    keypoints = entry.keypoints.kept(~entry.is_unset)
    carried = carry(labels, keypoints, entry.leaving.durations_s, to)
    source = CarriedFrom(path, entry.recording.paths[0], entry.recording.name, to)
    yield CarryOffer(carried, source, chosen or read_as or RAVEN, len(labels), labels.notes)


def _write_steps(offer: CarryOffer, path: Path, *, overwrite: bool) -> Iterator[CarryWritten]:
    """Write labels and what their format cannot say; runs in a worker thread."""
    write_carried(path, offer.format, offer.carried, offer.source, overwrite=overwrite)
    count = len(offer.carried.labels)
    beside = f"their confidence is in {sidecar_path(path).name} too"
    yield CarryWritten(f"{count:,} labels are in {path.name}; {beside}.", offer.notes)
