"""Hits as labels, in any format that holds some: a file for every channel that has hits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from core.audio.sources import file_stems
from core.errors import InputError
from core.find.across import Hit
from core.find.collection import Searched
from core.formats.files.atomic import make_folder, write_files
from core.formats.fitting import fitted
from core.formats.registry import Format, label_formats
from core.labels import Label, Labels, Tier


def write_hits(
    folder: Path,
    chosen: Format,
    recordings: Sequence[Searched],
    hits: Sequence[Hit],
    text: str,
    *,
    overwrite: bool = False,
) -> tuple[list[Path], tuple[str, ...]]:
    """Write hits as labels, all files or none.

    Parameters
    ----------
    folder : Path
        Is made if it is missing.
    chosen : Format
    recordings : sequence of Searched
    hits : sequence of Hit
    text : str
        Of every label.
    overwrite : bool
        Whether existing files may be replaced.

    Returns
    -------
    paths : list of Path
        NAME.channel0 and NAME.channel1, with the ending of the format.
    notes : tuple of str
        What the format has no room for, a sentence each.

    Raises
    ------
    InputError
        If the format holds no labels or a file cannot be written.
    """
    if chosen.labels is None:
        names = ", ".join(each.name for each in label_formats())
        raise InputError(f"format {chosen.name}", "holds no labels", f"give one of {names}")
    by_channel: dict[tuple[int, int], list[Label]] = defaultdict(list)
    for hit in hits:
        stretch, score = hit.found.stretch, f"{hit.found.score:.3f}"
        label = Label(stretch.start_s, stretch.end_s, text, others=(("Score", score),))
        by_channel[stretch.recording, stretch.channel].append(label)
    stems = file_stems([each.name for each in recordings])
    files: dict[Path, bytes] = {}
    notes: dict[str, None] = {}
    for (number, channel), labels in sorted(by_channel.items()):
        labels.sort(key=lambda label: label.start_s)
        end_s = recordings[number].recording.durations_s[channel]
        told = Labels((Tier("", tuple(labels)),), end_s)
        fits, lost = fitted(told, chosen.labels.holds)
        notes |= dict.fromkeys(lost)
        path = folder / f"{stems[number]}.channel{channel}{chosen.suffix}"
        files[path] = chosen.labels.content(fits, path)
    make_folder(folder)
    write_files(files, overwrite=overwrite)
    return list(files), tuple(notes)
