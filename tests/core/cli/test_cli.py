from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core import __version__
from core.align.aligner import Step
from core.align.alignment import Alignment, EvidenceUsed
from core.align.decoding.prior_fit import fit_prior
from core.audio.recording import Recording, open_recording
from core.cli.arguments import COMMANDS
from core.cli.batch import run as batch
from core.cli.commands import doctor
from core.evidence.choice import EvidenceChoice
from core.formats.biodcase import read_csv
from core.formats.prior_file import write_prior
from core.keypoints import KeypointSet
from core.simulate import simulate_scene

REPOSITORY = Path(__file__).resolve().parents[3]
HEADER = "Filename,Time Channel 0,Time Channel 1\n"
DEADLY = """
import os
from core.cli.batch import run

survived = run._align_one


def align_one(task, evidence):
    if task.job.name == "b.wav":
        os._exit(9)
    return survived(task, evidence)
"""


def test_without_a_command_the_window_opens(finchsync, make_audio, tmp_path: Path) -> None:
    path = make_audio()
    assert finchsync().code == 0
    assert finchsync(path).code == 0
    result = finchsync("--", path, tmp_path)
    assert result.screen.opened == [[], [path], [path, tmp_path]]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(finchsync, capsys, command: str) -> None:
    with pytest.raises(SystemExit) as exit_:
        finchsync(*filter(None, [command]), "--help")
    assert exit_.value.code == 0
    assert "usage: finchsync" in capsys.readouterr().out


def test_the_version(finchsync, capsys) -> None:
    with pytest.raises(SystemExit):
        finchsync("--version")
    assert capsys.readouterr().out == f"finchsync {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["align"],
        ["align", "--out", "x.csv"],
        ["align", "a.wav", "--out", "x.csv", "--jobs", "0"],
        ["align", "a.wav", "--out", "x.csv", "--jobs", "two"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "-1"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "0.01"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "nan"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "1e9"],
        ["align", "a.wav", "--out", "x.csv", "--max-offset", "600.1"],
        ["align", "a.wav", "--out", "x.csv", "--tolerance", "0.019"],
        ["align", "a.wav", "--out", "x.csv", "--tolerance", "1.1"],
        ["align", "a.wav", "--ou", "x.csv"],
        ["align", "--pair", "a.wav", "--out", "x.csv"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "magic"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "beats"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "beats", "--checkpoint", "b.pt"],
        ["align", "a.wav", "--out", "x.csv", "--checkpoint", "b.pt"],
        ["align", "a.wav", "--out", "x.csv", "--device", "cpu"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "compact", "--scorer", "s.pt"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "compact", "--device", "cpu"],
        ["align", "a.wav", "--out", "x.csv", "--precision", "half"],
        ["align", "a.wav", "--out", "x.csv", "--precision", "int4"],
        ["align", "a.wav", "--out", "x.csv", "--rank", "nobody"],
        ["align", "a.wav", "--out", "x.csv", "--evidence", "spectral", "--rank", "model"],
        ["align", "a.wav", "--out", "x.csv", "--exact"],
        ["evaluate", "--predictions", "x.csv"],
        ["simulate"],
        ["simulate", "new", "--kind", "whale"],
        ["simulate", "new", "--seed", "-1"],
        ["simulate", "new", "--files", "0"],
        ["simulate", "new", "--duration", "inf"],
        ["simulate", "new", "--duration", "1e15"],
        ["demo", "surprise"],
    ],
    ids=" ".join,
)
def test_bad_arguments_take_one_line(finchsync, tmp_path, monkeypatch, arguments) -> None:
    monkeypatch.chdir(tmp_path)
    result = finchsync(*arguments)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert result.out == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("fake_aligner")
def test_align_writes_a_keypoint_a_second(finchsync, make_audio, tmp_path: Path) -> None:
    result = finchsync("align", make_audio("a b.wav"), "--out", tmp_path / "p.csv")
    assert result.code == 0
    assert result.err == ""
    keypoints = read_csv(tmp_path / "p.csv").files["a b.wav"]
    assert keypoints.time_0_s.tolist() == [0, 1, 2, 3]
    assert keypoints.offset_s.tolist() == [0.25] * 4
    for said in ("a b.wav", "0.90", "0.76 s later fits almost as well", "made up"):
        assert said in result.out


