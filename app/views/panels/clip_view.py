"""The two 1-s clips of the selected keypoint, overlaid."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.palette import DARK
from app.render.clips import CLIP_S, overlay
from app.render.tiles import TileStore
from app.session.session_model import SessionModel

_AXIS_PX = 16


class ClipView(QWidget):
    """Channel 0 in magenta, channel 1 in green, white where both sound.

    Parameters
    ----------
    session, tiles
        What is shown, and on which brightness scale.
    """

    def __init__(
        self, session: SessionModel, tiles: TileStore, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tiles = tiles
        self._image: QImage | None = None
        self.setMinimumHeight(60)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("One second of both channels around the keypoint, overlaid")
        self.setToolTip("Channel 0 magenta, channel 1 green: white where they agree")
        for signal in (
            session.keypoints_changed,
            session.selection.recording_changed,
            session.selection.changed,
            tiles.content_changed,
        ):
            signal.connect(self.redraw)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        """Room enough to see syllables."""
        return QSize(300, 190)

    @Slot()
    def redraw(self) -> None:
        """Another keypoint, another place of it, or more frames."""
        self._image = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        """Draw the overlay, the keypoint and a time axis."""
        with QPainter(self) as painter:
            self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor(DARK.plot))
        keypoints, selected = self._session.keypoints, self._session.selection.keypoint
        if keypoints is None or selected < 0 or self._tiles.spectrograms is None:
            painter.setPen(QColor(DARK.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._in_its_place())
            return
        if self._image is None:
            self._image = overlay(
                self._tiles.spectrograms,
                (self._tiles.levels(0), self._tiles.levels(1)),
                self._session.time_map(),
                float(keypoints.time_0_s[selected]),
                float(keypoints.time_1_s[selected]),
            )
        area = QRectF(0, 0, self.width(), self.height() - _AXIS_PX)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self._image)
        painter.setPen(QPen(QColor(255, 255, 255, 150), 1, Qt.PenStyle.DashLine))
        middle = int(area.center().x())
        painter.drawLine(middle, 0, middle, int(area.bottom()))
        self._draw_axis(painter, area)
        self._draw_legend(painter)

    def _in_its_place(self) -> str:
        """What is written where there is no picture."""
        entry = self._session.current
        if entry is None or self._session.selection.keypoint < 0:
            return "no keypoint selected"
        return "the audio is not there" if entry.is_lost else ""

    def _draw_axis(self, painter: QPainter, area: QRectF) -> None:
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        painter.setPen(QColor(DARK.muted))
        align = Qt.AlignmentFlag.AlignCenter
        for ms in (-400, -200, 0, 200, 400):
            x = area.left() + (ms / 1000 / CLIP_S + 0.5) * area.width()
            text = "0 ms" if ms == 0 else f"{ms:+d}"
            painter.drawText(QRectF(x - 30, area.bottom(), 60, _AXIS_PX), align, text)

    def _draw_legend(self, painter: QPainter) -> None:
        x = 6.0
        for text, colour in (("channel 0", DARK.channel_0), ("channel 1", DARK.channel_1)):
            width = painter.fontMetrics().horizontalAdvance(text)
            box = QRectF(x, 5, width + 8, painter.fontMetrics().height() + 2)
            painter.fillRect(box, QColor(0, 0, 0, 150))
            painter.setPen(QColor(colour))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            x += width + 14
