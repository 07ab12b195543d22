"""What is refused, each in one line that says what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def refused(finchsync, place, tmp_path):
    def run(**changes: object) -> str:
        arguments = {
            "--train": place.train,
            "--val": place.val,
            "--out": tmp_path / "run",
            "--encoder": place.encoder,
            "--device": "cpu",
            "--epochs": 1,
            "--max-offset": 0.5,
        } | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
        flat = [part for pair in arguments.items() if pair[1] is not None for part in pair]
        result = finchsync("train", *(part for part in flat if part is not True))
        assert result.code == 2
        lines = [line for line in result.err.splitlines() if not line.startswith("keypoints come")]
        assert len(lines) == 1
        assert "Traceback" not in result.err
        return result.err

    return run


@pytest.fixture
def folder(place, tmp_path) -> Path:
    shutil.copytree(place.train, tmp_path / "copy")
    return tmp_path / "copy"


def test_folders_that_nothing_can_be_learned_from(refused, folder, tmp_path):
    table = folder / "annotations.csv"
    text = table.read_text("utf-8")
    table.write_text(text.replace("train_2.wav", "other.wav"), "utf-8")
    assert "names 'other.wav', but there is no such recording here" in refused(train=folder)
    table.write_text("Filename,Time Channel 0,Time Channel 1\ntrain_1.wav,99,99\n", "utf-8")
    assert "past the end" in refused(val=folder)
    table.write_text("Filename,Time Channel 0,Time Channel 1\ntrain_1.wav,5.5,5.5\n", "utf-8")
    assert "no keypoint with a second of sound after it" in refused(val=folder)
    table.unlink()
    assert "holds no annotations.csv" in refused(train=folder)
    shutil.rmtree(folder / "audio")
    assert "no audio file" in refused(train=folder)
    assert "cannot be listed" in refused(train=tmp_path / "nowhere")
    assert not (tmp_path / "run").exists()


def test_an_encoder_or_a_strategy_that_is_none(refused, tmp_path):
    page = tmp_path / "beats.pt"
    page.write_text("<html>", "utf-8")
    assert "is a web page, not a checkpoint" in refused(encoder=page)
    assert "none that Lightning knows" in refused(strategy="magic")
    assert "what the copies learn is lost" in refused(strategy="ddp_spawn")
    assert not (tmp_path / "run").exists()
    assert "'fsdp' cannot be used here" in refused(strategy="fsdp")


def test_a_place_that_holds_something_else(refused, finchsync, place, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear", "utf-8")
    assert "holds files that are no run" in refused(out=other, resume=True)
    arguments = ("--train", place.train, "--val", place.val, "--encoder", place.encoder)
    plain = (*arguments, "--device", "cpu", "--epochs", 1, "--out", tmp_path / "run")
    done = finchsync("train", *plain, "--max-offset", 0.5, "--head", "concat2025")
    assert done.code in (0, 1)
    assert (tmp_path / "run" / "last.safetensors").is_file()
    before = (tmp_path / "run" / "state.ckpt").read_bytes()
    assert "add --resume to go on" in refused(head="concat2025")
    assert "holds another run: head, recipe differ" in refused(resume=True, seed=1)
    assert (tmp_path / "run" / "state.ckpt").read_bytes() == before
    (tmp_path / "run" / "state.ckpt").write_bytes(before[: len(before) // 2])
    assert "state.ckpt: is damaged" in refused(head="concat2025", resume=True)


def test_what_is_not_installed_is_named(refused, monkeypatch):
    monkeypatch.setattr("core.extras.find_spec", lambda name: None if name == "lightning" else name)
    assert "needs lightning, not installed here" in refused()


def test_the_command_is_known_without_loading_torch():
    code = (
        "import sys; from core.cli.commands.train import run;"
        "from core.cli.arguments.parsers import command_parser;"
        "command_parser().format_help(); print('torch' in sys.modules, 'lightning' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert answer.stdout == "False False\n"
