"""Small spectrograms side by side, on one scale of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.palette import DARK
from app.render.colours import spectrogram_table
from app.work.comparing import Brightness, Picture

_GAP_PX = 4
_MIDDLE = Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextWordWrap.value


class SideBySide(QWidget):
    """Pictures with a word over each.

    Attributes
    ----------
    images : tuple of QImage
    words : tuple of str
        What each shows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images: tuple[QImage, ...] = ()
        self.words: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Spectrograms side by side")

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room enough to tell calls apart."""
        return QSize(200, 90)

    @Slot(object)
    def show_pictures(self, pictures: Sequence[Picture]) -> None:
        """Show other pictures, or none."""
        self.images = tuple(_image(each.brightness) for each in pictures)
        self.words = tuple(each.word for each in pictures)
        self.setAccessibleDescription(", ".join(self.words))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the pictures, as long as what they show."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(DARK.plot))
            if not self.images:
                painter.setPen(QColor(DARK.muted))
                painter.drawText(self.rect(), _MIDDLE, "Choose a hit to see it beside the example.")
                return
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            room = (self.width() - _GAP_PX * (len(self.images) - 1)) / len(self.images)
            longest = max(image.width() for image in self.images)
            for place, (image, word) in enumerate(zip(self.images, self.words, strict=True)):
                left = place * (room + _GAP_PX)
                area = QRectF(left, 0, room * image.width() / longest, self.height())
                painter.drawImage(area, image)
                painter.setPen(QColor(DARK.text))
                painter.drawText(area.adjusted(4, 2, room, 0), Qt.AlignmentFlag.AlignLeft, word)


def _image(brightness: Brightness) -> QImage:
    pixels = np.ascontiguousarray(spectrogram_table(0, 255)[brightness[::-1]])
    tall, wide = pixels.shape
    return QImage(pixels.data, wide, tall, 4 * wide, QImage.Format.Format_RGB32).copy()
