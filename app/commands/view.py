"""Commands that align, and that change what is shown."""

from __future__ import annotations

from collections.abc import Iterator

from app.base.evidence_words import EVIDENCE_WORDS
from app.commands.spec import ActionSpec, Thing


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


def _evidence() -> Iterator[ActionSpec]:
    for name, words in EVIDENCE_WORDS.items():
        yield ActionSpec(
            f"evidence_{name}",
            words.title,
            "shell.use_evidence",
            "Align/Evidence",
            tip=f"Align with {words.name} from now on",
            argument=name,
            checkable=True,
            checked=name == "compact",
            group="evidence",
        )


VIEW: tuple[ActionSpec, ...] = (
    ActionSpec(
        "warp",
        "Channel 1 on channel 0's clock",
        "display.set_warped",
        "View",
        ("W",),
        "Show channel 1 as recorded, or moved by the time map onto channel 0's clock",
        icon="warp",
        label="Warp",
        checkable=True,
        checked=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "links",
        "Links between the channels",
        "display.set_links",
        "View",
        ("L",),
        "Join each keypoint's two moments by a line",
        icon="links",
        label="Links",
        checkable=True,
        checked=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "waveforms",
        "Waveforms",
        "waveforms.set_shown",
        "View",
        ("V",),
        "Show the waveform of each channel beside its spectrogram",
        checkable=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "link_frequencies",
        "Zoom frequencies of both channels",
        "display.set_one_band",
        "View",
        ("K",),
        "Shift and the wheel zoom the frequencies of both channels together, or each on its own",
        checkable=True,
        checked=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "hand_tool",
        "Drag to move the view",
        "shell.drag_view",
        "View",
        ("D",),
        "Dragging moves the view instead of selecting a region; the middle button, and Space with "
        "a drag, always do",
        checkable=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "fit",
        "Whole recording",
        "time.fit",
        "View",
        ("F",),
        icon="fit",
        separated=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "zoom_in", "Zoom in", "time.zoom_in", "View", ("+", "="), icon="zoom_in", on=(Thing.PLOT,)
    ),
    ActionSpec(
        "zoom_out", "Zoom out", "time.zoom_out", "View", ("-",), icon="zoom_out", on=(Thing.PLOT,)
    ),
    ActionSpec(
        "zoom_back", "Zoom back", "time.zoom_back", "View", ("Backspace",), on=(Thing.PLOT,)
    ),
    ActionSpec("pan_left", "A quarter page back", "time.pan_left", "View", ("Left",)),
    ActionSpec("pan_right", "A quarter page on", "time.pan_right", "View", ("Right",)),
    ActionSpec("page_left", "A page back", "time.page_left", "View", ("Shift+Left",)),
    ActionSpec("page_right", "A page on", "time.page_right", "View", ("Shift+Right",)),
    ActionSpec("to_start", "Start of the recording", "time.to_start", "View", ("Home",)),
    ActionSpec("to_end", "End of the recording", "time.to_end", "View", ("End",)),
    ActionSpec(
        "go_to",
        "Go to…",
        "shell.go_to",
        "View",
        ("Ctrl+G",),
        "Go to a time or to a keypoint",
        separated=True,
        on=(Thing.PLOT,),
    ),
    *_themes(),
    ActionSpec(
        "spectrogram_settings",
        "Spectrogram settings",
        "docks.bring_forward",
        "View",
        ("Ctrl+D",),
        "Colours, levels, frequencies, window and overlap",
        argument="Spectrogram",
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "reset_layout",
        "Reset layout",
        "docks.reset",
        "View",
        tip="Put all panels back where they were",
        separated=True,
    ),
    ActionSpec(
        "next_pane",
        "Next panel",
        "panels.focus_next",
        "View",
        ("F6",),
        "Move the keyboard to the next panel",
    ),
    ActionSpec(
        "previous_pane",
        "Previous panel",
        "panels.focus_previous",
        "View",
        ("Shift+F6",),
        "Move the keyboard to the previous panel",
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
        on=(Thing.RECORDING,),
    ),
    ActionSpec(
        "align_all",
        "Align all recordings",
        "workbench.align_all",
        "Align",
        ("Ctrl+Shift+R",),
        "Align every recording that is not aligned with the chosen evidence yet",
    ),
    ActionSpec(
        "compare",
        "Align and compare",
        "workbench.compare",
        "Align",
        tip="Align recordings whose times come from a table; times far from what is heard become "
        "uncertain",
    ),
    *_evidence(),
    ActionSpec(
        "evidence",
        "Choose evidence…",
        "shell.choose_evidence",
        "Align",
        tip="What alignments go by: spectrograms alone, or with a network beside them",
    ),
    ActionSpec(
        "cancel",
        "Cancel",
        "workbench.cancel",
        "Align",
        ("Esc",),
        "Drop the drag under way, or else the region, or else stop aligning",
    ),
    ActionSpec(
        "take_highlighted",
        "Take the highlighted candidate",
        "review.take_highlighted",
        "Align",
        tip="Set unreviewed keypoints to the line that is highlighted in the list of candidates",
        separated=True,
        on=(Thing.CANDIDATE,),
    ),
    ActionSpec(
        "take_alignment",
        "Take the path",
        "review.take_alignment",
        "Align",
        ("0",),
        "Set unreviewed keypoints to the non-linear path",
        on=(Thing.CANDIDATE, Thing.RECORDING),
    ),
    ActionSpec(
        "take_table",
        "Take the table's times",
        "table.take_table",
        "Align",
        tip="Set unreviewed keypoints to the times of the CSV that was opened last",
    ),
    ActionSpec(
        "rank_by_model",
        "Rank by the model alone",
        "shell.rank_by",
        "Align/Ranking",
        ("M",),
        "Straight lines as the chosen network ranks them; they come while the recording is aligned",
        argument="model",
        checkable=True,
        checked=True,
        group="ranking",
        on=(Thing.CANDIDATE,),
    ),
    ActionSpec(
        "rank_by_evidence",
        "Rank by all evidence",
        "shell.rank_by",
        "Align/Ranking",
        ("E",),
        "Straight lines as spectrograms and network together rank them: what the path follows",
        argument="evidence",
        checkable=True,
        group="ranking",
        on=(Thing.CANDIDATE,),
    ),
    ActionSpec(
        "score_parts",
        "Parts of the score",
        "shell.show_score_parts",
        "Align/Ranking",
        tip="Show what the score of a line is made of (Eq. 2 of Nihal et al. 2025)",
        checkable=True,
        separated=True,
        on=(Thing.CANDIDATE,),
    ),
    *_candidates(),
)
