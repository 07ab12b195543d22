"""A graphics item that draws only what is in view."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF


class ViewItem(pg.GraphicsObject):  # type: ignore[misc]
    """As large as the view; `paint` is asked for what is seen, however long the recording."""

    def boundingRect(self) -> QRectF:  # noqa: N802 (Qt's name)
        """Whatever the view shows."""
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())

    def viewRangeChanged(self) -> None:  # noqa: N802 (pyqtgraph's name)
        """The view moved under the item."""
        self.prepareGeometryChange()
