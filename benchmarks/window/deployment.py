"""A small deployment of two recorders, simulated: the same for everybody who makes it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from core.formats.biodcase import BiodcaseTable, write_csv
from core.formats.folder_tables import TABLE_NAME
from core.formats.wav import write_wav
from core.keypoints import KeypointSet
from core.simulate import DriftSpec, simulate_scene

SEED = 2100
DURATION_S = 60.0
SNR_DB = (12.0, -9.0)
"""Of every other recording: a day in which the wind comes and goes."""
_DRIFT = DriftSpec(offset_s=(1.6, 2.2), drift_ppm=(100.0, 400.0), bend_s=(0.0, 0.02))


def write_deployment(folder: Path, files: int, *, with_table: bool) -> dict[str, KeypointSet]:
    """Write recordings of two recorders whose clocks are much alike from file to file.

    Parameters
    ----------
    folder : Path
        Is made; the recordings are in ``audio``.
    files : int
    with_table : bool
        Whether their true keypoints stand in a table beside them.

    Returns
    -------
    dict of str to KeypointSet
        The true keypoints, by file name.
    """
    truth: dict[str, KeypointSet] = {}
    (folder / "audio").mkdir(parents=True)
    for seed in count(SEED):
        if len(truth) == files:
            break
        snr_db = SNR_DB[len(truth) % len(SNR_DB)]
        scene = simulate_scene("zebra_finch", seed, DURATION_S, snr_db=snr_db, drift=_DRIFT)
        ends_s = scene.time_map.to_channel_1([0.0, DURATION_S]) - [0.0, DURATION_S]
        if not 0.0 < ends_s[0] < ends_s[1]:
            continue  # another pair of clocks: the signs are drawn
        name = f"morning_{len(truth) + 1:02d}.wav"
        write_wav(folder / "audio" / name, scene.samples, scene.sample_rate_hz)
        truth[name] = scene.keypoints()
    if with_table:
        write_csv(folder / TABLE_NAME, BiodcaseTable(truth))
    return truth
