"""Every command once, as data; menus, toolbar, keys, palette and the help sheet come from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

_OF_A_RECORDING = ("review", "queue", "time")


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One command.

    Parameters
    ----------
    id : str
        Stable name, for settings and tests.
    text : str
        As menus and the help sheet show it.
    slot : str
        ``target.method``; the targets are given to `app.menus.build_actions`.
    menu : str
        Menu it stands in; "View/Theme" is a menu in a menu.
    keys : tuple of str
        Default shortcuts, portable names; the first is shown.
    tip : str
        What it does, in a sentence.
    icon : str
        File in ``resources/icons``; with one it is in the toolbar.
    label : str
        Text in the toolbar; empty for the icon alone.
    argument : int, str or None
        Handed to the method.
    checkable : bool
        Whether it switches something; the method gets the new state.
    checked : bool
        The state at the start.
    group : str
        Of the checkable commands of one group, one is checked.
    separated : bool
        Whether a line stands before it.
    """

    id: str
    text: str
    slot: str
    menu: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    label: str = ""
    argument: int | str | None = None
    checkable: bool = False
    checked: bool = False
    group: str = ""
    separated: bool = False

    @property
    def needs_recording(self) -> bool:
        """Whether it acts on the recording shown, and is greyed while there is none."""
        return self.slot.partition(".")[0] in _OF_A_RECORDING


def _nudges() -> Iterator[ActionSpec]:
    # With Shift, the comma and full stop keys give other characters on most layouts.
    steps = (
        (1, (",",), (".",)),
        (10, ("Shift+,",), ("Shift+.",)),
        (100, ("Ctrl+,",), ("Ctrl+.",)),
    )
    for step_ms, earlier, later in steps:
        for sign, word, keys in ((-1, "Earlier", earlier), (1, "Later", later)):
            yield ActionSpec(
                f"nudge_{word.lower()}_{step_ms}",
                f"{word} by {step_ms} ms",
                "review.nudge",
                "Keypoint",
                keys,
                f"Move the keypoint on channel 1 {word.lower()} by {step_ms} ms",
                argument=sign * step_ms,
                separated=step_ms == 1 and sign < 0,
            )


def _candidates() -> Iterator[ActionSpec]:
    for rank in range(9):
        yield ActionSpec(
            f"candidate_{rank + 1}",
            f"Take candidate {rank + 1}",
            "review.take_candidate",
            "Align",
            (str(rank + 1),),
            f"Set unreviewed keypoints to the linear map of candidate {rank + 1}",
            argument=rank,
            separated=rank == 0,
        )


def _high_passes() -> Iterator[ActionSpec]:
    for corner_hz in (0, 200, 500, 1000):
        yield ActionSpec(
            f"high_pass_{corner_hz}",
            f"{corner_hz} Hz" if corner_hz else "Off",
            "playback.set_high_pass",
            "Playback/High-pass",
            tip=f"Hear nothing lower than {corner_hz} Hz" if corner_hz else "Hear all frequencies",
            argument=corner_hz,
            checkable=True,
            checked=corner_hz == 0,
            group="high_pass",
        )


