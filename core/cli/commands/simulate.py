"""``finchsync simulate``: recordings whose drift is known, in BioDCASE layout."""

from __future__ import annotations

import argparse

from core.cli.codes import DONE
from core.cli.screen import Screen
from core.cli.terminal.report import progress_bar, say
from core.formats.files.atomic import new_folder
from core.formats.files.wav import write_wav
from core.formats.tables.biodcase import BiodcaseTable, write_csv
from core.formats.tables.folder_tables import TABLE_NAME
from core.keypoints import KeypointSet
from core.simulate import simulate_scene


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001
    """Write ``audio/`` and ``annotations.csv``.

    Raises
    ------
    InputError
        If a scene cannot be made as asked, or the folder holds files or
        cannot be written.
    """
    truth: dict[str, KeypointSet] = {}
    with new_folder(args.out) as folder, progress_bar("simulating") as advance:
        for number in range(args.files):
            scene = simulate_scene(args.kind, args.seed + number, args.duration)
            name = f"{args.kind}_{args.seed + number:04d}.wav"
            (folder / "audio").mkdir(exist_ok=True)
            write_wav(folder / "audio" / name, scene.samples, scene.sample_rate_hz)
            truth[name] = scene.keypoints()
            advance((number + 1) / args.files, f"{number + 1} of {args.files} recordings")
        write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    say(f"{len(truth)} recordings with {TABLE_NAME} written to {args.out}")
    return DONE
