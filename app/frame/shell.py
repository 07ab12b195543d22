"""What surrounds the work: palette, preferences, keys, recent files, demo, help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QDialog, QMainWindow, QMenu, QMessageBox

from app.base.background_runner import BackgroundRunner, RunResult, RunStatus
from app.base.evidence_words import EVIDENCE_WORDS
from app.base.messages import Kind, Message
from app.base.time_format import Place
from app.base.time_view import TimeView
from app.base.versions import versions_text
from app.commands.actions import ACTIONS
from app.commands.keymap import KeyMap
from app.commands.menus import allow, repaint_icons
from app.frame.new_window import start_another
from app.frame.open_demo import demo_folder, demo_steps
from app.frame.recent_files import RecentMenu
from app.look.theme import ThemeChoice, theme
from app.session.edit_messages import open_first
from app.session.session_model import SessionModel
from app.settings.evidence_preference import why_no_beats
from app.settings.preferences import PreferenceStore
from app.settings.stored_json import is_name, store_json, stored_json
from app.views.dialogs.command_palette import CommandPalette
from app.views.dialogs.go_to import GoTo
from app.views.dialogs.manual_window import ManualWindow
from app.views.dialogs.preferences_dialog import PreferencesDialog
from app.views.dialogs.shortcut_sheet import ShortcutSheet
from core.align.rankings import RankedBy
from core.documents import documents, manual

_LATELY = "palette/recent"
_LATELY_KEPT = 12


class Shell(QObject):
    """The commands of the window itself that are about no keypoint.

    Parameters
    ----------
    window : QMainWindow
    session, time
        Where "go to" goes.
    menus, actions : mapping of str to QMenu and QAction
        By name and by id: they get keys, icons, and the recent files.
    remembers : bool
        Whether preferences, keys and lists come from the settings and go there.

    Signals
    -------
    message_posted(message)
        A `Message` for the person.
    opened(paths)
        A tuple of Path that the person wants to open.
    went_to(index)
        The keypoint the person wants to see.
    """

    message_posted = Signal(object)
    opened = Signal(object)
    went_to = Signal(int)

    def __init__(
        self,
        window: QMainWindow,
        session: SessionModel,
        time: TimeView,
        menus: Mapping[str, QMenu],
        actions: Mapping[str, QAction],
        *,
        remembers: bool = True,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._time = time
        self._remembers = remembers
        self.preferences = PreferenceStore(remembers=remembers, parent=self)
        self._actions = actions
        self._lately: list[str] = _stored_lately() if remembers else []
        self._pending: tuple[Path, ...] = ()
        self._known = tuple(session.recordings)
        self._demo = BackgroundRunner("demo", self)
        self._demo.stepped.connect(self._on_demo)
        self._demo.ended.connect(self._on_demo_ended)
        self._pictures = BackgroundRunner("manual", self)
        self.keymap = KeyMap(actions, remembers=remembers, parent=self)
        menu = QMenu("Open recent", window)
        menu.setToolTipsVisible(True)
        menus["File"].insertMenu(actions["save_session_as"], menu)
        self.recent = RecentMenu(menu, remembers=remembers, parent=self)
        self.recent.chosen.connect(self.opened)
        session.recordings_changed.connect(self._remember_opened)
        self.preferences.changed.connect(self._on_preferences)
        theme().changed.connect(self._repaint)
        allow(actions["evidence_beats"], why_no_beats())
        self._on_preferences()

    def tell_wrong_settings(self) -> None:
        """Say, once and in one message, what made no sense in the settings."""
        wrong = list(self.preferences.wrong)
        if self.keymap.is_wrong:
            wrong.append("keys")
        status = QSettings().status() if self._remembers else QSettings.Status.NoError
        if status is QSettings.Status.FormatError:
            wrong = ["all of them"]
        if wrong:
            text = (
                f"Some settings made no sense and are back at their defaults: {', '.join(wrong)}. "
                "See the preferences."
            )
            self.message_posted.emit(
                Message(Kind.WARNING, text, "preferences", QSettings().fileName())
            )

    @Slot(object)
    def note_opening(self, paths: tuple[Path, ...]) -> None:
        """Something is being opened; it joins the recent files once it is."""
        self._pending, self._known = paths, tuple(self._session.recordings)

    def shut_down(self) -> None:
        """Stop the threads."""
        self._demo.shut_down()
        self._pictures.shut_down()
        self.recent.shut_down()

    # -- commands --------------------------------------------------------------------

    @Slot()
    def find_command(self) -> None:
        """Show the command palette."""
        palette = CommandPalette(self._actions, self._lately, self._window)
        palette.chosen.connect(self._run)
        _show(palette)

    @Slot()
    def go_to(self) -> None:
        """Ask for a time or a keypoint, and go there."""
        keypoints = self._session.keypoints
        if keypoints is None:
            self.message_posted.emit(open_first(self._session.selection))
            return
        dialog = GoTo(keypoints, self._time.duration_s, self._window)
        dialog.chosen.connect(self._go)
        _show(dialog)

    @Slot()
    def new_window(self) -> None:
        """Open another window; it takes a moment to show."""
        if start_another():
            self.message_posted.emit(Message(Kind.INFO, "Another window is on its way."))
        else:
            text = "No other window could be opened; start FinchSync once more instead."
            self.message_posted.emit(Message(Kind.ERROR, text))

    @Slot()
    def show_preferences(self) -> None:
        """Show the preferences."""
        _show(PreferencesDialog(self.preferences, self.keymap, self._window))

    @Slot()
    def choose_evidence(self) -> None:
        """Show the preferences at the page of the evidence."""
        dialog = PreferencesDialog(self.preferences, self.keymap, self._window)
        dialog.show_evidence()
        _show(dialog)

    def use_evidence(self, name: str) -> None:
        """Align with other evidence from now on."""
        before = self.preferences.value.evidence
        preference = replace(before, name=name)
        self.preferences.put(replace(self.preferences.value, evidence=preference))
        if preference.obstacle():
            self.choose_evidence()
        elif preference != before and self._session.current is not None:
            text = f"The next alignments go by {EVIDENCE_WORDS[name].name}."
            is_shown = self._session.selection.while_shown()
            self.message_posted.emit(
                Message(
                    Kind.INFO,
                    text,
                    "align",
                    is_true=lambda: is_shown() and self.preferences.value.evidence == preference,
                )
            )

    def rank_by(self, name: str) -> None:
        """Show linear candidates in another opinion from now on."""
        self.preferences.put(replace(self.preferences.value, ranked_by=RankedBy(name)))

    def show_score_parts(self, shown: bool) -> None:
        """Show or hide what the candidates' scores are made of."""
        self.preferences.put(replace(self.preferences.value, shows_score_parts=shown))

    def drag_view(self, moves: bool) -> None:
        """Move the view by dragging from now on, or select regions."""
        self.preferences.put(replace(self.preferences.value, dragging_moves_view=moves))

    def set_theme(self, name: str) -> None:
        """Prefer another theme."""
        self.preferences.put(replace(self.preferences.value, theme=ThemeChoice(name)))

    @Slot()
    def try_demo(self) -> None:
        """Make the demo recording, if it is not there yet, and open it."""
        allow(self._actions["try_demo"], "the demo recording is being made")
        self._demo.start(partial(demo_steps, demo_folder()))
        text = "Making the demo recording; it takes a few seconds."
        self.message_posted.emit(Message(Kind.INFO, text, is_true=lambda: self._demo.is_running))

    @Slot()
    def show_day(self) -> None:
        """Show how a day goes beside the window, where it was left."""
        open_one = self._window.findChild(ManualWindow)
        manual = open_one or ManualWindow(self._pictures, self._window)
        manual.show()
        manual.raise_()
        manual.activateWindow()

    @Slot()
    def show_shortcuts(self) -> None:
        """Show all commands and keys."""
        _show(ShortcutSheet(self.keymap.keys, self._window))

    @Slot()
    def show_manual(self) -> None:
        """Open the manual in the browser: its pages lie beside the program."""
        page = manual()
        if page is not None and QDesktopServices.openUrl(QUrl.fromLocalFile(str(page))):
            return
        text = f"The manual cannot be opened as pages here. What is in it lies in {documents()}."
        self.message_posted.emit(Message(Kind.INFO, text))

    @Slot()
    def show_about(self) -> None:
        """Say what this is."""
        first, *others = versions_text().splitlines()
        QMessageBox.about(
            self._window,
            "About FinchSync",
            f"<b>{first}</b><p>Aligns two-recorder bioacoustic recordings, shows how sure the "
            f"alignment is, and lets you correct it in seconds.</p><p>{'<br>'.join(others)}</p>",
        )

    @Slot()
    def run_space(self) -> None:
        """Run what Space is the key of."""
        name = self.keymap.owner("Space")
        if name:
            self._actions[name].trigger()

    # -- what follows ----------------------------------------------------------------

    @Slot(str)
    def _run(self, name: str) -> None:
        self._lately = [name, *(n for n in self._lately if n != name)][:_LATELY_KEPT]
        if self._remembers:
            store_json(_LATELY, self._lately)
        self._actions[name].trigger()

    @Slot(object)
    def _go(self, place: Place) -> None:
        if place.keypoint >= 0:
            self.went_to.emit(place.keypoint)
        else:
            self._session.selection.select_nearest(place.time_0_s)
            half_s = self._time.span_s / 2
            self._time.show_span(place.time_0_s - half_s, place.time_0_s + half_s)

    @Slot()
    def _on_preferences(self) -> None:
        value = self.preferences.value
        theme().choose(value.theme)
        self._actions[f"theme_{value.theme}"].setChecked(True)
        self._actions[f"evidence_{value.evidence.name}"].setChecked(True)
        self._actions[f"rank_by_{value.ranked_by}"].setChecked(True)
        self._actions["score_parts"].setChecked(value.shows_score_parts)
        self._actions["hand_tool"].setChecked(value.dragging_moves_view)
        self._session.selection.rank_by(value.ranked_by)

    @Slot()
    def _repaint(self) -> None:
        repaint_icons(self._actions)

    @Slot()
    def _remember_opened(self) -> None:
        # What failed to open changes no recordings.
        if self._pending and tuple(self._session.recordings) != self._known:
            self.recent.add(self._pending)
            self._pending = ()

    @Slot(object)
    def _on_demo(self, path: Path) -> None:
        self.opened.emit((path,))

    @Slot(object)
    def _on_demo_ended(self, result: RunResult) -> None:
        allow(self._actions["try_demo"])
        if result.status is RunStatus.FAILED:
            text = f"There is no demo recording. {result.message}"
            self.message_posted.emit(Message(Kind.ERROR, text, details=result.details))


def _show(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()


def _stored_lately() -> list[str]:
    known = {spec.id for spec in ACTIONS}
    return [n for n in stored_json(_LATELY, list) if is_name(n) and n in known]
