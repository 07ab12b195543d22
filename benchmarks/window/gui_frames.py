"""How fast the window answers with an hour at 48 kHz open: frames, memory, decisions to screen.

``python -m benchmarks.window.gui_frames`` prints every figure beside its target and writes
``gui_frames.json``; ``--dry`` writes nothing.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.common.machine import ONE_THREAD

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# As the program itself runs, and before numpy is loaded.
os.environ.update(ONE_THREAD)

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QSize, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.base.time_view import TimeView
from app.frame.main_window import MainWindow
from app.launch import make_app
from app.settings.preferences import PreferenceStore
from app.views.timeline.hand_tool import HandTool
from app.views.timeline.time_plot import TimePlot
from benchmarks.common.places import RESULTS
from benchmarks.window.environment import environment

DURATION_S = 3600.0
SIZE = QSize(1600, 1000)
SPANS_S = (5.0, 30.0, 300.0)
PAN_PAGES = 0.02
PAN_FRAMES = 120
ZOOM = 1.25
SHORTEST_S = 2.0
BETWEEN_S = 0.016
LONGEST_S = 180.0
STEPS = 40

TARGETS = {
    "pan_p95_ms": 12.0,
    "zoom_p95_ms": 16.0,
    "pan_with_worker_p95_ms": 33.0,
    "zoom_with_worker_p95_ms": 33.0,
    "first_spectrogram_s": 1.5,
    "memory_mb": 700.0,
    "next_keypoint_p95_ms": 30.0,
    "nudge_p95_ms": 30.0,
    "neighbours_median_ms": 150.0,
}


class Painted(QObject):
    """Sees which of some widgets have been painted."""

    def __init__(self, widgets: Iterable[QWidget]) -> None:
        super().__init__()
        self._widgets = [getattr(w, "viewport", lambda w=w: w)() for w in widgets]
        self._waiting: set[QObject] = set()
        for widget in self._widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """Note a repaint."""
        if event.type() is QEvent.Type.Paint:
            self._waiting.discard(watched)
        return False

    def frame_ms(self, act: Callable[[], object]) -> float:
        """Milliseconds from `act` until every widget has been painted anew."""
        self._waiting = set(self._widgets)
        started_s = time.perf_counter()
        act()
        while self._waiting and time.perf_counter() - started_s < 1.0:
            QApplication.processEvents()
        return 1000 * (time.perf_counter() - started_s)


@dataclass
class Figures:
    """Frame times by what was done, milliseconds."""

    frames_ms: dict[str, list[float]] = field(default_factory=dict)
    single: dict[str, float] = field(default_factory=dict)

    def all(self) -> dict[str, float]:
        """Median, 95th percentile and maximum of each kind, and the single figures."""
        found = dict(self.single)
        for name, taken_ms in self.frames_ms.items():
            found[f"{name}_median_ms"] = float(np.median(taken_ms))
            found[f"{name}_p95_ms"] = float(np.percentile(taken_ms, 95))
            found[f"{name}_max_ms"] = float(np.max(taken_ms))
        return {name: round(value, 2) for name, value in sorted(found.items())}


def memory_mb(*, peak: bool = False) -> float:
    """Resident memory of this process, MB of 10^6 bytes."""
    if peak:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def wait(until: Callable[[], bool], longest_s: float = LONGEST_S) -> float:
    """Let the window work until something holds; seconds taken."""
    started_s = time.perf_counter()
    while not until():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.perf_counter() - started_s > longest_s:
            raise TimeoutError(until)
    return time.perf_counter() - started_s


def rest(seconds: float) -> None:
    """Let the window work for a while, as it does between two movements of a hand."""
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        QApplication.processEvents()
        time.sleep(0.0005)


def pans(view: TimeView) -> Iterator[Callable[[], None]]:
    """Pan at several zooms, back and forth."""
    for span_s in SPANS_S:
        start_s = 0.4 * view.duration_s
        view.show_span(start_s, start_s + span_s)
        rest(0.5)
        for step in range(PAN_FRAMES):
            pages = PAN_PAGES if step < 0.7 * PAN_FRAMES else -PAN_PAGES
            yield lambda pages=pages: view.pan(pages)


def zooms(view: TimeView) -> Iterator[Callable[[], None]]:
    """Zoom from the whole file to two seconds, at a quarter of the view, and out again."""
    view.fit()
    rest(0.5)
    at_s = 0.37 * view.duration_s
    steps = int(np.log(view.span_s / SHORTEST_S) / np.log(ZOOM))
    for factor in [1 / ZOOM] * steps + [ZOOM] * steps:
        yield lambda factor=factor: view.zoom(factor, at_s)


def timed(painted: Painted, acts: Iterator[Callable[[], None]]) -> list[float]:
    """Frame times, with a pause between frames in which the window goes on."""
    taken_ms = []
    for act in acts:
        taken_ms.append(painted.frame_ms(act))
        rest(BETWEEN_S)
    return taken_ms


def empty_plot(figures: Figures) -> None:
    """What an empty plot of a pane's size costs on this machine, now."""
    view = TimeView()
    view.set_duration(DURATION_S)
    plot = TimePlot(view, HandTool(PreferenceStore(remembers=False)), "empty", "top")
    plot.resize(1000, 300)
    plot.show()
    QApplication.processEvents()
    figures.frames_ms["empty_plot"] = timed(Painted([plot]), pans(view))
    # With the focus on it, close() of pyqtgraph drops a reference too many of an override.
    plot.hide()