@pytest.mark.usefixtures("fake_aligner")
def test_align_reports_json(finchsync, make_audio, tmp_path: Path) -> None:
    bad = make_audio("bad.wav", channels=1)
    result = finchsync("align", make_audio("a.wav"), bad, "--out", tmp_path / "p.csv", "--json")
    assert result.code == 1
    report = json.loads(result.out)
    assert report["out"] == str(tmp_path / "p.csv")
    good, failed = report["recordings"]
    assert good["recording"] == "a.wav"
    assert good["status"] == "to review"
    assert good["mean_confidence"] == pytest.approx(0.9)
    assert good["keypoints"][1] == {
        "time_0_s": 1.0,
        "time_1_s": 1.25,
        "confidence": 0.9,
        "reason": "clear",
    }
    assert good["notes"] == ["0.76 s later fits almost as well", "made up"]
    assert good["alias"] == {"shift_s": 0.76, "margin": 1.5}
    assert good["best_line"] == {"offset_s": 0, "drift_ppm": 0, "score": 0}
    assert good["path_score"] == pytest.approx(0.2 * 4 * 0.5 + 0.1)
    assert good["evidence"] == {"name": "spectral", "model_id": "", "device": ""}
    assert good["log_evidence_nats"] == 50
    assert good["seconds"] >= 0
    assert failed["status"] == "failed"
    assert failed["error"] == result.err.strip()


