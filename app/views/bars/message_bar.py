"""Messages to the person, inside the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from PySide6.QtCore import QDateTime, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.base.announcement import announce
from app.base.messages import Kind, Message
from app.look.icons import icon
from app.look.theme import theme
from app.views.dialogs.message_log import MessageLog, TimedMessage, details_of

_INFO_MS = 9000
_LOOK_AGAIN_MS = 200
_KEPT = 200
_WORDS_PX = 300
"""With less room than this, and than the words need, the buttons stand under the words."""
_SIGN_PX = 20
_SIGNS = {Kind.INFO: "info", Kind.WARNING: "uncertain", Kind.ERROR: "unalignable"}


class MessageBar(QFrame):
    """Shows the latest message, until it is closed or no longer true.

    Remarks go after a while, and what they covered is shown again. The bar lies over its parent
    and takes no room in its layout, so that nothing moves when it comes or goes.

    Parameters
    ----------
    actions : mapping of str to QAction
        What a message may offer as a button.

    Attributes
    ----------
    message : Message or None
        The latest.
    log : deque of (QDateTime, Message)
        All, the latest last.
    """

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.message: Message | None = None
        self.log: deque[TimedMessage] = deque(maxlen=_KEPT)
        self._standing: list[Message] = []
        self._place = QRect()
        self.setObjectName("message")
        self._sign = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        self._act, self._other = QToolButton(), QToolButton()
        self._copy, self._close = QToolButton(), QToolButton()
        self._text.setAccessibleName("Message")
        for button in (self._act, self._other):
            button.setAccessibleName("What to do about it")
            button.setObjectName("bordered")
        self._copy.setText("Copy details")
        self._copy.setToolTip("Copy the message, what is known about it and all versions")
        self._close.setAccessibleName("Close message")
        self._act.clicked.connect(self._on_act)
        self._other.clicked.connect(self._on_other)
        self._copy.clicked.connect(self._on_copy)
        self._close.clicked.connect(self._on_close)
        words = QHBoxLayout()
        words.addWidget(self._sign)
        words.addWidget(self._text, 1)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.addStretch(1)
        for button in (self._act, self._other, self._copy):
            self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._layout.setSpacing(8)
        self._layout.addLayout(words, 1)
        self._layout.addLayout(self._buttons)
        self._outer = QHBoxLayout(self)
        self._outer.setContentsMargins(10, 1, 4, 1)
        self._outer.addLayout(self._layout, 1)
        self._outer.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self._close)
        self._away = QTimer(self, singleShot=True, interval=_INFO_MS)
        self._away.timeout.connect(self._on_close)
        self._again = QTimer(self, interval=_LOOK_AGAIN_MS)
        self._again.timeout.connect(self.look_again)
        theme().changed.connect(self._paint_signs)
        self._paint_signs()
        self.hide()

    def set_place(self, place: QRect) -> None:
        """Stand here, in the parent's pixels; what needs more lines goes on beneath."""
        self._place = place
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        """The buttons stand where there is room for the words."""
        self._place_buttons()
        super().resizeEvent(event)

    def _place_buttons(self) -> None:
        buttons = (self._act, self._other, self._copy, self._close)
        taken_px = sum(b.sizeHint().width() for b in buttons if not b.isHidden())
        sides = QBoxLayout.Direction
        line_px = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 4 * _SIGN_PX
        is_narrow = self.width() - taken_px < min(_WORDS_PX, line_px)
        self._layout.setDirection(sides.TopToBottom if is_narrow else sides.LeftToRight)
        has_no_row = self.width() < taken_px + 2 * _SIGN_PX
        self._buttons.setDirection(sides.TopToBottom if has_no_row else sides.LeftToRight)

    def _fit(self) -> None:
        self.resize(self._place.width(), self.height())
        self._place_buttons()
        # At once, for its height; otherwise it would be laid out a moment later.
        self._outer.activate()
        wanted_px = self._outer.totalHeightForWidth(self._place.width())
        height_px = max(wanted_px, self._place.height())
        self.setGeometry(QRect(self._place.topLeft(), QSize(self._place.width(), height_px)))

    @Slot(object)
    def post(self, message: Message) -> None:
        """Show a message over the one before; said again, it is the same one."""
        if self.isHidden() or self.message is None or self.message.text != message.text:
            self.log.append((QDateTime.currentDateTime(), message))
        if message.stays:
            self._standing = [m for m in self._standing if not _goes_for(m, message)]
            self._standing.append(message)
        self._show(message)
        announce(self, message.text, is_urgent=message.kind is not Kind.INFO)

    def _show(self, message: Message) -> None:
        self.message = message
        self._text.setText(message.text)
        self.setAccessibleName(message.text)
        for button, action in ((self._act, message.action), (self._other, message.otherwise)):
            button.setVisible(bool(action))
            if action:
                words = self._actions[action].text()
                button.setText(words)
                button.setAccessibleName(words)
        self._copy.setVisible(message.kind is not Kind.INFO)
        self.setProperty("kind", str(message.kind))
        self.style().polish(self)
        self._paint_signs()
        self.show()
        self.raise_()
        self._fit()
        self._again.start()
        if message.stays:
            self._away.stop()
        else:
            self._away.start()

    @Slot()
    def show_log(self) -> None:
        """Show all messages again."""
        dialog = MessageLog(self.log, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def look_again(self) -> None:
        """Drop what is no longer true."""
        if self.message is not None and not self.message.holds():
            self._show_what_stands()

    @Slot()
    def _on_close(self) -> None:
        self._standing = [m for m in self._standing if m is not self.message]
        self._show_what_stands()

    def _show_what_stands(self) -> None:
        self._standing = [m for m in self._standing if m.holds()]
        if self._standing:
            self._show(self._standing[-1])
        else:
            self._again.stop()
            self._away.stop()
            self.hide()

    @Slot()
    def _on_act(self) -> None:
        if self.message is not None:
            self._do(self.message.action)

    @Slot()
    def _on_other(self) -> None:
        if self.message is not None:
            self._do(self.message.otherwise)

    def _do(self, action: str) -> None:
        self._on_close()
        self._actions[action].trigger()

    @Slot()
    def _on_copy(self) -> None:
        if self.message is not None:
            QGuiApplication.clipboard().setText(details_of(self.message))

    @Slot()
    def _paint_signs(self) -> None:
        self._close.setIcon(icon("cancel"))
        if self.message is not None:
            sign = icon(_SIGNS[self.message.kind])
            self._sign.setPixmap(sign.pixmap(QSize(_SIGN_PX, _SIGN_PX), self.devicePixelRatioF()))


def _goes_for(old: Message, new: Message) -> bool:
    """Whether a new message takes the place of one that stands."""
    is_moment = old.is_of_a_moment and new.is_of_a_moment and old.kind is new.kind
    return old.text == new.text or is_moment
