"""The two 1-s clips of the selected keypoint, overlaid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.look.palette import DARK
from app.render.clips import CLIP_S, apart, overlay, top_hz
from app.render.tiles import TileStore
from app.session.session_model import SessionModel
from app.work.match_explaining import MatchAnswer

_AXIS_PX = 16
_LEAST_PX, _LEAST_APART_PX = 60, 150
"""Heights in which the clips can still be made out: overlaid, and apart with words below."""
_APART = 0.12
"""Of the height, between two clips: there lines can be seen to be lines."""
_WRAPPED = Qt.AlignmentFlag.AlignLeft.value | Qt.TextFlag.TextWordWrap.value
_TIP = "Channel 0 magenta, channel 1 green: white where they agree"


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
        self._images: tuple[QImage, ...] = ()
        """One of both channels, or one of each."""
        self._answer: MatchAnswer | None = None
        self.setMinimumHeight(_LEAST_PX)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("One second of both channels around the keypoint, overlaid")
        self.setToolTip(_TIP)
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

    @property
    def answer(self) -> MatchAnswer | None:
        """Why the two clips match, as far as that is wanted and known."""
        return self._answer

    @Slot(object)
    def show_answer(self, answer: MatchAnswer | None) -> None:
        """Show the clips apart, with what joins them, or overlaid for None."""
        self._answer = answer
        self.setMinimumHeight(_LEAST_PX if answer is None else _LEAST_APART_PX)
        self.setAccessibleDescription("" if answer is None else answer.said)
        self.setToolTip(_TIP if answer is None else answer.said)
        self.redraw()

    @Slot()
    def redraw(self) -> None:
        """Another keypoint, another place of it, or more frames."""
        self._images = ()
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
        if not self._images:
            made = apart if self._answer else lambda *clips: (overlay(*clips),)
            self._images = made(
                self._tiles.spectrograms,
                (self._tiles.levels(0), self._tiles.levels(1)),
                self._session.time_map(),
                float(keypoints.time_0_s[selected]),
                float(keypoints.time_1_s[selected]),
            )
        words = self._words_place(painter)
        area = QRectF(0, 0, self.width(), words.top() - _AXIS_PX)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        places = _places(area, len(self._images))
        for place, image in zip(places, self._images, strict=True):
            painter.drawImage(place, image)
            painter.setPen(QPen(QColor(255, 255, 255, 150), 1, Qt.PenStyle.DashLine))
            middle = int(place.center().x())
            painter.drawLine(middle, int(place.top()), middle, int(place.bottom()))
        self._draw_legend(painter, places)
        if self._answer is not None:
            self._draw_parts(painter, places, top_hz(self._tiles.spectrograms))
            painter.setPen(QColor(DARK.text))
            painter.drawText(words, _WRAPPED, self._answer.said)
        self._draw_axis(painter, area)

    def _words_place(self, painter: QPainter) -> QRectF:
        """Where it is said why the clips match, in as many lines as it takes."""
        said = "" if self._answer is None else self._answer.said
        room = QRectF(self.rect()).adjusted(4, 0, -4, 0)
        words = painter.boundingRect(room, _WRAPPED, said)
        return QRectF(4, self.height() - words.height(), room.width(), words.height())

    def _draw_parts(self, painter: QPainter, places: Sequence[QRectF], top_hz: float) -> None:
        """Join the parts of both clips that are alike."""
        parts = None if self._answer is None else self._answer.parts
        if parts is None:
            return
        middle_hz = (parts.low_hz + parts.high_hz) / 2
        ends = [
            (
                place.left() + (time_s / CLIP_S + 0.5) * place.width(),
                place.bottom() - np.minimum(middle_hz / top_hz, 1.0) * place.height(),
            )
            for place, time_s in zip(places, (parts.time_0_s, parts.time_1_s), strict=True)
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(DARK.candidate), 1))
        (x_0, y_0), (x_1, y_1) = ends
        painter.drawLines([QLineF(*line) for line in np.stack([x_0, y_0, x_1, y_1], axis=1)])
        painter.setBrush(QColor(DARK.candidate))
        for x, y in ends:
            for point in np.stack([x, y], axis=1):
                painter.drawEllipse(QPointF(*point), 2.0, 2.0)

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

    def _draw_legend(self, painter: QPainter, places: Sequence[QRectF]) -> None:
        x = 6.0
        channels = (("channel 0", DARK.channel_0), ("channel 1", DARK.channel_1))
        for (text, colour), place in zip(channels, (places[0], places[-1]), strict=True):
            width = painter.fontMetrics().horizontalAdvance(text)
            box = QRectF(x, place.top() + 5, width + 8, painter.fontMetrics().height() + 2)
            painter.fillRect(box, QColor(0, 0, 0, 150))
            painter.setPen(QColor(colour))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            if places[0] is places[-1]:
                x += width + 14


def _places(area: QRectF, count: int) -> list[QRectF]:
    """One place that fills the area, or two above each other."""
    if count == 1:
        return [area]
    height = area.height() * (1 - _APART) / 2
    lower = area.bottom() - height
    return [QRectF(area.left(), y, area.width(), height) for y in (area.top(), lower)]
