"""Recordings with known truth, and what the aligner knew of each: what calibrations are fitted to.

Recording D, the only two-sensor one whose licence allows it, and simulated scenes with each of the
troubles of the stress sets (seeds 4000-4999); further scenes from 20 to -15 dB, stereotyped song,
corners (dropped buffers, lost stretches, few calls, a stranger from some moment on) and pairs of
unrelated scenes, with seeds of their own (5000-6999 and 8000-8999); and drifted sets in BioDCASE
layout, if any are given.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from benchmarks.accuracy.stress.conditions import CONDITIONS
from benchmarks.accuracy.stress.worlds import RATE_HZ, Simulated
from core.align.aligner import AlignOptions, align
from core.align.alignment import Alignment
from core.align.claims.confidence import clarity
from core.align.limits import MAX_OFFSET_S, TOLERANCE_S
from core.arrays import Floats
from core.audio.folder import find_audio
from core.audio.recording import Recording, open_recording
from core.evidence.compact import open_compact
from core.evidence.learned import Networks
from core.formats.files.atomic import write_whole
from core.formats.tables.biodcase import read_csv
from core.keypoints import KeypointSet
from core.simulate import DriftSpec, SceneSpec, simulate_scene

SNR_DB = (20.0, 10.0, 0.0, -5.0, -10.0, -15.0)
SCENE_S = 100.0
SCENES = (
    ("zebra_finch", "zebra_finch", 5000, 50),
    ("aru", "aru", 5100, 20),
    ("stereotyped", "zebra_finch", 5238, 225),
)
"""Name, kind, first seed and how many. A scene of stereotyped song is right or wrong as a whole, by
chance, and it takes many to know how often."""
CORNERS = 30
FIRST_CORNER_SEED = 8000
_DROPPED = DriftSpec(jumps=8, jump_s=(0.02, 0.2))
_LOST = DriftSpec(jumps=1, jump_s=(1.0, 3.5))
_FEW_CALLS = SceneSpec(density=0.1)
TROUBLED = "D"
"""Recording that is drifted and ailed beside the simulated ones, if it is here."""
TROUBLED_SEED = 4000
"""A draw of all stress sets."""
SONGS, SONG_DRAWS = ("bouts", "endless"), 6
"""One motif over and over, right or wrong as a whole, is drawn so many times."""
UNRELATED = 45
UNRELATED_SEEDS = (6600, 6800)
UNRELATED_SNR_DB = SNR_DB[:4]

Truth = tuple[Recording, Floats, Floats | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A recording to be made in a file that may be written to, and its truth if it has any."""

    kind: str
    name: str
    make: Callable[[Path], Truth]
    max_offset_s: float = MAX_OFFSET_S


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One recording: what the aligner knew, and which keypoints were right; arrays of (K,).

    Parameters
    ----------
    kind : str
        "zebra_finch", "aru", "stereotyped", "corner", "unrelated", "troubled" or "real".
    name : str
        What the recording was made from; those of one name are not independent.
    log_evidence : float
        Nats against "nothing matches".
    alias_margin : float
        Of the alias flag; NaN where it is down.
    mass, related, nearest_clear_s : ndarray
        As in `core.align.calibration.Calibration.confidence`.
    nats : ndarray
        Evidence for the path against a random offset.
    waveform_sd_s : ndarray
        Standard deviation of what waveforms said; NaN where they said nothing.
    is_blind : ndarray of bool
        Whether the keypoint lies inside channel 1, with no clear match within reach.
    right : ndarray of bool
        Whether it was within 50 ms of the truth.
    """

    kind: str
    name: str
    log_evidence: float
    alias_margin: float
    mass: Floats
    related: Floats
    nearest_clear_s: Floats
    nats: Floats
    waveform_sd_s: Floats
    is_blind: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @property
    def is_aliased(self) -> bool:
        """Whether a second alignment fits almost as well."""
        return not np.isnan(self.alias_margin)

    def rows(self, kept: NDArray[np.bool_]) -> Example:
        """The same of some keypoints only."""
        return replace(self, **{name: getattr(self, name)[kept] for name in _ROWS})


_ROWS = ("mass", "related", "nearest_clear_s", "nats", "waveform_sd_s", "is_blind", "right")


def collect(folders: Sequence[Path], evidence: str, jobs: int | None) -> list[Example]:
    """Make every recording and align it, in an order that makes any part of it like the whole."""
    cases = [*real(folders), *troubled(), *simulated()]
    order = np.random.default_rng(0).permutation(len(cases))
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(partial(solved, evidence), [cases[index] for index in order]))


def save(path: Path, examples: Sequence[Example]) -> None:
    """Write examples as an ``.npz``, the keypoints of all recordings in one row."""
    columns = {
        of.name: (np.concatenate if of.name in _ROWS else np.array)(
            [getattr(example, of.name) for example in examples]
        )
        for of in fields(Example)
    }
    keypoints = np.array([len(example.mass) for example in examples])
    with write_whole(path, overwrite=True) as out:
        np.savez_compressed(out, keypoints=keypoints, **columns)


def load(path: Path) -> list[Example]:
    """Read what `save` wrote."""
    with np.load(path, allow_pickle=False) as table:
        ends = np.cumsum(table["keypoints"])[:-1]
        columns = [
            np.split(table[of.name], ends) if of.name in _ROWS else table[of.name].tolist()
            for of in fields(Example)
        ]
    return [Example(*row) for row in zip(*columns, strict=True)]


def real(folders: Sequence[Path]) -> Iterator[Case]:
    """Recordings of sets in BioDCASE layout."""
    for folder in folders:
        truth = read_csv(folder / "annotations.csv")
        for path in find_audio(folder):
            yield Case("real", path.stem, partial(_of_file, path, truth.files[path.name]))


def troubled() -> Iterator[Case]:
    """Recording D and simulated scenes with the troubles of the stress sets, one a file."""
    draws = range(TROUBLED_SEED, TROUBLED_SEED + SONG_DRAWS)
    for condition, base in product(CONDITIONS, draws):
        if base > TROUBLED_SEED and condition.name not in SONGS:
            continue
        for number in condition.numbers():
            source = condition.sources[number]
            if isinstance(source, Simulated):
                named = "troubled", f"{source.name}_{condition.seed(number, base)}"
            elif source.name.startswith(TROUBLED):
                named = "real", source.name
            else:
                continue
            make = partial(_of_condition, condition.name, number, base)
            yield Case(*named, make, condition.max_offset_s)


def simulated() -> Iterator[Case]:
    """Scenes, stereotyped scenes, corners and unrelated pairs."""
    for name, kind, first_seed, count in SCENES:
        stereotyped = name == "stereotyped"
        for number in range(count):
            seed, snr_db = first_seed + number, SNR_DB[number % len(SNR_DB)]
            yield Case(name, f"{kind}_{seed}", partial(_scene, kind, seed, snr_db, stereotyped))
    for number in range(CORNERS):
        seed = FIRST_CORNER_SEED + number
        yield Case("corner", f"corner_{seed}", partial(_corner, seed, number))
    for number in range(UNRELATED):
        seeds = UNRELATED_SEEDS[0] + number, UNRELATED_SEEDS[1] + number
        snr_db = UNRELATED_SNR_DB[number % len(UNRELATED_SNR_DB)]
        yield Case("unrelated", f"unrelated_{number}", partial(_unrelated, seeds, snr_db))


def solved(evidence: str, case: Case) -> Example:
    """Make a case, and align it; without true times nothing is right."""
    with tempfile.TemporaryDirectory() as place:
        recording, time_0_s, time_1_s = case.make(Path(place) / "case.wav")
        options = AlignOptions(max_offset_s=case.max_offset_s)
        result = align(recording, time_0_s, options, learned_evidence(evidence))
    return example(case, result, time_1_s)


def example(case: Case, result: Alignment, time_1_s: Floats | None) -> Example:
    """What an alignment says of itself, beside the truth."""
    statistics, surface = result.statistics, result.surface
    assert statistics is not None
    rows = surface.nearest_rows(result.keypoints.time_0_s).clip(max=len(surface.time_0_s) - 1)
    clear = clarity(surface.time_0_s, statistics.nats)
    here_s = surface.time_0_s + statistics.path.offset_s
    is_inside = (here_s > 0) & (here_s < result.duration_1_s)
    if time_1_s is None:
        right = np.zeros(len(result.keypoints), dtype=bool)
    else:
        right = np.abs(result.keypoints.time_1_s - time_1_s) <= TOLERANCE_S
    return Example(
        case.kind,
        case.name,
        result.log_evidence,
        result.alias.margin if result.alias else np.nan,
        statistics.mass[rows],
        result.related[rows],
        clear.nearest_clear_s[rows],
        statistics.nats[rows],
        result.refinement.sd_s[rows],
        (clear.is_blind & is_inside)[rows],
        right,
    )


@cache
def learned_evidence(evidence: str) -> Networks:
    """The networks of an evidence, opened once a process."""
    return (open_compact(),) if evidence == "compact" else ()


def _of_file(path: Path, truth: KeypointSet, _place: Path) -> Truth:
    return open_recording(path), truth.time_0_s, truth.time_1_s


def _of_condition(name: str, number: int, base: int, place: Path) -> Truth:
    """A file of a stress set, at the moments that channel 1 has."""
    condition = next(each for each in CONDITIONS if each.name == name)
    built = condition.build(number, base)
    sf.write(place, built.samples, RATE_HZ)
    if not condition.has_truth:
        return open_recording(place), built.truth.time_0_s, None
    known = np.isfinite(built.truth.time_1_s)
    return open_recording(place), built.truth.time_0_s[known], built.truth.time_1_s[known]


def _scene(kind: str, seed: int, snr_db: float, stereotyped: bool, place: Path) -> Truth:
    scene = simulate_scene(kind, seed, SCENE_S, snr_db=snr_db, stereotyped=stereotyped)
    sf.write(place, scene.samples, scene.sample_rate_hz)
    truth = scene.keypoints()
    return open_recording(place), truth.time_0_s, truth.time_1_s


def _corner(seed: int, number: int, place: Path) -> Truth:
    """A scene with one trouble; where there is a stranger, nothing is right."""
    trouble, snr_db = number % 4, SNR_DB[number // 4 % 4]
    drift = (_DROPPED, _LOST, None, None)[trouble]
    spec = _FEW_CALLS if trouble == 2 else None
    scene = simulate_scene("zebra_finch", seed, SCENE_S, snr_db=snr_db, drift=drift, spec=spec)
    truth, samples = scene.keypoints(), scene.samples.copy()
    time_1_s = truth.time_1_s.copy()
    if trouble == 3:
        other = simulate_scene("zebra_finch", seed + 500, SCENE_S, snr_db=snr_db)
        begins_s = SCENE_S * (0.3 + 0.5 * number / CORNERS)
        samples[round(begins_s * scene.sample_rate_hz) :, 1] = other.samples[
            round(begins_s * scene.sample_rate_hz) :, 1
        ]
        time_1_s[time_1_s > begins_s] = np.nan
    sf.write(place, samples, scene.sample_rate_hz)
    return open_recording(place), truth.time_0_s, time_1_s


def _unrelated(seeds: tuple[int, int], snr_db: float, place: Path) -> Truth:
    one, other = (simulate_scene("zebra_finch", seed, SCENE_S, snr_db=snr_db) for seed in seeds)
    both = np.stack([one.samples[:, 0], other.samples[:, 1]], axis=1)
    sf.write(place, both, one.sample_rate_hz)
    return open_recording(place), np.arange(SCENE_S), None
