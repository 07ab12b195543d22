"""Icons in the colours of the theme."""

from __future__ import annotations

import math
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.look.theme import theme

_LEAST_PX = 20


def icon_px() -> int:
    """Side of an icon, which grows with the person's letters."""
    return max(_LEAST_PX, QFontMetrics(QGuiApplication.font()).height())


def icon(name: str) -> QIcon:
    """An icon of ``resources/icons`` in the colours in use, sharp on the screens there are."""
    drawing = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    palette = theme().palette
    scales = {math.ceil(screen.devicePixelRatio()) for screen in QGuiApplication.screens()}
    result = QIcon()
    for mode, colour in (
        (QIcon.Mode.Normal, palette.text),
        (QIcon.Mode.Disabled, palette.disabled),
    ):
        renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
        for scale in scales:
            pixmap = QPixmap(icon_px() * scale, icon_px() * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                renderer.render(painter, QRectF(pixmap.rect()))
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode)
    return result
