"""Cut what is labelled on channel 0 out of both channels, each on its own clock.

    python cut_on_both_clocks.py aligned.csv calls.txt clips

The labels may be of any format that FinchSync reads, as Audacity's.
"""

import sys
from pathlib import Path

import finchsync  # noqa: F401 (lets an installed FinchSync be imported as core)

from core.formats.files.wav import write_wav
from core.formats.registry import read_labels
from core.formats.sidecar import Rows
from core.session.kept import read_kept, the_one

aligned, labelled, out = map(Path, sys.argv[1:])
found, _ = read_kept(aligned)
kept = the_one(found, None, labelled, aligned)
recording = kept.audio()
known = kept.known_map(Rows.ALL)
_, labels = read_labels(labelled)
out.mkdir(exist_ok=True)
for number, label in enumerate(labels):
    start_s, end_s = label.start_s, label.end_s
    if not known.is_known([start_s, end_s]).all():
        print(f"{start_s:.2f} s: nobody knows where that is on channel 1")
        continue
    times_s = {0: (start_s, end_s), 1: known.time_map.to_channel_1([start_s, end_s])}
    for channel, (from_s, to_s) in times_s.items():
        samples = recording.read(channel, float(from_s), float(to_s))
        path = out / f"{number:03}.channel_{channel}.wav"
        write_wav(path, samples[:, None], recording.channels[channel].sample_rate_hz)
        print(f"{path}: {from_s:.3f} to {to_s:.3f} s")
