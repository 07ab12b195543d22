"""What every command is typically called with; a test reads each line as the program does."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("finchsync my_recordings", "opens the folder in the window"),
        ("finchsync align my_recordings -o aligned.csv", "aligns all that is in it"),
        ("finchsync demo", "shows what the program does, on made-up recordings"),
    ),
    "align": (
        ("finchsync align my_recordings -o aligned.csv", "a folder, one recording after the other"),
        ("finchsync align my_recordings -o aligned.csv -j 4", "four at a time"),
        ("finchsync align --pair room.wav backpack.wav -o aligned.csv", "two files of one moment"),
        ("finchsync align --list pairs.csv -o aligned.csv", "a table of pairs"),
        (
            "finchsync align my_recordings --max-offset 120 -o aligned.csv",
            "recorders that were started up to two minutes apart",
        ),
    ),
    "merge": (
        ("finchsync merge part.1.csv part.2.csv -o all.csv", "two shards"),
        ("finchsync merge part.*.csv -o all.csv", "all of a folder"),
    ),
    "learn": (
        ("finchsync learn my_recordings -o pair.finchmodel", "from what you corrected there"),
        (
            "finchsync learn monday.finchsync tuesday.finchsync -o pair.finchmodel",
            "from two sessions",
        ),
    ),
    "prior": (("finchsync prior monday tuesday wednesday -o pair.json", "three reviewed folders"),),
    "export-training": (
        (
            "finchsync export-training my_recordings -o for_training",
            "what you corrected",
        ),
    ),
    "evaluate": (
        (
            "finchsync evaluate --predictions aligned.csv --ground-truth truth.csv",
            "how far off the keypoints are",
        ),
    ),
    "simulate": (
        ("finchsync simulate practice", "four recordings of a zebra finch"),
        ("finchsync simulate field --kind aru --files 10 --duration 300", "ten of field recorders"),
    ),
    "train": (
        (
            "finchsync train --train recordings --val others -o run",
            "a scorer on the net that is shipped",
        ),
    ),
    "export": (
        ("finchsync export aligned.csv --format audacity -o labels", "labels for Audacity"),
        (
            "finchsync export monday.finchsync --format time-map --frames 25 -o frames",
            "the moment on channel 1 of every frame of a video",
        ),
    ),
    "export-audio": (
        ("finchsync export-audio aligned.csv --unreviewed -o sound", "both channels on one clock"),
    ),
    "carry": (
        (
            "finchsync carry room.TextGrid --by aligned.csv -o backpack.TextGrid",
            "labels of channel 0, for channel 1",
        ),
    ),
    "find": (
        (
            "finchsync find my_recordings --like day1.wav:12.3-13.1",
            "where else the sound between these two seconds occurs",
        ),
        (
            "finchsync find monday.finchsync --like day1.wav:12.3-13.1 --disagreements",
            "where one channel has it and the other has not",
        ),
        (
            "finchsync find my_recordings --text 'two distance calls, then song'",
            "what happens, in words",
        ),
    ),
    "demo": (
        ("finchsync demo", "in the window"),
        ("finchsync demo --headless", "on a machine without a screen"),
    ),
    "doctor": (("finchsync doctor", "all that a bug report needs"),),
    "completion": (
        (
            "finchsync completion bash > ~/.local/share/bash-completion/completions/finchsync",
            "from the next shell on, Tab completes commands and options",
        ),
        ("finchsync completion zsh > ~/.zfunc/_finchsync", "the same, if ~/.zfunc is in $fpath"),
    ),
}
"""Lines and what each does, by command; the empty name is the program without one."""


def as_text(command: str) -> str:
    """The examples of a command as they stand under its help."""
    return "examples:\n" + "\n".join(f"  {line}\n      {what}" for line, what in EXAMPLES[command])
