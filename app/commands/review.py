"""Commands on keypoints and on the list of recordings."""

from __future__ import annotations

from collections.abc import Iterator

from app.commands.spec import ActionSpec, Thing
from core.align.limits import CERTAIN


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
                "Keypoint/Nudge",
                keys,
                f"Move the keypoint on channel 1 {word.lower()} by {step_ms} ms",
                argument=sign * step_ms,
                separated=step_ms > 1 and sign < 0,
                on=(Thing.KEYPOINT,),
            )


REVIEW: tuple[ActionSpec, ...] = (
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
        ("Shift+N",),
        "Select the next keypoint the machine is unsure of, in this or a later recording",
        icon="uncertain",
        label="Next uncertain",
    ),
    ActionSpec(
        "next_doubtful",
        "Next by disagreement",
        "review.next_doubtful",
        "Keypoint",
        ("T",),
        "Select the keypoint that is least certain, such as a table's time far from what is heard; "
        "then the next one by that order",
    ),
    ActionSpec(
        "accept",
        "Accept and go on",
        "review.accept_and_next",
        "Keypoint",
        ("Return", "Enter"),
        "Accept the selected keypoint as it stands, and select the next one; from an uncertain "
        "one, the next uncertain one",
        icon="accept",
        label="Accept",
        separated=True,
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "accept_and_stay",
        "Accept and stay",
        "review.accept",
        "Keypoint",
        ("Shift+Return", "Shift+Enter"),
        "Accept the selected keypoint as it stands",
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "accept_in_view",
        "Accept all in view",
        "review.accept_in_view",
        "Keypoint",
        ("A",),
        "Accept every visible keypoint that nobody has decided on",
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "accept_certain",
        "Accept all certain",
        "review.accept_certain",
        "Keypoint",
        ("Shift+A",),
        f"Accept every keypoint of the chosen recordings whose confidence is {CERTAIN:g} or more, "
        "and what becomes so by that",
        on=(Thing.RECORDING,),
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
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "release",
        "Release",
        "review.release",
        "Keypoint",
        ("R",),
        "Take your decision back: the keypoint is the machine's again",
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "snap",
        "Snap to a peak",
        "review.snap",
        "Keypoint",
        ("S",),
        "Move the keypoint to the nearest peak of its score within the path's band; from there, to "
        "the highest other one",
        separated=True,
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "explain",
        "Why this confidence",
        "keypoint.explain",
        "Keypoint",
        ("Y",),
        "Say what speaks for the selected keypoint, and what against it, in figures",
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "why_match",
        "Why this match",
        "matches.want",
        "Keypoint",
        ("Shift+Y",),
        "Join what the two seconds of the selected keypoint have in common by lines, where hiding "
        "it proves that the match rests on it",
        checkable=True,
        on=(Thing.KEYPOINT,),
    ),
    *_nudges(),
    ActionSpec(
        "add_keypoint",
        "Add a keypoint",
        "placing.add_keypoint",
        "Keypoint",
        ("Ins",),
        "Add a keypoint where you clicked last, or in the middle of the view",
        separated=True,
        on=(Thing.PLOT,),
    ),
    ActionSpec(
        "remove_keypoint",
        "Remove the keypoint",
        "placing.remove_keypoint",
        "Keypoint",
        ("Shift+Del",),
        "Remove the selected keypoint; undo brings it back",
        on=(Thing.KEYPOINT,),
    ),
    ActionSpec(
        "set_interval",
        "Another interval…",
        "placing.set_interval",
        "Keypoint",
        tip="Put keypoints at another interval; those you decided on stay where they are",
        on=(Thing.RECORDING,),
    ),
    ActionSpec(
        "remove_sync",
        "Remove the sync points",
        "placing.remove_sync",
        "Keypoint",
        tip="Forget the sync points of this recording; undo brings them back",
        on=(Thing.RECORDING,),
    ),
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
        "next_of_group",
        "Next with the same reference",
        "review.next_of_group",
        "Recordings",
        ("G",),
        "Show the same moment of the next recorder that was aligned to the same reference",
        on=(Thing.RECORDING,),
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
        "choose_all",
        "Choose all recordings",
        "queue.choose_all",
        "Recordings",
        ("Ctrl+A",),
        "Choose every recording listed: aligning, accepting what is certain and taking the path "
        "are then about all of them",
    ),
    ActionSpec(
        "take_out",
        "Take the recording out",
        "review.take_out",
        "Recordings",
        tip="Take the recording shown out of the session, as Delete does in the list; its audio "
        "and its decisions are kept",
        separated=True,
        on=(Thing.RECORDING,),
    ),
    ActionSpec(
        "bring_back",
        "Bring back what was taken out",
        "documents.bring_back",
        "Recordings",
        tip="Put all recordings that were taken out into the session again",
    ),
    ActionSpec(
        "take_earlier",
        "Go on from earlier decisions",
        "earlier.take",
        "Recordings",
        tip="Take over what was decided on the same audio in another session; undo takes it back",
        on=(Thing.RECORDING,),
    ),
)
