"""What sounds are found by: the shipped net, or an encoder or a model of words from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from app.base.messages import short_name
from app.settings.preferences import PreferenceStore

_SHIPPED = "FinchSync"
_ENCODERS = "Encoders (*.pt *.pth *.safetensors *.bin);;All (*)"
_MOST = 6
_FEWEST_LETTERS = 8


class ListenerChoice(QComboBox):
    """Lists what may listen; the last two lines look for more.

    Parameters
    ----------
    store : PreferenceStore
        Keeps what was chosen.
    """

    def __init__(self, store: PreferenceStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.setAccessibleName("Listen with")
        self.setToolTip(
            "What the next search goes by: FinchSync's own net, the file of an encoder, or the "
            "folder of a model that understands any words"
        )
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_FEWEST_LETTERS)
        self.activated.connect(self._on_activated)
        store.changed.connect(self._fill)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        value = self._store.value
        with QSignalBlocker(self):
            self.clear()
            self.addItem(_SHIPPED, "")
            for path in value.listeners.splitlines():
                self.addItem(short_name(Path(path).name), path)
                self.setItemData(self.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
            self.insertSeparator(self.count())
            self.addItem("Encoder from a file…")
            self.addItem("Model of words from a folder…")
            self.setCurrentIndex(max(0, self.findData(value.listens_with)))

    @Slot(int)
    def _on_activated(self, at: int) -> None:
        path = self.itemData(at)
        if path is None:
            path = self._asked_for(is_file=at < self.count() - 1)
        if path is None:
            self._fill()
            return
        value = self._store.value
        known = value.listeners.splitlines()
        if path and path not in known:
            known = [path, *known][:_MOST]
        self._store.put(replace(value, listens_with=path, listeners="\n".join(known)))

    def _asked_for(self, *, is_file: bool) -> str | None:
        """A path that a person looks for; None if they change their mind."""
        if is_file:
            name, _kind = QFileDialog.getOpenFileName(self, "Encoder", "", _ENCODERS)
        else:
            name = QFileDialog.getExistingDirectory(self, "Folder of a model of words")
        return name or None