@pytest.mark.usefixtures("fake_aligner")
def test_align_keeps_the_times_and_rows_of_a_folder(finchsync, make_audio, tmp_path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        make_audio(f"set/audio/{name}", duration_s=2.5)
    annotations = tmp_path / "set" / "annotations.csv"
    annotations.write_text(HEADER + "b.wav,0.50,1\na.wav,0.0,0\nb.wav,1e0,2\na.wav,0.0,0\n")
    before = annotations.read_bytes()
    result = finchsync("align", tmp_path / "set", "--out", tmp_path / "p.csv")
    assert result.code == 0
    assert (tmp_path / "p.csv").read_text() == HEADER + (
        "b.wav,0.50,0.75\na.wav,0.0,0.25\nb.wav,1e0,1.25\na.wav,0.0,0.25\n"
        "c.wav,0.0,0.25\nc.wav,1.0,1.25\nc.wav,2.0,2.25\n"
    )
    assert annotations.read_bytes() == before


@pytest.mark.usefixtures("fake_aligner")
def test_where_two_tables_could_be_meant_neither_is_used_and_it_is_said(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    make_audio("a.wav")
    for name in ("first.csv", "second.csv"):
        write_text(name, HEADER + "a.wav,0.5,0.5\n")
    result = finchsync("align", tmp_path, "--out", tmp_path / "p.csv")
    assert result.code == 0
    (line,) = result.err.splitlines()
    assert "first.csv, second.csv all hold keypoints, so none is used" in line
    assert read_csv(tmp_path / "p.csv").files["a.wav"].time_0_s.tolist() == [0, 1, 2, 3]


@pytest.mark.usefixtures("fake_aligner")
def test_align_takes_keypoints_from_a_table_and_pairs_of_mono_files(
    finchsync, make_audio, write_text, tmp_path: Path
) -> None:
    first, second = (make_audio(f"{s}.wav", channels=1, seed=i) for i, s in enumerate("xy"))
    table = write_text("k.csv", HEADER + "x.wav,2.000,0\nother.wav,0,0\n")
    out = tmp_path / "p.csv"
    result = finchsync(
        "align", "--pair", first, second, "--keypoints", table, "--out", out, "--max-offset", "2"
    )
    assert result.code == 0
    assert out.read_text() == HEADER + "x.wav,2.000,2.25\n"


@pytest.mark.usefixtures("fake_aligner")
def test_align_overwrites_only_when_asked_and_never_its_input(
    finchsync, make_audio, tmp_path: Path
) -> None:
    path = make_audio("set/a.wav")
    annotations = tmp_path / "set" / "annotations.csv"
    annotations.write_text(HEADER + "a.wav,0,0\n")
    out = tmp_path / "p.csv"
    out.write_text("precious")
    assert finchsync("align", path, "--out", out).code == 2
    assert out.read_text() == "precious"
    assert finchsync("align", path, "--out", out, "--overwrite").code == 0
    assert out.read_text() != "precious"
    for own in (path, annotations):
        before = own.read_bytes()
        result = finchsync("align", tmp_path / "set", "--out", own, "--overwrite")
        assert result.code == 2
        assert "to be read" in result.err
        assert own.read_bytes() == before


@pytest.mark.usefixtures("fake_aligner")
def test_the_same_file_given_twice_is_aligned_once(finchsync, make_audio, tmp_path: Path) -> None:
    path = make_audio("set/a.wav")
    result = finchsync("align", path, tmp_path / "set", "--out", tmp_path / "p.csv")
    assert result.code == 0
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 5


def test_align_in_several_processes_names_every_failure(finchsync, make_audio, tmp_path) -> None:
    bad = [make_audio(f"{number}.wav", channels=1) for number in range(3)]
    result = finchsync("align", *bad, "--jobs", 2, "--out", tmp_path / "p.csv")
    assert result.code == 2
    lines = result.err.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(path) for path in bad]
    assert not (tmp_path / "p.csv").exists()


def test_align_with_the_real_aligner_in_one_or_two_processes(finchsync, tmp_path: Path) -> None:
    assert finchsync("simulate", tmp_path / "set", "--files", 2, "--duration", 20).code == 0
    tables = []
    for jobs in (1, 2):
        out = tmp_path / f"p{jobs}.csv"
        assert finchsync("align", tmp_path / "set", "--out", out, "--jobs", jobs).code == 0
        tables.append(out.read_text())
    assert tables[0] == tables[1]
    truth = tmp_path / "set" / "annotations.csv"
    report = finchsync("evaluate", "--predictions", out, "--ground-truth", truth, "--json")
    overall = json.loads(report.out)["overall"]
    assert overall["missing"] == 0
    assert overall["keypoints"] == 40


def test_confidence_follows_the_tolerance(finchsync, tmp_path: Path) -> None:
    assert finchsync("simulate", tmp_path / "set", "--files", 1, "--duration", 20).code == 0
    confidence = []
    for tolerance_s in (0.02, 0.2):
        out = tmp_path / f"{tolerance_s}.csv"
        told = finchsync(
            "align", tmp_path / "set", "--tolerance", tolerance_s, "--out", out, "--json"
        )
        report = json.loads(told.out)
        assert report["tolerance_s"] == tolerance_s
        confidence.append(report["recordings"][0]["mean_confidence"])
    assert confidence[0] < confidence[1]


def test_a_process_that_dies_costs_only_the_recording_that_killed_it(
    finchsync, make_audio, write_text, tmp_path: Path, monkeypatch
) -> None:
    write_text("deadly.py", DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("core.cli.batch.run._align_one", import_module("deadly").align_one)
    paths = [make_audio(f"{name}.wav", seed=seed) for seed, name in enumerate("abcd")]
    out = tmp_path / "p.csv"
    result = finchsync("align", *paths, "--jobs", 2, "--out", out)
    assert result.code == 1
    assert list(read_csv(out).files) == ["a.wav", "c.wav", "d.wav"]
    (line,) = result.err.splitlines()
    assert line.startswith(f"{paths[1]}: its process died")


@pytest.mark.usefixtures("fake_aligner")
def test_the_report_is_what_json_prints(finchsync, make_audio, tmp_path: Path) -> None:
    path, out, report = make_audio(), tmp_path / "p.csv", tmp_path / "report.json"
    printed = finchsync("align", path, "--out", out, "--report", report, "--json").out
    assert report.read_text() == printed
    assert finchsync("align", path, "--out", tmp_path / "q.csv", "--report", report).code == 2
    assert not (tmp_path / "q.csv").exists()
    for place in (path, tmp_path / "q.csv"):
        result = finchsync(
            "align", path, "--out", tmp_path / "q.csv", "--report", place, "--overwrite"
        )
        assert result.code == 2
        assert len(result.err.splitlines()) == 1


@pytest.mark.usefixtures("fake_aligner")
def test_a_low_mean_confidence_is_put_in_words(
    finchsync, make_audio, tmp_path, monkeypatch
) -> None:
    fake = batch.align_steps

    def unsure(*arguments: object) -> Iterator[Alignment]:
        *_, alignment = fake(*arguments)
        sure = np.full(len(alignment.keypoints), 0.9499)
        keypoints = replace(alignment.keypoints, confidence=sure)
        yield replace(alignment, keypoints=keypoints, warnings=(), alias=None)

    monkeypatch.setattr("core.cli.batch.run.align_steps", unsure)
    result = finchsync("align", make_audio(), "--out", tmp_path / "p.csv")
    assert "to review" in result.out
    assert "the mean confidence is only 0.94, below 0.95" in result.out


def _stopped_after(count: int, names: list[str]) -> Callable[..., Iterator[Step]]:
    """An aligner that is interrupted after some recordings and tells which it saw."""

    aligner = batch.align_steps

    def stopped(recording: Recording, *rest: object) -> Iterator[Step]:
        if len(names) == count:
            raise KeyboardInterrupt
        names.append(recording.name)
        yield from aligner(recording, *rest)

    return stopped


@pytest.mark.usefixtures("fake_aligner")
def test_a_stopped_run_goes_on_where_it_was(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    paths = [make_audio(f"{name}.wav", seed=seed) for seed, name in enumerate("abc")]
    out, first, second = tmp_path / "p.csv", [], []
    whole = _stopped_after(9, second)
    monkeypatch.setattr("core.cli.batch.run.align_steps", _stopped_after(2, first))
    result = finchsync("align", *paths, "--out", out)
    assert result.code == 130
    assert "2 of 3 recordings are done" in result.err
    assert not out.exists()
    monkeypatch.setattr("core.cli.batch.run.align_steps", whole)
    assert finchsync("align", *paths, "--out", out).code == 0
    assert (first, second) == (["a.wav", "b.wav"], ["c.wav"])
    assert list(read_csv(out).files) == ["a.wav", "b.wav", "c.wav"]
    assert sorted(tmp_path.iterdir()) == sorted([*paths, out, out.with_suffix(".json")])


@pytest.mark.usefixtures("fake_aligner")
def test_a_mistake_of_ours_does_not_cost_the_other_recordings(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    fake = batch.align_steps

    def mistaken(recording: Recording, *rest: object) -> Iterator[Step]:
        if recording.name == "a.wav":
            raise IndexError("out of\nbounds")
        yield from fake(recording, *rest)

    monkeypatch.setattr("core.cli.batch.run.align_steps", mistaken)
    paths = [make_audio(f"{name}.wav") for name in "ab"]
    result = finchsync("align", *paths, "--out", tmp_path / "p.csv")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "a mistake in FinchSync (IndexError: out of bounds, test_cli.py:" in result.err
    assert list(read_csv(tmp_path / "p.csv").files) == ["b.wav"]


@pytest.mark.usefixtures("fake_aligner")
@pytest.mark.parametrize("change", ["audio", "option", "prior", "keypoints", "version", "damage"])
def test_what_was_kept_is_used_only_for_the_same_work(
    finchsync, make_audio, write_text, tmp_path: Path, monkeypatch, change: str
) -> None:
    paths, out = [make_audio(f"{name}.wav") for name in "ab"], tmp_path / "p.csv"
    table = write_text("k.csv", HEADER + "a.wav,1.0,1\nb.wav,1.00,1\n")
    arguments = ["align", *paths, "--out", out, "--keypoints", table]
    seen: list[str] = []
    whole = _stopped_after(9, seen)
    monkeypatch.setattr("core.cli.batch.run.align_steps", _stopped_after(1, seen))
    assert finchsync(*arguments).code == 130
    if change == "audio":
        make_audio("a.wav", seed=5)
    elif change == "option":
        arguments += ["--max-offset", "2"]
    elif change == "prior":
        time_s = np.arange(60.0)
        pair = fit_prior([KeypointSet(time_s, time_s + 0.2 * n) for n in range(3)])
        write_prior(tmp_path / "pair.json", pair)
        arguments += ["--prior", tmp_path / "pair.json"]
    elif change == "keypoints":
        table.write_text(HEADER + "a.wav,1.5,1\nb.wav,1.00,1\n")
    elif change == "version":
        monkeypatch.setattr("core.cli.batch.resume.__version__", "99.0.0")
    else:
        for path in (tmp_path / "p.csv.partial").iterdir():
            path.write_text(path.read_text()[:50])
    seen.clear()
    monkeypatch.setattr("core.cli.batch.run.align_steps", whole)
    assert finchsync(*arguments).code == 0
    assert "a.wav" in seen
    first_time = "1.5" if change == "keypoints" else "1.0"
    assert out.read_text().startswith(f"{HEADER}a.wav,{first_time},")
    assert "b.wav,1.00,1.25" in out.read_text()
    assert not (tmp_path / "p.csv.partial").exists()


@pytest.mark.usefixtures("fake_aligner")
def test_networks_are_told_apart_opened_once_and_closed(
    finchsync, make_audio, tmp_path: Path, monkeypatch
) -> None:
    """What one model finished is not taken for another's; what it has to say becomes notes."""
    opened: list[SimpleNamespace] = []

    def open_evidence(choice: EvidenceChoice) -> tuple[SimpleNamespace, ...]:
        learned = SimpleNamespace(name=choice.name, model_id=f"model {len(opened)}", closed=0)
        learned.close = lambda: setattr(learned, "closed", learned.closed + 1)
        opened.append(learned)
        return (learned,)

    def heard(steps: Callable[..., Iterator[Step]]) -> Callable[..., Iterator[Step]]:
        def align_steps(recording: Recording, *rest: object) -> Iterator[Step]:
            *_, alignment = steps(recording, *rest)
            (learned,) = rest[2]
            assert isinstance(learned, SimpleNamespace)
            assert not learned.closed
            used = EvidenceUsed(learned.name, learned.model_id, "cpu", ("memory is short",))
            yield replace(alignment, evidence=used)

        return align_steps

    paths, out, seen = [make_audio(f"{name}.wav") for name in "ab"], tmp_path / "p.csv", []
    arguments = ["align", *paths, "--out", out, "--evidence", "compact", "--json"]
    monkeypatch.setattr("core.cli.evidence.open_evidence", open_evidence)
    whole = heard(_stopped_after(9, seen))
    monkeypatch.setattr("core.cli.batch.run.align_steps", heard(_stopped_after(1, seen)))
    assert finchsync(*arguments).code == 130
    monkeypatch.setattr("core.cli.batch.run.align_steps", whole)
    reports = json.loads(finchsync(*arguments).out)["recordings"]
    assert seen == ["a.wav", "a.wav", "b.wav"]
    assert [learned.closed for learned in opened] == [1, 1]
    for report in reports:
        assert report["evidence"] == {"name": "compact", "model_id": "model 1", "device": "cpu"}
        assert report["notes"][-1] == "memory is short"


@pytest.mark.parametrize("option", ["--out", "--report"])
@pytest.mark.usefixtures("fake_aligner")
def test_a_table_that_cannot_be_written_costs_no_alignment(
    finchsync, make_audio, tmp_path: Path, monkeypatch, option: str
) -> None:
    """It may be open in Excel, or the disk be full."""
    places = {"--out": tmp_path / "p.csv", "--report": tmp_path / "r.json"}
    arguments = ["align", make_audio("a.wav"), *(x for pair in places.items() for x in pair)]
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == places[option]:
            raise PermissionError(13, "access is denied")
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        result = finchsync(*arguments)
    assert result.code == 2
    assert "1 of 1 recordings are done and kept in" in result.err
    assert "access is denied" in result.err
    monkeypatch.setattr("core.cli.batch.run.align_steps", None)
    assert finchsync(*arguments, "--overwrite").code == 0
    assert [path.exists() for path in places.values()] == [True, True]
    assert not (tmp_path / "p.csv.partial").exists()


def test_evaluate_prints_a_table_and_warnings(finchsync, write_text) -> None:
    truth = write_text("truth.csv", HEADER + "a.wav,0.0,0.5\na.wav,1.0,1.5\n")
    predictions = write_text("p.csv", HEADER + "a.wav,1.0,1.6\n")
    arguments = ("evaluate", "--predictions", predictions, "--ground-truth", truth)
    result = finchsync(*arguments)
    assert result.code == 0
    assert "0.130000" in result.out
    assert "300.00" in result.out
    assert result.err == (
        "warning: a.wav: no prediction at 0.0 s; 1 of 2 keypoints count as unaligned\n"
    )
    report = json.loads(finchsync(*arguments, "--json").out)
    assert report["overall"]["mse_s2"] == pytest.approx((0.5**2 + 0.1**2) / 2)
    assert report["files"]["a.wav"]["missing"] == 1
    assert len(report["warnings"]) == 1


def test_simulate_writes_biodcase_layout(finchsync, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "set"
    arguments = ("--kind", "aru", "--files", 2, "--seed", 7, "--duration", 3)
    result = finchsync("simulate", folder, *arguments)
    assert result.code == 0
    table = read_csv(folder / "annotations.csv")
    assert list(table.files) == ["aru_0007.wav", "aru_0008.wav"]
    scene = simulate_scene("aru", 8, 3.0)
    recording = open_recording(folder / "audio" / "aru_0008.wav")
    assert recording.read(1) == pytest.approx(scene.samples[:, 1], abs=1e-4)
    assert np.array_equal(table.files["aru_0008.wav"].time_1_s, scene.keypoints().time_1_s)
    assert sorted(p.name for p in folder.parent.iterdir()) == ["set"]


def test_simulate_leaves_a_folder_with_files_alone(finchsync, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("")
    for place in (tmp_path, tmp_path / "precious.txt"):
        result = finchsync("simulate", place, "--duration", 1)
        assert result.code == 2
        assert "not an empty folder" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


@pytest.mark.usefixtures("fake_aligner")
def test_demo_runs_again_over_its_own_files(finchsync, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    for _ in range(2):
        result = finchsync("demo", "--headless", "--out", folder)
        assert result.code == 0
        assert "MSE" in result.out
        assert result.err == ""
    assert sorted(path.name for path in folder.iterdir()) == [
        ".finchsync-demo",
        "demo.wav",
        "predictions.csv",
        "truth.csv",
        "window.png",
    ]
    assert not result.screen.opened
    finchsync("demo", "--out", folder)
    assert result.screen.opened == [[folder / "demo.wav"]]


def test_demo_leaves_other_peoples_folders_alone(finchsync, tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("precious")
    result = finchsync("demo", "--headless", "--out", tmp_path)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert (tmp_path / "truth.csv").read_text() == "precious"


def test_doctor_tells_versions_as_text_and_as_json(finchsync, monkeypatch) -> None:
    monkeypatch.setattr("core.cli.commands.doctor.ask_apart", lambda part: {part: f"the {part}"})
    text = finchsync("doctor").out
    report = json.loads(finchsync("doctor", "--json").out)
    assert report["program"]["FinchSync"] == __version__
    assert report["screen and sound"] == {"screen": "the screen", "sound": "the sound"}
    assert set(report) == {
        "program",
        "machine",
        "packages",
        "audio files",
        "models",
        "screen and sound",
    }
    for section in report.values():
        for name in section:
            assert name in text


def test_doctor_survives_what_a_part_does_to_its_process(finchsync, monkeypatch) -> None:
    assert json.loads(finchsync("doctor", "--part", "screen").out) == {"Qt": "none"}
    assert json.loads(finchsync("doctor", "--part", "sound").out) == {
        "sound": "unusable (OSError: no sound library)"
    }
    dies = "import os, sys; print('no display', file=sys.stderr, flush=True); os._exit(134)"
    monkeypatch.setattr(doctor, "own_command", lambda *_: [sys.executable, "-c", dies])
    assert doctor.ask_apart("screen") == {"screen": "unusable (no display)"}
    monkeypatch.setattr(doctor, "own_command", lambda *_: ["there is no such program"])
    assert "does not answer" in doctor.ask_apart("screen")["screen"]


def test_nothing_in_the_current_folder_is_run(make_audio, tmp_path: Path) -> None:
    """Neither by the command, nor by the processes that it starts."""
    paths = [make_audio(f"{n}.wav", seed=n) for n in range(2)]
    folder = tmp_path / "recordings"
    for package in ("app", "core", "multiprocessing"):
        (folder / package).mkdir(parents=True)
    for name in ("app/__init__", "core/__init__", "multiprocessing/__init__", "random", "torch"):
        (folder / f"{name}.py").write_text("raise SystemExit('what lay in the folder was run')")
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONPATH"}

    def run(*arguments: str) -> str:
        command = [sys.executable, str(REPOSITORY / "main.py"), *arguments]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    report = json.loads(run("doctor", "--json"))
    assert report["screen and sound"]["Qt platform"] == "offscreen"
    assert "with" in report["models"]["torch"]
    run("align", *map(str, paths), "--out", "p.csv", "--jobs", "2")


def test_help_and_version_wait_for_nothing_heavy() -> None:
    code = (
        "import sys; from core.cli.arguments import command_parser; command_parser();"
        "import core.cli;"
        "print([m for m in ('numpy', 'rich', 'soundfile', 'PySide6') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"
