"""The visible stretch of time: zoom and pan that all panes share."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

SHORTEST_S = 0.05
_PAGE_STEP = 0.25
_ZOOM_STEP = 1.5
_MARGIN = 0.01
_HISTORY = 100
_FIRST_SPAN_S = 30.0


class TimeView(QObject):
    """The shared time axis: one visible span, its limits and the way back.

    Signals
    -------
    span_changed()
        `start_s` or `end_s` changed.
    """

    span_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration_s = 1.0
        self.start_s, self.end_s = 0.0, 1.0
        self._history: list[tuple[float, float]] = []

    @property
    def span_s(self) -> float:
        """Visible length, seconds."""
        return self.end_s - self.start_s

    def set_duration(self, duration_s: float) -> None:
        """Show the beginning of another recording."""
        self.duration_s = max(duration_s, SHORTEST_S)
        self._history = [self._whole()]
        self.start_s, self.end_s = 0.0, min(_FIRST_SPAN_S, self.duration_s)
        self.span_changed.emit()

    def show_span(self, start_s: float, end_s: float, *, remember: bool = True) -> None:
        """Show a span, seconds; clipped to the recording, and kept for `zoom_back`."""
        before = (self.start_s, self.end_s)
        if self._show(start_s, end_s) and remember:
            self._history = [*self._history[-_HISTORY:], before]

    def zoom(self, factor: float, at_s: float | None = None) -> None:
        """Make the span `factor` times as long, keeping `at_s` (or the middle) in place."""
        anchor_s = (self.start_s + self.end_s) / 2 if at_s is None else at_s
        span_s = max(self.span_s * factor, SHORTEST_S)
        part = (anchor_s - self.start_s) / self.span_s
        start_s = anchor_s - part * span_s
        self.show_span(start_s, start_s + span_s)

    def pan(self, pages: float) -> None:
        """Move by a share of the visible span."""
        shift_s = pages * self.span_s
        self.show_span(self.start_s + shift_s, self.end_s + shift_s, remember=False)

    def bring_into_view(self, time_s: float) -> None:
        """Move, without zooming, until `time_s` is well inside."""
        inset_s = 0.1 * self.span_s
        if not self.start_s + inset_s <= time_s <= self.end_s - inset_s:
            start_s = time_s - self.span_s / 2
            self.show_span(start_s, start_s + self.span_s, remember=False)

    @Slot()
    def pan_left(self) -> None:
        """A quarter page back."""
        self.pan(-_PAGE_STEP)

    @Slot()
    def pan_right(self) -> None:
        """A quarter page on."""
        self.pan(_PAGE_STEP)

    @Slot()
    def page_left(self) -> None:
        """A page back."""
        self.pan(-1.0)

    @Slot()
    def page_right(self) -> None:
        """A page on."""
        self.pan(1.0)

    @Slot()
    def to_start(self) -> None:
        """Show where it begins, as closely as now."""
        start_s, _ = self._whole()
        self.show_span(start_s, start_s + self.span_s, remember=False)

    @Slot()
    def to_end(self) -> None:
        """Show where it ends, as closely as now."""
        _, end_s = self._whole()
        self.show_span(end_s - self.span_s, end_s, remember=False)

    @Slot()
    def zoom_in(self) -> None:
        """Show less, in more detail."""
        self.zoom(1 / _ZOOM_STEP)

    @Slot()
    def zoom_out(self) -> None:
        """Show more."""
        self.zoom(_ZOOM_STEP)

    @Slot()
    def fit(self) -> None:
        """Show the whole recording."""
        self.show_span(*self._whole())

    @Slot()
    def zoom_back(self) -> None:
        """Return to the span before the last zoom."""
        if self._history:
            self._show(*self._history.pop())

    def _whole(self) -> tuple[float, float]:
        margin_s = _MARGIN * self.duration_s
        return -margin_s, self.duration_s + margin_s

    def _show(self, start_s: float, end_s: float) -> bool:
        first_s, last_s = self._whole()
        span_s = min(max(end_s - start_s, SHORTEST_S), last_s - first_s)
        start_s = min(max(start_s, first_s), last_s - span_s)
        if (start_s, start_s + span_s) == (self.start_s, self.end_s):
            return False
        self.start_s, self.end_s = start_s, start_s + span_s
        self.span_changed.emit()
        return True