def first_look(window: MainWindow, path: Path, figures: Figures) -> None:
    """Open the hour; time to the first spectrogram of both channels, then to the whole."""
    started_s = time.perf_counter()

    def there() -> bool:
        pair = window.workbench.spectrograms
        return pair is not None and all(pane.is_covered for pane in window.panes)

    window.open([path])
    figures.single["first_spectrogram_s"] = wait(there)
    wait(lambda: all(s.is_complete for s in window.workbench.spectrograms or ()))
    figures.single["whole_file_s"] = time.perf_counter() - started_s
    wait(lambda: window.is_settled)
    figures.single["memory_after_opening_mb"] = memory_mb()


def decisions(window: MainWindow, figures: Figures) -> None:
    """Select the next keypoint, nudge it, and wait for its neighbours."""
    session, review = window.session, window.review
    window.time.show_span(1200.0, 1215.0)
    window.review.go_to(1205)
    rest(0.5)
    shown = [*window.panes, window.drift, window.overview, window.keypoint.clips]
    painted = Painted(shown)
    figures.frames_ms["next_keypoint"] = timed(
        painted, (review.next_keypoint for _ in range(STEPS))
    )
    figures.frames_ms["nudge"] = timed(
        Painted([window.panes[1], window.drift, window.keypoint.clips]),
        ((lambda step_ms=step_ms: review.nudge(step_ms)) for step_ms in (10, -10) * (STEPS // 2)),
    )
    wait(lambda: window.workbench.is_idle)
    neighbours_ms = []
    # A window that waits sleeps; asking again and again would take the interpreter from the worker.
    asleep = QEventLoop()
    session.followed.connect(asleep.quit)
    QTimer.singleShot(round(1000 * LONGEST_S), asleep.quit)
    for turn in range(STEPS // 4):
        rest(0.2)
        started_s = time.perf_counter()
        review.nudge(-10 if turn % 2 else 10)
        asleep.exec()
        QApplication.processEvents()
        neighbours_ms.append(1000 * (time.perf_counter() - started_s))
    figures.frames_ms["neighbours"] = neighbours_ms


def measure(path: Path) -> dict[str, float]:
    """All figures of one run."""
    make_app()
    figures = Figures()
    figures.single["memory_before_mb"] = memory_mb()
    empty_plot(figures)
    window = MainWindow(size=SIZE, remembers=False)
    window.workbench.aligns_on_open = False
    window.show()
    QApplication.processEvents()
    first_look(window, path, figures)
    painted = Painted([*window.panes, window.overview, window.drift])
    figures.frames_ms["pan"] = timed(painted, pans(window.time))
    figures.frames_ms["zoom"] = timed(painted, zooms(window.time))
    rounds = 0
    for name, acts in (("pan", pans), ("zoom", zooms)) * 3:
        if not window.workbench.is_aligning:
            window.workbench.align()
            rounds += 1
        taken = figures.frames_ms.setdefault(f"{name}_with_worker", [])
        for act in acts(window.time):
            if not window.workbench.is_aligning:
                break
            taken.append(painted.frame_ms(act))
            rest(BETWEEN_S)
    wait(lambda: window.workbench.is_idle)
    decisions(window, figures)
    rest(1.0)
    figures.single["memory_mb"] = memory_mb()
    figures.single["memory_peak_mb"] = memory_mb(peak=True)
    assert "torch" not in sys.modules
    window.close()
    return figures.all()


def _an_hour() -> Path:
    """An hour of simulated sound, made in a process of its own whose memory does not count."""
    code = f"from benchmarks.cost.long_recording import build; print(build({DURATION_S})[0])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return Path(told.stdout.strip())


def main() -> None:
    """Measure, print beside the targets, and keep the result."""
    print(environment())
    path = _an_hour()
    load = os.getloadavg()[0]
    found = measure(path)
    for name, value in found.items():
        target = TARGETS.get(name)
        verdict = (
            "" if target is None else f"   target {target:g}  {'ok' if value <= target else 'OVER'}"
        )
        print(f"{name:32s} {value:9.1f}{verdict}")
    missed = [name for name, limit in TARGETS.items() if found[name] > limit]
    print(
        f"load before {load:.1f}; "
        + (f"over target: {', '.join(missed)}" if missed else "all targets met")
    )
    if "--dry" not in sys.argv:
        # Loads libraries that the window does not; their memory would have counted.
        from benchmarks.common.store import save

        save(RESULTS, "gui_frames", {"figures": found, "targets": TARGETS, "missed": missed})


if __name__ == "__main__":
    main()
