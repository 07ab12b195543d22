"""Whether all of a window can be seen: nothing off the screen, no text cut."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QCheckBox,
    QDockWidget,
    QHeaderView,
    QLabel,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from app.views.parts.elided_label import ElidedLabel

_SLACK_PX = 1
_TAB_PX = 12
"""What a tab needs beside its text."""
_HEADING_PX = 4
"""What stands to either side of a heading."""
_BUTTONS = (QPushButton, QToolButton, QCheckBox, QRadioButton)


def faults(window: QWidget) -> list[str]:
    """What of a window, or of a dialog, is off the screen or cut, in words."""
    found = []
    screen = window.screen().availableGeometry()
    if not screen.contains(window.geometry()):
        found.append(f"{_name(window)} takes {_size(window.geometry())} of {_size(screen)}")
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window and not _is_behind_tab(widget):
            found += _of_widget(widget, window)
    return found


def _of_widget(widget: QWidget, window: QWidget) -> Iterator[str]:
    if widget.objectName() == "qt_toolbar_ext_button":
        yield "the toolbar has no room for all commands"
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    if not _can_be_scrolled_to(widget) and not window.rect().contains(place):
        yield f"{_name(widget)} lies outside of {_name(window)}"
    if isinstance(widget, QLabel):
        yield from _of_label(widget)
    elif isinstance(widget, _BUTTONS):
        yield from _of_button(widget)
    elif isinstance(widget, QTabBar):
        yield from _of_tabs(widget)
    elif isinstance(widget, QHeaderView):
        yield from _of_headings(widget)
    elif isinstance(widget, QScrollArea) and widget.horizontalScrollBar().isVisible():
        yield f"{_name(widget)} must be scrolled sideways"


def _of_label(label: QLabel) -> Iterator[str]:
    room = label.contentsRect()
    if Qt.mightBeRichText(label.text()):
        needs_px = label.sizeHint().width() if not label.wordWrap() else 0
        if needs_px > label.width() + _SLACK_PX:
            yield f"“{label.text()}” needs {needs_px} px and has {label.width()}"
        return
    if isinstance(label, ElidedLabel) or not label.wordWrap():
        shown = label.shown_text if isinstance(label, ElidedLabel) else label.text()
        lines = shown.split("\n")
        needs_px = max(map(label.fontMetrics().horizontalAdvance, lines))
        if needs_px > room.width() + _SLACK_PX:
            yield f"“{shown}” needs {needs_px} px and has {room.width()}"
    elif label.heightForWidth(label.width()) > label.height() + _SLACK_PX:
        yield f"“{label.text()}” has no room for all its lines"


def _of_button(button: QAbstractButton) -> Iterator[str]:
    shows_text = not isinstance(button, QToolButton) or (
        button.toolButtonStyle() is not Qt.ToolButtonStyle.ToolButtonIconOnly
        or button.icon().isNull()
    )
    if button.text() and shows_text:
        needs_px = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
        if not button.icon().isNull():
            needs_px += button.iconSize().width()
        if needs_px > button.width() + _SLACK_PX:
            yield f"the button “{button.text()}” needs {needs_px} px and has {button.width()}"


def _of_tabs(bar: QTabBar) -> Iterator[str]:
    for index in range(bar.count()):
        needs_px = bar.fontMetrics().horizontalAdvance(bar.tabText(index).replace("&", ""))
        if needs_px + _TAB_PX > bar.tabRect(index).width():
            yield f"the tab “{bar.tabText(index)}” is cut"


def _of_headings(header: QHeaderView) -> Iterator[str]:
    for section in range(header.count()):
        heading = str(header.model().headerData(section, header.orientation()))
        needs_px = max(map(header.fontMetrics().horizontalAdvance, heading.split("\n")))
        has_px = header.sectionSize(section) - 2 * _HEADING_PX
        gives_way = header.sectionResizeMode(section) is QHeaderView.ResizeMode.Stretch
        is_shown = not (header.isSectionHidden(section) or gives_way)
        if is_shown and needs_px > has_px + _SLACK_PX:
            yield f"the heading “{heading}” needs {needs_px} px and has {has_px}"


def _is_behind_tab(widget: QWidget) -> bool:
    """Whether it is in a panel behind another, which Qt keeps beside the window."""
    above: QWidget | None = widget
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    return above is not None and not above.window().rect().intersects(above.geometry())


def _can_be_scrolled_to(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def _name(widget: QWidget) -> str:
    return widget.accessibleName() or widget.windowTitle() or type(widget).__name__


def _size(place: QRect) -> str:
    return f"{place.width()} x {place.height()}"
