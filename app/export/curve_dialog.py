"""The file dialog of the drift curve."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.export.curve_plot import suggested_picture
from app.session.entries import Entry

_KINDS = {"PNG picture (*.png)": ".png", "SVG drawing (*.svg)": ".svg"}


def ask_for_picture(parent: QWidget, entry: Entry) -> tuple[Path, bool] | None:
    """Where to write, and whether the person agreed to replace a file; None to leave it.

    A name without an ending gets that of the kind chosen.
    """
    name, kind = QFileDialog.getSaveFileName(
        parent, "Save drift curve", str(suggested_picture(entry)), ";;".join(_KINDS)
    )
    if not name:
        return None
    path = Path(name)
    # The dialog asked about the name as it was typed.
    return (path, True) if path.suffix else (path.with_suffix(_KINDS[kind]), False)
