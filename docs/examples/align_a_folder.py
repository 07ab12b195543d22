"""Align every recording of a folder and print the moments that are least sure.

python align_a_folder.py my_recordings
"""

import sys
from pathlib import Path

import finchsync  # noqa: F401 (lets an installed FinchSync be imported as core)

from core.align.aligner import align
from core.audio.recording import open_sources
from core.errors import InputError
from core.evidence.choice import EvidenceChoice
from core.formats.folder_recordings import recordings_in
from core.nets.evidence import open_evidence

folder = Path(sys.argv[1])
compact_net = open_evidence(EvidenceChoice())
for sources in recordings_in(folder, None):
    try:
        recording = open_sources(sources)
        alignment = align(recording, learned=compact_net)
    except InputError as error:
        print(error)
        continue
    keypoints = alignment.keypoints
    print(f"{sources.own_name}: {keypoints.confidence.mean():.2f} sure on average")
    for index in keypoints.confidence.argsort()[:3]:
        print(
            f"  {keypoints.time_0_s[index]:8.2f} s is {keypoints.time_1_s[index]:8.2f} s on the "
            f"other clock: {keypoints.confidence[index]:.2f}, {keypoints.reason[index]}"
        )
