"""Write a table of how the clocks of two recorders drifted, one row a recording.

    python drift_of_a_pair.py monday.finchsync tuesday.csv drift.csv

Only keypoints count that a person accepted or corrected, or that are at least 0.95 sure.
"""

import csv
import sys
from pathlib import Path

import finchsync  # noqa: F401 (lets an installed FinchSync be imported as core)
import numpy as np

from core.formats.sidecar import Rows
from core.session.kept import read_kept

*sources, out = map(Path, sys.argv[1:])
rows = []
for source in sources:
    recordings, notes = read_kept(source)
    for note in notes:
        print(note)
    for kept in recordings:
        points = kept.keypoints
        counts = points.is_reviewed | (points.confidence >= 0.95)
        # What lies before or after the other recording has no moment on its clock.
        counts &= kept.known_map(Rows.ALL).is_known(points.time_0_s)
        time_s, offset_s = points.time_0_s[counts], points.offset_s[counts]
        if len(time_s) < 3:
            print(f"{kept.name}: too little is known")
            continue
        slope, _ = np.polyfit(time_s, offset_s, 1)
        drift_ppm = f"{1e6 * slope:.1f}"
        rows.append((source.name, kept.name, len(time_s), f"{offset_s[0]:.4f}", drift_ppm))
with out.open("w", newline="", encoding="utf-8") as file:
    table = csv.writer(file)
    table.writerow(("Source", "Recording", "Keypoints", "Offset at first (s)", "Drift (ppm)"))
    table.writerows(rows)
print(f"{len(rows)} recordings written to {out}")