def _themes() -> Iterator[ActionSpec]:
    for name, text in (("system", "As the system"), ("light", "Light"), ("dark", "Dark")):
        yield ActionSpec(
            f"theme_{name}",
            text,
            "shell.set_theme",
            "View/Theme",
            tip=f"Colours {text[0].lower()}{text[1:]}; pictures of sound stay dark",
            argument=name,
            checkable=True,
            checked=name == "system",
            group="theme",
        )


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "open",
        "Open files…",
        "window.choose_files",
        "File",
        ("Ctrl+O",),
        "Open a stereo file, a pair of mono files or a CSV",
        icon="open",
        label="Open",
    ),
    ActionSpec(
        "open_folder",
        "Open folder…",
        "window.choose_folder",
        "File",
        ("Ctrl+Shift+O",),
        "Open a folder of recordings, in BioDCASE layout or plain",
    ),
    ActionSpec(
        "export",
        "Export CSV…",
        "window.export",
        "File",
        ("Ctrl+E",),
        "Write the keypoints of all open recordings as a BioDCASE CSV",
        icon="export",
        label="Export",
        separated=True,
    ),
    ActionSpec(
        "save_picture",
        "Save a picture of the window…",
        "shell.save_picture",
        "File",
        ("F12",),
        "Save the window as a PNG",
        separated=True,
    ),
    ActionSpec(
        "copy_picture",
        "Copy a picture of the window",
        "shell.copy_picture",
        "File",
        ("Ctrl+F12",),
        "Put a picture of the window on the clipboard",
    ),
    ActionSpec(
        "save_session_as",
        "Save session as…",
        "window.save_session_as",
        "File",
        ("Ctrl+Shift+S",),
        "Keep the session in a file of your choice from now on; everything is saved as it happens",
        separated=True,
    ),
    ActionSpec(
        "find_audio",
        "Find audio…",
        "window.find_audio",
        "File",
        tip="Look in a folder for recordings of this session that were moved",
    ),
    ActionSpec("undo", "Undo", "history.undo", "Edit", ("Ctrl+Z",), "Take the last step back"),
    ActionSpec(
        "redo",
        "Redo",
        "history.redo",
        "Edit",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Take the last undo back",
    ),
    ActionSpec("quit", "Quit", "window.close", "File", ("Ctrl+Q",), separated=True),
    ActionSpec(
        "find_command",
        "Find a command…",
        "shell.find_command",
        "Edit",
        ("Ctrl+Shift+P",),
        "Type some letters of a command and run it",
        separated=True,
    ),
    ActionSpec(
        "preferences",
        "Preferences…",
        "shell.show_preferences",
        "Edit",
        tip="Theme, alignment and keys",
    ),
    ActionSpec(
        "previous_keypoint",
        "Previous keypoint",
        "review.previous_keypoint",
        "Keypoint",
        ("P",),
        "Select the previous keypoint",
        icon="previous",
    ),
    ActionSpec(
        "next_keypoint",
        "Next keypoint",
        "review.next_keypoint",
        "Keypoint",
        ("N",),
        "Select the next keypoint",
        icon="next",
    ),
    ActionSpec(
        "next_uncertain",
        "Next uncertain keypoint",
        "review.next_uncertain",
        "Keypoint",
        ("Tab",),
        "Select the next keypoint the machine is unsure of, in this or a later recording",
        icon="uncertain",
        label="Next uncertain",
    ),
    ActionSpec(
        "accept",
        "Accept",
        "review.accept",
        "Keypoint",
        ("Return", "Enter"),
        "Accept the selected keypoint as it stands",
        icon="accept",
        label="Accept",
        separated=True,
    ),
    ActionSpec(
        "accept_in_view",
        "Accept all in view",
        "review.accept_in_view",
        "Keypoint",
        ("A",),
        "Accept every visible keypoint that nobody has decided on",
    ),
    ActionSpec(
        "accept_certain",
        "Accept all certain",
        "review.accept_certain",
        "Keypoint",
        ("Shift+A",),
        "Accept every keypoint of this recording whose confidence is 0.95 or more",
    ),
    ActionSpec(
        "unalignable",
        "Unalignable",
        "review.unalignable",
        "Keypoint",
        ("U",),
        "Say that this moment cannot be aligned, or take that back",
        icon="unalignable",
        label="Unalignable",
    ),
    ActionSpec(
        "release",
        "Release",
        "review.release",
        "Keypoint",
        ("R",),
        "Take your decision back: the keypoint is the machine's again",
    ),
    ActionSpec(
        "snap",
        "Snap to a peak",
        "review.snap",
        "Keypoint",
        ("S",),
        "Move the keypoint to the nearest peak of its score; from there, to the highest other one",
        separated=True,
    ),
    *_nudges(),
    ActionSpec(
        "next_recording",
        "Next recording",
        "review.next_recording",
        "Recordings",
        ("Ctrl+PgDown",),
        "Show the next recording of the list",
    ),
    ActionSpec(
        "previous_recording",
        "Previous recording",
        "review.previous_recording",
        "Recordings",
        ("Ctrl+PgUp",),
        "Show the previous recording of the list",
    ),
    ActionSpec(
        "least_certain_first",
        "Least certain first",
        "queue.least_certain_first",
        "Recordings",
        ("Ctrl+L",),
        "Sort the list by confidence; it stays so until it is sorted again",
        separated=True,
    ),
    ActionSpec(
        "sort_again",
        "Sort again",
        "queue.sort_again",
        "Recordings",
        ("F5",),
        "Bring the order and the filter of the list up to date",
    ),
    ActionSpec(
        "find_recording",
        "Find a recording",
        "queue.find_recording",
        "Recordings",
        ("Ctrl+F",),
        "Filter the list by a part of the name",
    ),
    ActionSpec(
        "align",
        "Align this recording",
        "workbench.align",
        "Align",
        ("Ctrl+R",),
        "Align the recording shown; what you have reviewed stays as it is",
        icon="align",
        label="Align",
    ),
    ActionSpec(
        "align_all",
        "Align all recordings",
        "workbench.align_all",
        "Align",
        ("Ctrl+Shift+R",),
        "Align every recording that has no alignment yet",
    ),
    ActionSpec(
        "cancel",
        "Cancel",
        "workbench.cancel",
        "Align",
        ("Esc",),
        "Drop the drag under way, or else stop aligning",
    ),
    ActionSpec(
        "take_alignment",
        "Take the path",
        "review.take_alignment",
        "Align",
        ("0",),
        "Set unreviewed keypoints to the non-linear path",
        separated=True,
    ),
    *_candidates(),
    ActionSpec(
        "play",
        "Play",
        "playback.play",
        "Playback",
        ("Space",),
        "Play aligned, channel 0 left and channel 1 right, from the click or half a second before "
        "the selected keypoint; again to stop",
        icon="play",
    ),
    ActionSpec(
        "play_alternating",
        "Play A/B",
        "playback.play_alternating",
        "Playback",
        ("Shift+Space",),
        "Play a second of channel 0, then the same of channel 1, and so on; again to stop",
        icon="alternate",
    ),
    ActionSpec(
        "play_loop",
        "Loop the clip",
        "playback.set_loop",
        "Playback",
        ("Shift+L",),
        "Repeat the second around the selected keypoint; corrections are heard at once",
        icon="loop",
        checkable=True,
        separated=True,
    ),
    ActionSpec(
        "play_half_speed",
        "Half speed",
        "playback.set_half_speed",
        "Playback",
        ("H",),
        "Play half as fast; everything sounds an octave lower",
        checkable=True,
    ),
    *_high_passes(),
    ActionSpec(
        "next_high_pass",
        "Next high-pass",
        "playback.next_high_pass",
        "Playback",
        ("Shift+H",),
        "Hear nothing lower than 200, 500, 1000 Hz in turn, then all again",
    ),
    ActionSpec(
        "louder",
        "Louder",
        "playback.louder",
        "Playback",
        ("Ctrl+Up",),
        "Raise the volume by 3 dB",
        separated=True,
    ),
    ActionSpec(
        "quieter",
        "Quieter",
        "playback.quieter",
        "Playback",
        ("Ctrl+Down",),
        "Lower the volume by 3 dB",
    ),
    ActionSpec(
        "find_devices",
        "Look for devices again",
        "playback.find_devices",
        "Playback",
        tip="Look for sound devices, also for those plugged in since the start",
        separated=True,
    ),
    ActionSpec(
        "warp",
        "Channel 1 on channel 0's clock",
        "window.set_warped",
        "View",
        ("W",),
        "Show channel 1 as recorded, or moved by the time map onto channel 0's clock",
        icon="warp",
        label="Warp",
        checkable=True,
        checked=True,
    ),
    ActionSpec(
        "links",
        "Links between the channels",
        "window.set_links",
        "View",
        ("L",),
        "Join each keypoint's two moments by a line",
        icon="links",
        label="Links",
        checkable=True,
        checked=True,
    ),
    ActionSpec("fit", "Whole recording", "time.fit", "View", ("F",), icon="fit", separated=True),
    ActionSpec("zoom_in", "Zoom in", "time.zoom_in", "View", ("+", "="), icon="zoom_in"),
    ActionSpec("zoom_out", "Zoom out", "time.zoom_out", "View", ("-",), icon="zoom_out"),
    ActionSpec("zoom_back", "Zoom back", "time.zoom_back", "View", ("Backspace",)),
    ActionSpec("pan_left", "A quarter page back", "time.pan_left", "View", ("Left",)),
    ActionSpec("pan_right", "A quarter page on", "time.pan_right", "View", ("Right",)),
    ActionSpec("page_left", "A page back", "time.page_left", "View", ("Shift+Left",)),
    ActionSpec("page_right", "A page on", "time.page_right", "View", ("Shift+Right",)),
    ActionSpec(
        "go_to",
        "Go to…",
        "shell.go_to",
        "View",
        ("Ctrl+G",),
        "Go to a time or to a keypoint",
        separated=True,
    ),
    *_themes(),
    ActionSpec(
        "reset_layout",
        "Reset layout",
        "window.reset_layout",
        "View",
        tip="Put all panels back where they were",
        separated=True,
    ),
    ActionSpec(
        "next_pane",
        "Next panel",
        "window.focus_next_panel",
        "View",
        ("F6",),
        "Move the keyboard to the next panel",
    ),
    ActionSpec(
        "previous_pane",
        "Previous panel",
        "window.focus_previous_panel",
        "View",
        ("Shift+F6",),
        "Move the keyboard to the previous panel",
    ),
    ActionSpec(
        "shortcuts",
        "Keyboard shortcuts",
        "shell.show_shortcuts",
        "Help",
        ("?", "F1"),
        "Show all commands and keys",
        icon="help",
    ),
    ActionSpec(
        "try_demo",
        "Try the demo recording",
        "shell.try_demo",
        "Help",
        tip="Make two minutes of two simulated recorders, and open them",
        separated=True,
    ),
    ActionSpec(
        "messages",
        "Messages…",
        "window.show_messages",
        "Help",
        tip="Read again what was said since the start",
    ),
    ActionSpec("about", "About FinchSync", "shell.show_about", "Help", separated=True),
)

MENUS = (
    "File",
    "Edit",
    "Keypoint",
    "Recordings",
    "Align",
    "Playback",
    "Playback/High-pass",
    "View",
    "View/Theme",
    "Help",
)
TOOLBAR = (
    "open export | previous_keypoint next_keypoint next_uncertain | accept unalignable | align | "
    "play play_alternating play_loop | warp links | zoom_out zoom_in fit | shortcuts"
)


def shown_key(key: str) -> str:
    """A shortcut as the person's platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def collisions(keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Keys that more than one command claims, with the commands' ids.

    Parameters
    ----------
    keys : mapping of str to sequence of str
        The keys of every command, by id.
    """
    owners: dict[str, list[str]] = {}
    for name, claimed in keys.items():
        for key in claimed:
            portable = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
            owners.setdefault(portable, []).append(name)
    return {key: ids for key, ids in owners.items() if len(ids) > 1}
