"""The dialog that writes the selected region: a label in any format, or a clip of each channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.base.background_runner import BackgroundRunner, Work
from app.base.messages import short_name
from app.base.save_dialog import may_replace, typed_path
from app.export.writing_dialog import Offer, WritingDialog
from app.session.session_model import SessionModel
from core.audio.recording import Recording
from core.audio.sources import file_stem
from core.formats.clips import Spans, clip_paths, write_clips
from core.formats.fitting import fitted
from core.formats.label_file import write_labels
from core.formats.registry import Format, label_formats
from core.labels import Label, Labels, Tier

_SOUND = "Sound: a WAV file of each channel, as recorded (*.wav)"
_SOUND_SUFFIX = ".wav"
_TIER = "regions"


@dataclass(frozen=True, slots=True)
class RegionOffer:
    """What would go out.

    Parameters
    ----------
    recording : Recording
    spans_s : pair of (float, float)
    form : Format or None
        None for sound.
    labels : Labels
        The region as a label.
    """

    recording: Recording
    spans_s: Spans
    form: Format | None
    labels: Labels

    is_empty = False

    @property
    def said(self) -> str:
        """As `Offer`."""
        first, second = (f"{start_s:.3f} to {end_s:.3f} s" for start_s, end_s in self.spans_s)
        return f"The region is {first} of channel 0, and {second} of channel 1."

    @property
    def notes(self) -> tuple[str, ...]:
        """As `Offer`."""
        if self.form is None or self.form.labels is None:
            return ()
        _, lost = fitted(self.labels, self.form.labels.holds)
        return tuple(f"{line}." for line in lost)


@dataclass(frozen=True, slots=True)
class RegionWritten:
    """What went out."""

    said: str
    notes: tuple[str, ...] = ()


class RegionDialog(WritingDialog):
    """Writes the region that was selected when it opened.

    Parameters
    ----------
    session : SessionModel
        With a current recording and a region.
    runner : BackgroundRunner
    """

    looking_text = ""

    def __init__(
        self, session: SessionModel, runner: BackgroundRunner, parent: QWidget | None = None
    ) -> None:
        entry, region = session.current, session.selection.region
        assert entry is not None
        assert region is not None
        self._recording, self._region = entry.recording, region
        time_map = session.time_map()
        self._spans_s = region.span_s(0, time_map), region.span_s(1, time_map)
        self.form = QComboBox()
        self.form.setAccessibleName("Format")
        for each in label_formats():
            self.form.addItem(f"Label: {each.pattern}", each)
        self.form.addItem(_SOUND, None)
        self.clock = QComboBox()
        self.clock.setAccessibleName("Clock")
        for channel in (0, 1):
            self.clock.addItem(f"On the clock of channel {channel}", channel)
        self.clock.setCurrentIndex(region.channel)
        self.text = QLineEdit("region")
        self.text.setAccessibleName("Text of the label")
        stem = f"{file_stem(entry.recording.name)[:50]}_{region.start_s:.3f}s"
        title = f"Export a region of {short_name(entry.recording.title)}"
        options = (self.form, self.clock, self.text)
        super().__init__(title, options, str(entry.folder / stem), "File to write", runner, parent)
        self.form.currentIndexChanged.connect(self._on_form)
        self.clock.currentIndexChanged.connect(self.look)
        self.text.editingFinished.connect(self.look)
        self._on_form()

    def looking(self) -> Work:
        """As `WritingDialog`."""
        channel = int(self.clock.currentData())
        start_s, stop_s = self._spans_s[channel]
        end_s = self._recording.durations_s[channel]
        low_hz, high_hz = self._region.band_hz or (None, None)
        start_s = min(max(start_s, 0.0), end_s)
        stop_s = min(max(stop_s, start_s), end_s)
        label = Label(start_s, stop_s, self.text.text().strip(), low_hz, high_hz)
        file = None if self._form is None else self._form.labels
        has_tiers = file is not None and file.holds.tiers
        labels = Labels((Tier(_TIER if has_tiers else "", (label,)),), end_s)
        offer = RegionOffer(self._recording, self._spans_s, self._form, labels)
        return partial(iter, (offer,))

    def writing(self, offer: Offer) -> Work | None:
        """As `WritingDialog`."""
        assert isinstance(offer, RegionOffer)
        path = typed_path(self.place.text(), self._suffix)
        places = clip_paths(path) if offer.form is None else (path,)
        there = [place for place in places if place.exists()]
        if there and not may_replace(self, self.windowTitle(), there):
            return None
        return partial(_write_steps, offer, path, overwrite=bool(there))

    def browse(self) -> str:
        """As `WritingDialog`."""
        return self.chosen_file(
            f"Sound (*{_SOUND_SUFFIX})" if self._form is None else self._form.pattern
        )

    @property
    def _form(self) -> Format | None:
        chosen: Format | None = self.form.currentData()
        return chosen

    @property
    def _suffix(self) -> str:
        return _SOUND_SUFFIX if self._form is None else self._form.suffix

    def _on_form(self) -> None:
        for option in (self.clock, self.text):
            option.setVisible(self._form is not None)
        place = self.place.text()
        endings = [_SOUND_SUFFIX, *(each.suffix for each in label_formats())]
        ending = next((each for each in endings if place.endswith(each)), "")
        self.place.setText(place.removesuffix(ending) + self._suffix)
        self.look()


def _write_steps(
    offer: RegionOffer, path: Path, *, overwrite: bool
) -> Iterator[float | RegionWritten]:
    """Write it; runs in a worker thread."""
    if offer.form is None:
        first, second = yield from write_clips(
            path, offer.recording, offer.spans_s, overwrite=overwrite
        )
        yield RegionWritten(f"Written to {first} and {second.name}.")
    else:
        notes = write_labels(path, offer.form, offer.labels, overwrite=overwrite)
        yield RegionWritten(f"Written to {path}.", tuple(f"{note}." for note in notes))
